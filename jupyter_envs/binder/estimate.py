"""How large and how slow: numbers before anybody waits for a build, and where each of them comes from.

    download  = what the lock says of each archive; `TYPICAL_SIZE` where it does not say
    on disk   = what the files of a package take, where it was unpacked on this machine; else downloads x 4
    seconds   = downloads / 20 MB/s + on disk / 60 MB/s + 0.05 s for each package: assumed, measured nowhere

Only what postBuild adds is counted, not repo2docker's own server. A conda package that several environments have is
downloaded once, and counted in each of them: where its files are hard links, the image is smaller. Modules that are
compiled on installation come on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..models import Package
from .targets import MAIN_PLATFORM, Target

UNPACKED = 4
DOWNLOAD_RATE, UNPACK_RATE = 20e6, 60e6
SECONDS_A_PACKAGE = 0.05
TYPICAL_SIZE = 1_500_000  # bytes


@dataclass(frozen=True)
class Estimate:
    """Packages, bytes to download, bytes that the image grows by, seconds.

    ``unknown`` packages have no size in their lock; of ``measured`` ones it is known what their files take.
    """

    packages: int
    download: int
    size: int
    seconds: int
    unknown: int
    measured: int

    @property
    def basis(self) -> str:
        """What the numbers come from, for people."""
        known = "the sizes in the lock"
        assumed = f" and {TYPICAL_SIZE / 1e6:g} MB for each of {self.unknown} without one" if self.unknown else ""
        rest = f"{UNPACKED} times the download"
        disk = {0: f"assumed to be {rest}", self.packages: "measured on this machine"}.get(
            self.measured,
            f"measured on this machine for {self.measured} of {self.packages} packages, {rest} for the others",
        )
        rates = f"{DOWNLOAD_RATE / 1e6:g} MB/s to download and {UNPACK_RATE / 1e6:g} MB/s to unpack"
        return f"Download: {known}{assumed}. In the image: {disk}. Time: assumes {rates}."

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Estimate``."""
        return {**asdict(self), "basis": self.basis}


def estimate(targets: Iterable[Target], unpacked: Mapping[str, int] | None = None) -> Estimate:
    """For linux-64. ``unpacked`` says by SHA-256 what a package's files take, as far as that is known."""
    measured = unpacked or {}
    found = list(targets)
    packages = needed(found)
    download = sum(_download(package) for package in packages)
    everywhere = (package for target in found for package in target.lock.for_platform(MAIN_PLATFORM))
    size = sum(measured.get(package.sha256, _download(package) * UNPACKED) for package in everywhere)
    return Estimate(
        packages=len(packages),
        download=download,
        size=size,
        seconds=round(download / DOWNLOAD_RATE + size / UNPACK_RATE + len(packages) * SECONDS_A_PACKAGE),
        unknown=sum(package.size is None for package in packages),
        measured=sum(package.sha256 in measured for package in packages),
    )


def needed(targets: Iterable[Target]) -> tuple[Package, ...]:
    """What is downloaded for linux-64: each conda package once, those of PyPI for each environment."""
    conda: dict[str, Package] = {}
    pip: list[Package] = []
    for package in (package for target in targets for package in target.lock.for_platform(MAIN_PLATFORM)):
        if package.manager == "conda":
            conda.setdefault(package.sha256 or package.url, package)
        else:
            pip.append(package)
    return (*conda.values(), *pip)


def _download(package: Package) -> int:
    return TYPICAL_SIZE if package.size is None else package.size
