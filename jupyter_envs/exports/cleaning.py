"""Take secrets and the home folder out of the addresses of what is exported, and remember where they were."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .. import archives
from ..models import Lock, Package
from ..redact import clean_url
from .homes import below, shortened
from .source import Source

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Cleaned:
    """The environment with clean addresses; the places that had ``secrets``; the ``channels`` of the home folder."""

    source: Source
    secrets: tuple[str, ...]
    channels: tuple[str, ...]


def cleaned(source: Source) -> Cleaned:
    """The environment without secrets in any address, and without the home folder in those of conda packages.

    What is asked for keeps its paths: `portable` decides about them, line by line.
    """
    cleaner = _Cleaner(source.homes)
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
    return Cleaned(clean, tuple(cleaner.secrets), tuple(cleaner.hidden))


class _Cleaner:
    """Cleans addresses and remembers where there was something, each place once."""

    def __init__(self, homes: tuple[str, ...]) -> None:
        self.secrets: dict[str, None] = {}
        self.hidden: dict[str, None] = {}
        self._homes = homes

    def words(self, text: str) -> str:
        return _ADDRESS.sub(lambda found: self._address(found[0], None), text)

    def package(self, package: Package) -> Package:
        url = self._address(package.url, package)
        if package.manager == "conda" and not url.startswith("http") and below(self._homes, url):
            url = shortened(self._homes, url)
            self.hidden[_place(url)] = None
        depends = package.depends
        if any("://" in one for one in depends):
            depends = tuple(map(self.depends, depends))
        return (
            package if (url, depends) == (package.url, package.depends) else replace(package, url=url, depends=depends)
        )

    def depends(self, text: str) -> str:
        """What a package needs; one that names a file of the home folder needs, for others, just the name."""
        clean = self.words(text)
        return clean.partition("@")[0].strip() if below(self._homes, clean) else clean

    def lock(self, lock: Lock) -> Lock:
        channels = tuple(map(self.channel, lock.channels))
        return replace(lock, channels=channels, packages=tuple(map(self.package, lock.packages)))

    def channel(self, address: str) -> str:
        clean = self.words(address)
        if not below(self._homes, clean):
            return clean
        short = shortened(self._homes, clean if clean.startswith("file:") else f"file://{clean}")
        self.hidden[short.rstrip("/")] = None
        return short

    def _address(self, address: str, package: Package | None) -> str:
        clean, had_any = clean_url(address)
        if had_any:
            self.secrets[_place(clean) if package else clean] = None
        return clean


def _place(address: str) -> str:
    """The channel of a conda package, the server of a wheel: one place for many packages; a repository itself."""
    if "+" in address.partition("://")[0]:
        return address
    if archive := archives.parse(address):
        return archive.channel
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
