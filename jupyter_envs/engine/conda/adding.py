"""Further packages into a prefix that is in use: what is there stays as it is, so that running kernels notice nothing.

Linking can be interrupted at any moment, and be done again: `withdraw` takes away what half-linked packages left.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import rattler
from rattler import PrefixRecord, Subdir

from jupyter_envs.engine.cache import discard, entry_name, entry_path
from jupyter_envs.engine.cache_check import damage
from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.layers import layers
from jupyter_envs.engine.conda.network import client
from jupyter_envs.engine.conda.records import record_of_entry
from jupyter_envs.engine.guard import entries, read_json, refuse
from jupyter_envs.engine.shared import place, shared_entry
from jupyter_envs.models import Package
from jupyter_envs.prefix import distribution_folders


def clashes(packages: Sequence[Package], prefix: Path, cache_dir: Path) -> list[str]:
    """Paths in the prefix that are there already, or that two of the cached ``packages`` would both write."""
    found: list[str] = []
    seen: set[str] = set()
    for package in packages:
        for path in targets(package, prefix, cache_dir):
            if path in seen or os.path.lexists(prefix / path):
                found.append(path)
            seen.add(path)
    return found


def targets(package: Package, prefix: Path, cache_dir: Path) -> Iterator[str]:
    """The paths below the prefix that linking a cached package writes."""
    entry = place(package, cache_dir)
    python = read_json(entry / "info" / "index.json", package.name).get("noarch") == "python"
    site = next((path.relative_to(prefix).as_posix() for path in prefix.glob("lib/python3*/site-packages")), "")
    for item in entries(entry, package.name):
        path = str(item["_path"])
        if python:
            path = path.replace("site-packages/", f"{site}/", 1) if path.startswith("site-packages/") else path
            path = path.replace("python-scripts/", "bin/", 1) if path.startswith("python-scripts/") else path
        yield path
    link = entry / "info" / "link.json"
    if python and link.is_file():
        for point in read_json(link, package.name).get("noarch", {}).get("entry_points", []):
            yield f"bin/{point.partition('=')[0].strip()}"
    yield f"conda-meta/{entry_name(package)}.json"


def damaged_in_shared(packages: Sequence[Package]) -> list[Package]:
    """The packages of which a shared cache has other files than they should be; every file is read.

    In a prefix that is in use, linking cannot be done twice to get rid of them.
    """
    entries = ((package, shared_entry(package)) for package in packages)
    return [package for package, entry in entries if entry is not None and damage(entry, deep=True) is not None]


def withdraw(packages: Sequence[Package], prefix: Path, cache_dir: Path) -> None:
    """Take away the files of packages whose linking was interrupted; a linked package has its record, which is last."""
    for package in packages:
        if not (prefix / "conda-meta" / f"{entry_name(package)}.json").is_file():
            for path in targets(package, prefix, cache_dir):
                (prefix / path).unlink(missing_ok=True)


def withdraw_wheels(packages: Sequence[Package], prefix: Path) -> None:
    """Take away the metadata of wheels, so that uv installs them again over what may be half of them."""
    names = {package.name for package in packages}
    for name, folder in distribution_folders(prefix):
        if name in names:
            shutil.rmtree(folder)


async def link(packages: Sequence[Package], prefix: Path, cache_dir: Path, reporter: rattler.InstallerReporter) -> None:
    """Link cached packages beside those that are there. Raises `PackageRefused`, `EngineFailed`."""
    with mapped("Linking"):
        there = [PrefixRecord.from_path(path) for path in sorted((prefix / "conda-meta").glob("*.json"))]
        names = {record.name.normalized for record in there}
        new = [package for package in packages if package.name not in names]
        if not new:
            return
        with layers(new, cache_dir) as found:
            await rattler.install(
                [*there, *(record_of_entry(package, place(package, cache_dir)) for package in new)],
                target_prefix=prefix,
                installed_packages=there,
                platform=Subdir(new[0].platform),
                execute_link_scripts=False,
                show_progress=False,
                client=client(),
                reporter=reporter,
                package_cache=found.caches,
            )
            damaged = found.damaged(new)
    for package in damaged:
        discard(entry_path(package, cache_dir))
    if damaged:
        raise refuse(damaged[0].name, "its files in the package cache change while they are used")
