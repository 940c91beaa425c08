"""What a notebook that is not pinned can be given an environment from: its own block (PEP 723), or a file beside it.

Looks and reads; makes nothing, and asks nobody but the documents and this machine's environments.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from jupyter_envs import envfile, formats
from jupyter_envs.errors import EnvsError
from jupyter_envs.formats import Limits
from jupyter_envs.manager.binder_values import Places
from jupyter_envs.manager.including import include
from jupyter_envs.manager.notebooks import beside
from jupyter_envs.manager.values import FileBeside
from jupyter_envs.models import Spec
from jupyter_envs.naming import NAME_LENGTH, check_name
from jupyter_envs.pyproject import BLOCK_START

# what says most exactly comes first
FILES = (
    "Pipfile.lock",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "requirements.txt",
    "pixi.toml",
    "pylock.toml",
    "pyproject.toml",
)
# many projects keep only the settings of their tools in it
_UNSURE = "pyproject.toml"
MOST_NAMES = 20

Known = Callable[[str], Spec | None]
"""What an environment of this name asks for. Raises one of our errors for a name that nothing can get."""


async def look(
    path: str,
    notebook: Mapping[str, Any],
    documents: Places,
    limits: Limits,
    *,
    known: Known,
    free: Callable[[str], None],
) -> FileBeside | None:
    """The notebook itself, if it says what it needs, else the best of the files beside it; and the environment's name.

    ``free`` raises for a name that is taken. Raises `Forbidden` for a user who may not read.
    """
    spec = await _read(path, documents, limits) if _may_say_itself(notebook) else None
    if spec is not None:
        file = posixpath.basename(path)
        name, is_made = _name(_plain(posixpath.splitext(file)[0]) or "notebook", spec, known, free)
        return FileBeside(file, name, is_made)
    for file in FILES:
        place = beside(path, file)
        if await documents.exists(place):
            spec = await _read(place, documents, limits)
            if spec is not None or file != _UNSURE:
                name, is_made = _name(_proposed(place, documents, spec), spec, known, free)
                return FileBeside(file, name, is_made)
    return None


def _may_say_itself(notebook: Mapping[str, Any]) -> bool:
    """Whether a block may be in it; what is no cell has none."""
    cells = notebook.get("cells")
    sources = [cell.get("source") for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    return any(isinstance(one, str | list) and BLOCK_START in "".join(map(str, one)) for one in sources)


async def _read(place: str, documents: Places, limits: Limits) -> Spec | None:
    """What the file asks for; None for a lock, and for what only an attempt to use it explains."""
    try:
        text = await documents.read(place)
        spec = formats.read(text or "", source=place, limits=limits).spec
        return spec and await include(spec, place, documents, limits)
    except EnvsError:
        return None


def _proposed(place: str, documents: Places, spec: Spec | None) -> str:
    """The name that the file says, else the folder's, as one that an environment can have."""
    root = documents.place("")
    said = ((spec.name if spec else "") or "", posixpath.basename(posixpath.dirname(place)), root.name if root else "")
    return next(filter(None, map(_plain, said)), "notebooks")


def _plain(text: str) -> str:
    """What can be in a name, with room for a number behind it."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("._-").lower()
    return plain[: NAME_LENGTH - 3].rstrip("._-")


def _name(proposed: str, spec: Spec | None, known: Known, free: Callable[[str], None]) -> tuple[str, bool]:
    """A name that is free, or the environment that already has what the file asks for, which the second says."""
    for number in range(1, MOST_NAMES):
        name = proposed if number == 1 else f"{proposed}-{number}"
        there = known(name)
        if there is not None and spec is not None and envfile.asks_same(there, spec):
            return name, True
        if there is None and _is_free(name, free):
            return name, False
    return proposed, False


def _is_free(name: str, free: Callable[[str], None]) -> bool:
    try:
        free(check_name(name))
    except EnvsError:
        return False
    return True
