"""The file beside a notebook that is not pinned, from which its environment can be made.

Looks and reads; makes nothing, and asks nobody but the documents and this machine's environments.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from jupyter_envs import envfile, formats
from jupyter_envs.errors import EnvsError
from jupyter_envs.formats import Limits
from jupyter_envs.manager.binder_values import Places
from jupyter_envs.manager.including import include
from jupyter_envs.manager.notebooks import beside
from jupyter_envs.manager.values import FileBeside
from jupyter_envs.models import Spec
from jupyter_envs.naming import NAME_LENGTH, check_name

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
    path: str, documents: Places, limits: Limits, known: Known, free: Callable[[str], None]
) -> FileBeside | None:
    """The best of the files beside a notebook, and what its environment is or would be called.

    ``free`` raises for a name that is taken. Raises `Forbidden` for a user who may not read.
    """
    for file in FILES:
        place = beside(path, file)
        if await documents.exists(place):
            spec = await _read(place, documents, limits)
            if spec is not None or file != _UNSURE:
                name, is_made = _name(_proposed(place, documents, spec), spec, known, free)
                return FileBeside(file, name, is_made)
    return None


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
