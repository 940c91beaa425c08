"""What is exported: an environment as it is on disk and as it was asked for, and how secrets are taken out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from .. import archives, differences
from ..errors import Conflict
from ..models import Lock, Package, Spec
from ..origins import Origin
from ..redact import clean_url, sounds_secret

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One environment. ``packages`` are what is installed, ``spec`` what was asked for.

    ``lock`` is what it was made from (None for an environment that is not ours), ``origins`` say where pip packages
    came from that are from no index, ``home`` is the user's home folder: a path below it means nothing elsewhere.
    """

    name: str
    platform: str
    packages: tuple[Package, ...]
    spec: Spec = field(default_factory=Spec)
    lock: Lock | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    home: str = ""

    def of(self, manager: str) -> tuple[Package, ...]:
        """The packages of conda or of pip, by name."""
        return tuple(sorted((one for one in self.packages if one.manager == manager), key=lambda one: one.name))

    @property
    def local(self) -> tuple[Package, ...]:
        """The pip packages that were installed from files of this machine, which nobody else can get."""
        return tuple(one for one in self.of("pip") if self._is_local(one))

    def _is_local(self, package: Package) -> bool:
        origin = self.origins.get(package.name)
        return not origin.address if origin else package.url.startswith("file:") and below(self.home, package.url)

    @property
    def drifted(self) -> bool:
        """Whether something else is installed than the lock says, or there is no lock."""
        locked = self.lock.for_platform(self.platform) if self.lock else ()
        replaced = any(package.manager == "pip" and package.name in self.origins for package in locked)
        return not self.lock or replaced or bool(differences.between(locked, self.packages))

    @property
    def by_hand(self) -> tuple[Package, ...]:
        """The pip packages that no lock knows."""
        locked = self.lock.for_platform(self.platform) if self.lock else ()
        known = {package.name for package in locked if package.manager == "pip"}
        return tuple(package for package in self.of("pip") if package.name not in known)


def cleaned(source: Source) -> tuple[Source, tuple[str, ...]]:
    """The environment without secrets in any address, and the addresses, clean, that had one."""
    cleaner = _Cleaner()
    spec = source.spec
    clean = replace(
        source,
        spec=replace(
            spec,
            channels=tuple(map(cleaner.words, spec.channels)),
            conda=tuple(map(cleaner.words, spec.conda)),
            pip=tuple(map(cleaner.words, spec.pip)),
        ),
        packages=tuple(map(cleaner.package, source.packages)),
        origins={
            name: replace(origin, address=cleaner.words(origin.address)) for name, origin in source.origins.items()
        },
        lock=cleaner.lock(source.lock) if source.lock else None,
    )
    return clean, tuple(cleaner.found)


def portable_spec(source: Source) -> tuple[Spec, tuple[str, ...]]:
    """What was asked for without what only this machine knows, and a sentence for each thing that was left out."""
    spec, notes = source.spec, list[str]()

    def kept(what: str, texts: Sequence[str]) -> tuple[str, ...]:
        mine = [text for text in texts if below(source.home, text)]
        notes.extend(f"The {what} “{text}” is in your home folder: it is left out." for text in mine)
        return tuple(text for text in texts if text not in mine)

    variables = {}
    for name, value in spec.variables.items():
        if sounds_secret(name) or clean_url(value)[1]:
            notes.append(f"The variable {name} may hold a secret: it is left out.")
        elif below(source.home, value):
            notes.append(f"The variable {name} holds a path of your home folder: it is left out.")
        else:
            variables[name] = value
    safe = replace(
        spec,
        channels=kept("channel", spec.channels),
        conda=kept("package", spec.conda),
        pip=kept("pip line", spec.pip),
        variables=variables,
    )
    return safe, tuple(notes)


def below(home: str, text: str) -> bool:
    """Whether a text names a path in the home folder."""
    if home in ("", "/"):
        return False
    return re.search(re.escape(home.rstrip("/")) + r"(?=[/\\\"'\s:;,]|\Z)", text) is not None


def require_hashes(packages: Iterable[Package], what: str) -> None:
    """Raise `Conflict`, naming them all, for packages without an address or a SHA-256."""
    bare = sorted(package.name for package in packages if not package.url or not package.sha256)
    if bare:
        verb = "has no known address and SHA-256" if len(bare) == 1 else "have no known addresses and SHA-256"
        raise Conflict(
            f"{', '.join(bare)} {verb}, so {what} cannot be written.",
            hints=(
                "The format “full” names every package without hashes.",
                "Name what pip installed by hand in the environment file, so that it is locked with its hash;",
                "or ask the package index for the hashes: jupyter envs export --ask-index.",
            ),
            packages=bare,
        )


class _Cleaner:
    """Takes secrets out and remembers where, each place once."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}

    def words(self, text: str) -> str:
        return _ADDRESS.sub(lambda found: self._address(found[0], None), text)

    def package(self, package: Package) -> Package:
        url = self._address(package.url, package)
        return package if url == package.url else replace(package, url=url)

    def lock(self, lock: Lock) -> Lock:
        channels = tuple(map(self.words, lock.channels))
        return replace(lock, channels=channels, packages=tuple(map(self.package, lock.packages)))

    def _address(self, address: str, package: Package | None) -> str:
        clean, had_any = clean_url(address)
        if had_any:
            self.found[_place(clean) if package else clean] = None
        return clean


def _place(address: str) -> str:
    """The channel of a conda package, the server of a wheel: one place for many packages."""
    if archive := archives.parse(address):
        return archive.channel
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
