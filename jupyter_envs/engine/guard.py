"""The check that every package must pass before anything of it is linked into a prefix.

Reads the folder into which the package was extracted, changes nothing, runs nothing. The rules are those of the
conda package format (paths are relative, POSIX, below the prefix) and the engine's own: `conda-meta` belongs to
the installer, links stay inside, and two paths must stay two on any file system.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jupyter_envs.errors import PackageRefused

ENTRY_POINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*=\s*[A-Za-z_][\w.]*\s*:\s*[A-Za-z_][\w.]*")
DRIVE = re.compile(r"^[A-Za-z]:")
LONGEST_NAME, LONGEST_PATH = 255, 1024  # bytes; what file systems take
METADATA_SIZE = 100_000_000  # bytes
ACTIVATION = ("etc/conda/activate.d/", "etc/conda/deactivate.d/")


def check_package(folder: Path, name: str) -> None:
    """Raise `PackageRefused`, naming the package and the reason, unless ``folder`` may be linked.

    Raises `PackageRefused` also for a package whose metadata is missing or not understood.
    """
    members = list(walk(folder, name))
    check_collisions(members, name)
    paths = [entry.get("_path") for entry in entries(folder, name)]
    for path in (*members, *paths):
        check_path(path, name)
    check_collisions([str(path) for path in paths], name)
    check_entry_points(folder, name)


def refuse(name: str, reason: str) -> PackageRefused:
    """The error for one package and one reason."""
    return PackageRefused(
        f"The package {name} was refused: {reason}.",
        hints=("Nothing of it was installed. Report it to the channel's owner.",),
        package=name,
    )


def walk(folder: Path, name: str) -> Iterator[str]:
    """Relative POSIX paths of all members but `info/`; refuses devices, pipes and links that lead outside."""
    for place, folders, files in os.walk(folder, followlinks=False):
        for member in (*folders, *files):
            path = Path(place, member)
            relative = path.relative_to(folder).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                check_link(relative, str(path.readlink()), name)
            elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise refuse(name, f"{relative!r} is neither a file, a folder nor a link")
            if not relative.startswith("info/") and relative != "info" and not stat.S_ISDIR(mode):
                yield relative


def check_link(relative: str, target: str, name: str) -> None:
    """A link's target must lie below the prefix."""
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(relative), target))
    if target.startswith("/") or resolved == ".." or resolved.startswith("../"):
        raise refuse(name, f"the link {relative!r} leads outside of the environment")


def check_path(path: Any, name: str) -> None:
    """A path must be relative, plain and not the installer's own."""
    if not isinstance(path, str) or not path or "\0" in path or "\\" in path:
        raise refuse(name, f"{path!r} is not a path")
    parts = path.split("/")
    if path.startswith("/") or DRIVE.match(path) or any(part in ("", ".", "..") for part in parts):
        raise refuse(name, f"the path {path!r} does not stay inside the environment")
    if len(path.encode(errors="replace")) > LONGEST_PATH or any(len(part) > LONGEST_NAME for part in parts):
        raise refuse(name, f"the path {path[:LONGEST_NAME]!r}… is too long")
    if parts[0].lower() == "conda-meta":
        raise refuse(name, f"{path!r} belongs to the installer, not to a package")


def check_collisions(paths: Iterable[str], name: str) -> None:
    """No two paths may differ by case alone: one of them would be lost on some file systems."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            raise refuse(name, f"{other!r} and {path!r} are the same file on some systems")


def entries(folder: Path, name: str) -> list[dict[str, Any]]:
    """The entries of `info/paths.json` (CEP 34 describes them)."""
    data = read_json(folder / "info" / "paths.json", name)
    found = data.get("paths") if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise refuse(name, "its list of files is missing or not understood")
    return found


def check_entry_points(folder: Path, name: str) -> None:
    """Entry points of a noarch Python package must be `command = module:function` and nothing else."""
    link = folder / "info" / "link.json"
    if not link.is_file():
        return
    data = read_json(link, name)
    noarch = data.get("noarch", {}) if isinstance(data, dict) else None
    points = noarch.get("entry_points", []) if isinstance(noarch, dict) else None
    if not isinstance(points, list):
        raise refuse(name, "its link.json is not understood")
    for point in points:
        if not isinstance(point, str) or not ENTRY_POINT.fullmatch(point.strip()):
            raise refuse(name, f"{point!r} is not an entry point")


def read_json(path: Path, name: str) -> Any:
    """A JSON file of the package's metadata, whatever it holds."""
    try:
        if path.is_symlink() or path.stat().st_size > METADATA_SIZE:
            raise ValueError("no plain file of a usual size")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise refuse(name, f"its {path.name} cannot be read ({error.__class__.__name__})") from error


def activation_scripts(folder: Path) -> list[str]:
    """The package's activation scripts: they run when an environment is published, so a plan names them."""
    return sorted(
        path.relative_to(folder).as_posix() for part in ACTIVATION for path in folder.glob(part + "*") if path.is_file()
    )
