"""How large and how slow: a rough number before anybody waits for a build.

    on disk   = downloads x 4        conda's and pip's archives unpack to about that (docs/reference/binder.md)
    seconds   = downloads / 20 MB/s + on disk / 60 MB/s + 0.05 s for each package

Only what postBuild adds is counted, not repo2docker's own server.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .targets import MAIN_PLATFORM, Target

UNPACKED = 4
DOWNLOAD_RATE, UNPACK_RATE = 20e6, 60e6
SECONDS_A_PACKAGE = 0.05
TYPICAL_SIZE = 1_500_000  # bytes, for a package whose lock does not say


@dataclass(frozen=True)
class Estimate:
    """Packages, bytes to download, bytes that the image grows by, seconds; ``unknown`` packages have no known size."""

    packages: int
    download: int
    size: int
    seconds: int
    unknown: int


def estimate(targets: Iterable[Target]) -> Estimate:
    """For linux-64."""
    packages = [package for target in targets for package in target.lock.for_platform(MAIN_PLATFORM)]
    unknown = sum(package.size is None for package in packages)
    download = sum(TYPICAL_SIZE if package.size is None else package.size for package in packages)
    size = download * UNPACKED
    seconds = download / DOWNLOAD_RATE + size / UNPACK_RATE + len(packages) * SECONDS_A_PACKAGE
    return Estimate(len(packages), download, size, round(seconds), unknown)
