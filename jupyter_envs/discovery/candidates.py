"""Folders that may be environments, from the lists and the places that each tool uses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_envs.discovery.reading import folders, names, read_text
from jupyter_envs.discovery.values import Candidate, Places, Problem

# Folders of projects in which nobody keeps an environment, but many files.
NOT_SEARCHED = frozenset({"node_modules", "__pycache__", "site-packages", "build", "dist"})
MOST_FOLDERS = 5_000
# What a virtual environment is called that belongs to the folder it lies in.
OF_ITS_FOLDER = frozenset({".venv", "venv", "env", ".env"})

Report = Callable[[Problem], None]


def candidates(places: Places, report: Report) -> Iterator[Candidate]:
    """All of them; the same folder may come several times, the best description first."""
    for root in places.conda_roots:
        yield from guarded(of_root(str(root)), str(root), report)
    for folder in places.envs_dirs:
        yield from guarded(inside(str(folder), source_of(folder)), str(folder), report)
    yield from guarded(inside(str(places.home / ".pixi" / "envs"), "pixi-global"), "~/.pixi/envs", report)
    for folder in places.virtualenv_dirs:
        yield from guarded(inside(str(folder), ""), str(folder), report)
    left = [MOST_FOLDERS]
    for folder in places.projects:
        yield from of_project(str(folder), places.depth, left, report)
    if left[0] <= 0:
        report(Problem("", f"Only the first {MOST_FOLDERS} folders were searched for environments."))
    listing = str(places.home / ".conda" / "environments.txt")
    yield from guarded(listed(listing), listing, report)
    for prefix in places.prefixes:
        yield from of_listed(str(prefix)) if (prefix / "conda-meta").is_dir() else (of_folder(str(prefix)),)


def guarded(found: Iterator[Candidate], place: str, report: Report) -> Iterator[Candidate]:
    """The same; a place that cannot be read is reported."""
    try:
        yield from found
    except (OSError, ValueError) as error:
        report(Problem(place, f"{place} cannot be searched for environments: {reason(error)}."))


def reason(error: Exception) -> str:
    """An error in a few words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def of_root(root: str) -> Iterator[Candidate]:
    """An installation of a conda tool: its base, and what is in its ``envs``."""
    source = os.path.basename(root)  # noqa: PTH119
    yield Candidate(root, "base", source)
    yield from inside(f"{root}/envs", source)


def inside(folder: str, source: str) -> Iterator[Candidate]:
    """Each folder in a folder of environments."""
    for entry in folders(folder):
        yield Candidate(entry.path, entry.name, source)


def source_of(folder: Path) -> str:
    """``~/.conda/envs`` and ``/data/conda/envs`` are conda's, ``/data/teams`` is ``teams``'."""
    return (folder.parent.name if folder.name == "envs" else folder.name).lstrip(".") or "conda"


def listed(path: str) -> Iterator[Candidate]:
    """The list that conda tools keep; a line for a folder that is gone says nothing, as it does for conda."""
    try:
        lines = read_text(path).splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        prefix = line.strip().rstrip("/")
        if prefix.startswith("/") and os.path.isdir(prefix):  # noqa: PTH112
            yield from of_listed(prefix)


def of_listed(prefix: str) -> Iterator[Candidate]:
    """What a line of the list stands for: a root, an environment of a root, a pixi project's, or any other."""
    folder, name = os.path.split(prefix)
    above = os.path.basename(os.path.dirname(folder))  # noqa: PTH119, PTH120
    if os.path.isdir(f"{prefix}/condabin"):  # noqa: PTH112
        yield Candidate(prefix, "base", name)
    elif folder.endswith("/.pixi/envs"):
        yield of_pixi(folder.removesuffix("/.pixi/envs"), prefix)
    else:
        yield Candidate(prefix, name, above.lstrip(".") if folder.endswith("/envs") else "conda")


def of_pixi(project: str, prefix: str) -> Candidate:
    """A pixi project's environment has the project's name; its further ones add their own."""
    folder, name = os.path.basename(project), os.path.basename(prefix)  # noqa: PTH119
    return Candidate(prefix, folder if name == "default" else f"{folder}-{name}", "pixi")


def of_project(folder: str, depth: int, left: list[int], report: Report) -> Iterator[Candidate]:
    """Environments in a project's folder and the folders below; what is one is not searched any further."""
    if left[0] <= 0:
        return
    left[0] -= 1
    try:
        here = frozenset(names(folder))
        below = list(folders(folder)) if depth >= 0 and not is_environment(here) else []
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        report(Problem(folder, f"{folder} cannot be searched for environments: {reason(error)}."))
        return
    if is_environment(here):
        yield of_folder(folder)
        return
    for entry in below:
        yield from of_subfolder(entry, folder, depth, left, report)


def of_subfolder(
    entry: os.DirEntry[str], project: str, depth: int, left: list[int], report: Report
) -> Iterator[Candidate]:
    """One folder of a project: pixi's, an environment's own, or one to search."""
    if entry.name == ".pixi":
        for prefix in guarded(inside(f"{entry.path}/envs", "pixi"), entry.path, report):
            yield of_pixi(project, prefix.path)
    elif entry.name in OF_ITS_FOLDER:
        yield of_folder(entry.path)
    elif not entry.name.startswith(".") and entry.name not in NOT_SEARCHED and not entry.is_symlink():
        yield from of_project(entry.path, depth - 1, left, report)


def is_environment(here: frozenset[str]) -> bool:
    """Whether the names in a folder are those of an environment."""
    return "pyvenv.cfg" in here or "conda-meta" in here


def of_folder(prefix: str) -> Candidate:
    """An environment that somebody made in a project."""
    folder, name = os.path.split(prefix)
    return Candidate(prefix, os.path.basename(folder) if name in OF_ITS_FOLDER else name, "")  # noqa: PTH119
