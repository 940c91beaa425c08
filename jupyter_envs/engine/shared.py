"""Package caches of an administrator: read first, never written to.

Such a cache is the ``cache_dir`` of another Jupyter Envs, whose owner is trusted like a channel. An entry of it counts
when its marker names the very archive that the lock names and when it passes the guard here, too; and each of its
files is compared with its hash before it is linked, as with our own. A cache that anybody may write to is left out.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from functools import cache as remembered
from pathlib import Path

from jupyter_envs.engine import cache, current
from jupyter_envs.engine.guard import check_package, read_json
from jupyter_envs.engine.limits import PackageLimits, excess
from jupyter_envs.errors import PackageRefused
from jupyter_envs.models import Package


def place(package: Package, cache_dir: Path) -> Path:
    """The folder of an extracted package: in a shared cache that has it, else where our own has it or would."""
    return shared_entry(package) or cache.entry_path(package, cache_dir)


def is_here(package: Package, cache_dir: Path) -> bool:
    """Whether the very archive that ``package`` names is in one of the caches."""
    return shared_entry(package) is not None or cache.is_cached(package, cache_dir)


def shared_entry(package: Package) -> Path | None:
    """The package's folder in the first shared cache that has it."""
    for folder in current.shared_caches():
        if cache.is_cached(package, folder) and trouble(folder) is None:
            entry = cache.entry_path(package, folder)
            if passes(entry, package.name, package.sha256, current.limits()):
                return entry
    return None


@remembered
def passes(entry: Path, name: str, sha256: str, limits: PackageLimits) -> bool:
    """Whether the guard lets the archive with this hash pass as it is extracted at ``entry``; looked at once.

    What is larger than allowed does not pass either: its files may have to be copied.
    """
    if excess(entry, limits):
        return False
    try:
        check_package(entry, name)
        read_json(entry / "info" / "index.json", name)
    except (PackageRefused, OSError):
        return False
    return True


def trouble(folder: Path) -> str | None:
    """Why a shared cache is not used; None if it is."""
    packages = cache.packages_dir(folder)
    try:
        status = packages.stat()
    except OSError:
        return f"{packages} is not there, or cannot be read"
    if status.st_mode & stat.S_IWOTH:
        return "anybody may write to it"
    return None


def warnings(folder: Path) -> Iterator[str]:
    """What an administrator should know of a shared cache that is used."""
    packages = cache.packages_dir(folder)
    status = packages.stat()
    if status.st_mode & stat.S_IWGRP:
        yield "its group may write to it: what one of them changes there is checked by hashes that they may change, too"
    if os.access(packages, os.W_OK):
        yield "you may write to it: an edit inside an environment may reach it through a hard link"


def copied(entries: Sequence[Path], target: Path) -> list[Path]:
    """The shared caches from which files cannot be hard links into ``target``, an existing folder.

    They are on another file system, or the kernel lets nobody link what belongs to somebody else.
    """
    found = {entry.parent.parent: entry for entry in entries}
    return [folder for folder, entry in found.items() if not can_link(entry / "info" / "index.json", target)]


def can_link(file: Path, target: Path) -> bool:
    """Try it."""
    link = target / f".link-{secrets.token_hex(4)}"
    try:
        link.hardlink_to(file)
    except OSError:
        return False
    link.unlink()
    return True
