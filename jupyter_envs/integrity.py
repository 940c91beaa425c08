"""Every file of a prefix held against what its package says: conda's records, and the RECORD of what pip installed.

Reads only. Files that no package owns are not looked at. Hashing runs in threads, since it is done outside of
Python's lock.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_envs import conda_records
from jupyter_envs.models import Manager, Package
from jupyter_envs.prefix import distribution_folder, distributions, read_distribution

BLOCK = 1 << 20
# a module, and the version of its Python
LIBRARY = re.compile(r"lib/python(\d+)\.(\d+)/.*\.py$")


@dataclass(frozen=True)
class File:
    """One file of a package: its path in the prefix and its SHA-256 (hex); empty where only being there counts."""

    path: str
    sha256: str = ""


@dataclass(frozen=True)
class Owned:
    """A package and its files."""

    name: str
    version: str
    manager: Manager
    files: tuple[File, ...]


@dataclass(frozen=True)
class Damage:
    """What is wrong with the files of one package; paths are relative to the prefix."""

    name: str
    version: str
    manager: Manager
    changed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """How much was compared, and the packages that are not as they were installed."""

    packages: int
    files: int
    size: int
    damaged: tuple[Damage, ...]

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Verification``."""
        return {**asdict(self), "ok": not self.damaged}


class Stopped(Exception):
    """Somebody set the flag."""


def verify(
    prefix: Path, tell: Callable[[str, int, int], None] = lambda *_: None, stop: threading.Event | None = None
) -> Verification:
    """Compare all files of a prefix.

    ``tell`` is called from any thread with the package's name, the number of packages to come and the bytes that were
    read, once a package. Raises `Stopped` soon after ``stop`` is set, and `DiskTrouble` for a record that is damaged.
    """
    stop = stop or threading.Event()
    packages = list(owned(prefix))
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="verify") as pool:

        def one(package: Owned) -> tuple[Damage | None, int]:
            damage, size = compare(package, prefix, stop)
            tell(package.name, len(packages), size)
            return damage, size

        # the large ones first, so that no thread is left with one at the end
        ordered = sorted(packages, key=lambda package: -len(package.files))
        found = list(pool.map(one, ordered))
    if stop.is_set():
        raise Stopped
    damaged = sorted((damage for damage, _ in found if damage), key=lambda damage: (damage.name, damage.manager))
    files = sum(len(package.files) for package in packages)
    return Verification(len(packages), files, sum(size for _, size in found), tuple(damaged))


def compare(package: Owned, prefix: Path, stop: threading.Event) -> tuple[Damage | None, int]:
    """What is wrong with a package, if anything, and how many bytes were read."""
    changed, missing, size = [], [], 0
    for file in package.files:
        if stop.is_set():
            break
        path = os.path.join(prefix, file.path)  # noqa: PTH118  (for tens of thousands of files a Path is slow)
        try:
            if file.sha256 and not os.path.islink(path):  # noqa: PTH114
                digest, read = sha256(path)
                size += read
                if digest != file.sha256:
                    changed.append(file.path)
            elif not os.path.lexists(path):
                missing.append(file.path)
        except FileNotFoundError:
            missing.append(file.path)
        except OSError:
            changed.append(file.path)
    if not changed and not missing:
        return None, size
    return Damage(package.name, package.version, package.manager, tuple(changed), tuple(missing)), size


def sha256(path: str) -> tuple[str, int]:
    """The hash of a file, and its size."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def owned(prefix: Path) -> Iterator[Owned]:
    """All packages of a prefix with their files."""
    of_conda: set[str] = set()
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        record = conda_records.read_whole(path)
        files = tuple(conda_files(record))
        of_conda.update(file.path for file in files if "-info" in file.path)
        yield Owned(record["name"], str(record.get("version", "")), "conda", files)
    for folder in distributions(prefix, of_conda):
        if package := read_distribution(folder, ""):
            yield Owned(package.name, package.version, "pip", tuple(wheel_files(folder, prefix)))


def files_of(packages: Iterable[Package], prefix: Path) -> Iterator[Path]:
    """What some of the packages of a prefix brought, with conda's records and the modules that were compiled."""
    for package in packages:
        if package.manager == "conda":
            record = prefix / "conda-meta" / f"{package.name}-{package.version}-{package.build}.json"
            yield record
            files = list(conda_files(conda_records.read_whole(record)))
        else:
            folder = distribution_folder(prefix, package.name)
            files = list(wheel_files(folder, prefix)) if folder else []
        for file in files:
            yield prefix / file.path
            if library := LIBRARY.match(file.path):
                name = f"{PurePosixPath(file.path).stem}.cpython-{library[1]}{library[2]}.pyc"
                yield prefix.joinpath(file.path).parent / "__pycache__" / name


def conda_files(record: Mapping[str, Any]) -> Iterator[File]:
    """The files of a conda record. A prefix that was written into a file has a hash of its own."""
    known = {item["_path"]: item for item in (record.get("paths_data") or {}).get("paths", ()) if "_path" in item}
    for path in dict.fromkeys((*record.get("files", ()), *known)):
        item = known.get(path, {})
        # of a link, conda states the hash of what it points to: that is a file of some package, too
        linked = item.get("path_type") in ("softlink", "directory")
        yield File(path, "" if linked else str(item.get("sha256_in_prefix") or item.get("sha256") or ""))


def wheel_files(folder: Path, prefix: Path) -> Iterator[File]:
    """The files of an installed wheel, from its RECORD; bytecode may change and is left out."""
    try:
        rows: Sequence[Sequence[str]] = list(csv.reader((folder / "RECORD").read_text("utf-8").splitlines()))
    except (OSError, ValueError, csv.Error):
        yield File((folder / "RECORD").relative_to(prefix).as_posix())
        return
    for row in filter(None, rows):
        path = os.path.relpath(os.path.normpath(folder.parent / row[0]), prefix)
        if not path.endswith(".pyc") and not path.startswith(os.pardir):
            yield File(path, from_record(row[1:2]))


def from_record(cell: Iterable[str]) -> str:
    """The hash in a line of a RECORD, as hex; empty where there is none that we know."""
    algorithm, _, value = next(iter(cell), "").partition("=")
    if algorithm != "sha256":
        return ""
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()
    except ValueError:
        return ""
