"""Which Python distributions conda's packages bring, and whether pip's would replace anything of theirs.

The names differ in places (conda's ``pytorch`` is ``torch``), so a package that is in the cache is looked into; of
one that is still to be fetched only its own name is known.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from jupyter_envs.errors import PackageRefused
from jupyter_envs.models import Package

SITES = ("site-packages", "lib/python3*/site-packages", "Lib/site-packages")
_FOLDER = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-py[0-9.]+)?\.(?:dist|egg)-info\Z")


@dataclass(frozen=True)
class Provided:
    """A distribution that a conda package brings: its canonical name, its version, and that package."""

    name: str
    version: str
    package: Package

    def __str__(self) -> str:
        """Conda's side, for a message."""
        known = "" if self.package.name == self.name else f", which is “{self.name}” for pip"
        return f"conda's {self.package.name} {self.package.version}{known}"


def not_cached(package: Package) -> Path | None:
    """Nothing is known but the package's name."""
    return None


def provided_by(
    packages: Iterable[Package], entry: Callable[[Package], Path | None] = not_cached
) -> dict[str, Provided]:
    """By canonical name; ``entry`` gives the folder of a package that is in the cache."""
    found: dict[str, Provided] = {}
    for package in packages:
        folder = entry(package)
        for name, version in brought_by(package) if folder is None else distributions(folder):
            found[name] = Provided(name, version, package)
    return found


def brought_by(package: Package) -> Iterator[tuple[str, str]]:
    """A guess by the package's own name: what needs Python may be a distribution."""
    if any(dependency.split()[0] in ("python", "python_abi") for dependency in package.depends if dependency):
        yield str(canonicalize_name(package.name)), package.version


def distributions(folder: Path) -> Iterator[tuple[str, str]]:
    """Canonical name and version of each distribution in a prefix, or in a package's folder in the cache."""
    for site in SITES:
        for path in folder.glob(f"{site}/*-info"):
            if found := _FOLDER.match(path.name):
                yield str(canonicalize_name(found["name"])), found["version"]


def refuse_replacing(packages: Sequence[Package], prefix: Path) -> None:
    """Raises `PackageRefused` if a pip package would take the place of what conda has installed in ``prefix``."""
    present = dict(distributions(prefix))
    for package in packages:
        version = present.get(str(canonicalize_name(package.name)))
        if version is not None:
            raise PackageRefused(
                f"{package.name} {package.version} from PyPI would replace the {package.name} {version} that conda "
                "installs.",
                hints=(
                    "Take it out of the pip section: conda provides it.",
                    "Or plan again: what the packages bring is known now.",
                ),
                name=package.name,
            )


def refuse_overwritten(prefix: Path) -> None:
    """Raises `PackageRefused` if a file of a conda package is not its own any more, but a pip package's."""
    files = conda_files(prefix)
    if not files:
        return
    for site in SITES[1:]:
        for record in sorted(prefix.glob(f"{site}/*.dist-info/RECORD")):
            if record.relative_to(prefix).as_posix() in files:
                continue
            for path in recorded(record, prefix):
                owner, sha256 = files.get(path, ("", ""))
                if owner and digest_of(prefix / path) != sha256:
                    raise _overwritten(record.parent.name.partition("-")[0], path, owner)


def _overwritten(name: str, path: str, owner: str) -> PackageRefused:
    return PackageRefused(
        f"{name} from PyPI overwrites {path}, which belongs to conda's {owner}.",
        hints=(f"Take {name} from conda, or leave {owner} out.",),
        name=name,
        path=path,
    )


def conda_files(prefix: Path) -> dict[str, tuple[str, str]]:
    """Path in the prefix → the conda package that it belongs to, and its SHA-256 there."""
    files: dict[str, tuple[str, str]] = {}
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        record: dict[str, Any] = json.loads(path.read_bytes())
        for item in record.get("paths_data", {}).get("paths", ()):
            sha256 = item.get("sha256_in_prefix") or item.get("sha256") or ""
            files[item["_path"]] = (record["name"], sha256)
    return files


def recorded(record: Path, prefix: Path) -> Iterator[str]:
    """The files of a distribution by its ``RECORD``, relative to the prefix; what lies outside is left out."""
    site = record.parent.parent.relative_to(prefix)
    with record.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            path = os.path.normpath(site / row[0]) if row else ".."
            if not path.startswith(".."):
                yield Path(path).as_posix()


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file; empty if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
