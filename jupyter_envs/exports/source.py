"""What is exported: an environment as it is on disk and as it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .. import differences, pipsection
from ..errors import Conflict
from ..models import Lock, Package, Spec
from ..origins import Origin
from .homes import below


@dataclass(frozen=True)
class Source:
    """One environment. ``packages`` are what is installed, ``spec`` what was asked for.

    ``lock`` is what it was made from (None for an environment that is not ours), ``origins`` say where pip packages
    came from that are from no index, ``homes`` are the names of the user's home folder: a path below it means nothing
    elsewhere, and is nobody else's business. ``index`` is the package index that other tools ask where a file names
    none, if somebody looked it up.
    """

    name: str
    platform: str
    packages: tuple[Package, ...]
    spec: Spec = field(default_factory=Spec)
    lock: Lock | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    homes: tuple[str, ...] = ()
    index: str = ""

    def of(self, manager: str) -> tuple[Package, ...]:
        """The packages of conda or of pip, by name."""
        return tuple(sorted((one for one in self.packages if one.manager == manager), key=lambda one: one.name))

    @property
    def python(self) -> str:
        """The version of its Python, conda's or the one that its lock of PyPI packages alone is for; empty for none."""
        conda = next((one.version for one in self.packages if one.manager == "conda" and one.name == "python"), "")
        return conda or (self.lock.python.get(self.platform, "") if self.lock else "")

    @property
    def local(self) -> tuple[Package, ...]:
        """The pip packages that were installed from files of this machine, which nobody else can get."""
        return tuple(one for one in self.of("pip") if self.is_local(one))

    def is_local(self, package: Package) -> bool:
        """Whether a pip package was, or is to be, installed from files of this machine that nobody else can get."""
        origin = self.origins.get(package.name)
        return not origin.address if origin else package.url.startswith("file:") and below(self.homes, package.url)

    def origin(self, package: Package) -> Origin | None:
        """Where a pip package came from that is from no index.

        It was installed so by hand, or it is the file that was asked for by its address.
        """
        by_hand = self.origins.get(package.name)
        if by_hand is not None or package.manager != "pip" or not package.url:
            return by_hand
        is_that = (package.name, pipsection.file_name(package.url)) in self._asked_by_address
        return Origin(package.url, package.sha256, archive=True) if is_that else None

    @cached_property
    def _asked_by_address(self) -> frozenset[tuple[str, str]]:
        """The names of the packages, and those of their files."""
        asked = filter(None, map(pipsection.one, self.spec.pip))
        named = ((one.name, one.requirement.url) for one in asked if one.requirement.url)
        return frozenset((name, pipsection.file_name(address)) for name, address in named)

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
