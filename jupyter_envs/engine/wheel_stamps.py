"""Which files of installed wheels were held against their hashes before: by inode, time and size of each.

Environments share a wheel's files through hard links. What an edit changes in one of them shows in the time or the
size, or in another inode: then all is read again. A stamp that cannot be read only costs that. What the installer
writes anew into each environment is no file of the wheel, and has no stamp.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from jupyter_envs.files import write_atomically
from jupyter_envs.models import Package

Stamp = tuple[int, int, int, int]
# in the folder NAME-VERSION.dist-info, by the specification of installed projects: the installer's own
WRITTEN_BY_INSTALLERS = frozenset({"INSTALLER", "REQUESTED", "direct_url.json"})


def stamps_dir(cache_dir: Path) -> Path:
    """The folder of the stamps."""
    return cache_dir / "checked-wheels"


def stamp(path: str) -> Stamp | None:
    """What a file looks like from outside; None if it is not there."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def stamps(paths: Iterable[Path], site: Path) -> dict[str, Stamp]:
    """By path in the folder of packages. Take them before the files are read."""
    found = {str(path.relative_to(site)): stamp(str(path)) for path in paths if not is_of_installer(path)}
    return {path: one for path, one in found.items() if one}


def is_of_installer(path: Path) -> bool:
    """Whether an installer writes this file for one environment, so that no other one can have the same."""
    return path.name in WRITTEN_BY_INSTALLERS and path.parent.name.endswith(".dist-info")


def are_kept(packages: Iterable[Package], cache_dir: Path) -> bool:
    """Whether each wheel was installed from this cache before, as far as it is known; it may be gone meanwhile."""
    return all(_place(package, cache_dir).is_file() for package in packages)


def is_known(package: Package, site: Path, cache_dir: Path) -> bool:
    """Whether each file is one that had the right hash, and looks as it did then."""
    try:
        known = json.loads(_place(package, cache_dir).read_bytes())
        return bool(known) and all(stamp(f"{site}{os.sep}{path}") == tuple(one) for path, one in known.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return False


def remember(package: Package, found: dict[str, Stamp], cache_dir: Path) -> None:
    """Keep stamps of files that had the right hashes."""
    if found and package.sha256:
        stamps_dir(cache_dir).mkdir(exist_ok=True)
        write_atomically(_place(package, cache_dir), json.dumps(found), lasting=False)


def forget(cache_dir: Path) -> None:
    """Forget all of them; the next install of each wheel reads its files."""
    for file in stamps_dir(cache_dir).glob("*.json"):
        file.unlink(missing_ok=True)


def _place(package: Package, cache_dir: Path) -> Path:
    return stamps_dir(cache_dir) / f"{package.sha256}.json"
