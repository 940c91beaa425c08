"""A wheel's own list of its files (RECORD, in the wheel format's specification), and a prefix held against it.

uv links wheels from its cache and does not look at what it links: without this check, a file that somebody edited in
one environment would reach the next one through its hard link.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.utils import canonicalize_name

from jupyter_envs.engine import wheel_stamps
from jupyter_envs.models import Package

DIGEST = "sha256="
FILES_A_TASK = 64


def site_packages(prefix: Path) -> Path | None:
    """Where a prefix keeps its Python packages, if there is a Python."""
    return next(iter(sorted(prefix.glob("lib/python3*/site-packages"))), None)


def recorded(package: Package, prefix: Path) -> Iterator[tuple[Path, str]]:
    """Each file of an installed wheel with the SHA-256 (hex) that it must have, where the wheel names one."""
    site = site_packages(prefix)
    for info in sorted(site.glob("*.dist-info")) if site else ():
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        if canonicalize_name(name) == package.name and version == package.version:
            yield from rows(info / "RECORD", info.parent)


def rows(record: Path, site: Path) -> Iterator[tuple[Path, str]]:
    """The lines of a RECORD that have a hash and stay below the folder of packages."""
    try:
        with record.open(newline="", encoding="utf-8") as file:
            lines = [row for row in csv.reader(file) if len(row) > 1]
    except (OSError, UnicodeDecodeError, csv.Error):
        return
    for path, digest, *_ in lines:
        inside = ".." not in path.split("/") and not path.startswith("/")
        if digest.startswith(DIGEST) and inside:
            yield site / path, decoded(digest.removeprefix(DIGEST))


def decoded(digest: str) -> str:
    """A RECORD's form of a hash in hex; empty, which no file has, for what is none."""
    try:
        return base64.urlsafe_b64decode(digest + "==").hex()
    except ValueError:
        return ""


def changed(packages: Sequence[Package], prefix: Path, cache_dir: Path) -> list[Package]:
    """Those of the wheels whose files are not what they record. Reads, on all cores, what was not read before."""
    site = site_packages(prefix)
    if site is None:
        return []
    doubtful = [package for package in packages if not wheel_stamps.is_known(package, site, cache_dir)]
    files = {package: list(recorded(package, prefix)) for package in doubtful}
    before = {package: wheel_stamps.stamps((path for path, _ in files[package]), site) for package in doubtful}
    damaged = _damaged(files)
    for package in doubtful:
        if package not in damaged:
            wheel_stamps.remember(package, before[package], cache_dir)
    return [package for package in doubtful if package in damaged]


def _damaged(files: Mapping[Package, Sequence[tuple[Path, str]]]) -> set[Package]:
    """Whose files are not as they are recorded; many small files are one task."""
    every = [(package, *file) for package, recorded_files in files.items() for file in recorded_files]
    tasks = [every[start : start + FILES_A_TASK] for start in range(0, len(every), FILES_A_TASK)]

    def of(task: Sequence[tuple[Package, Path, str]]) -> set[Package]:
        return {package for package, path, sha256 in task if not is_intact(path, sha256)}

    with ThreadPoolExecutor() as pool:
        return set[Package]().union(*pool.map(of, tasks))


def is_intact(path: Path, sha256: str) -> bool:
    """Whether a file is there and has this hash."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return False
    return digest.hexdigest() == sha256
