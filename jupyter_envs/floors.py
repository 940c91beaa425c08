"""Whether what is installed beside Jupyter Envs is as new as its own metadata says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import metadata

from packaging.requirements import Requirement

from jupyter_envs.errors import EngineFailed


@cache
def check_floors() -> None:
    """Raise `EngineFailed`, naming the package, where an installer was told to ignore what is needed. Looks once."""
    try:
        lines = metadata.requires("jupyter-envs") or []
    except metadata.PackageNotFoundError:
        return  # run from a folder; nothing says what is needed
    check(lines)


def check(lines: Sequence[str]) -> None:
    """The same for some requirement lines; those of extras are passed over."""
    for line in lines:
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            found = "none"
        if found == "none" or not needed.specifier.contains(found, prereleases=True):
            raise EngineFailed(
                f"Jupyter Envs needs {needed.name}{needed.specifier}, but {found} is installed.",
                hints=("Install it again: python -m pip install --upgrade jupyter-envs",),
                name=needed.name,
            )
