"""An environment outside of a notebook: where it is, and the variables of a process in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.engine.activation import expand


@dataclass(frozen=True)
class Location:
    """Where an environment is: ``folder`` stays the same when it changes, ``prefix`` is what it is now."""

    name: str
    folder: Path
    prefix: Path

    @property
    def interpreter(self) -> Path | None:
        """Its Python, None if it has none."""
        python = self.folder / "bin" / "python"
        return python if python.exists() else None

    def to_json(self) -> dict[str, Any]:
        """``{"name", "folder", "prefix", "interpreter"}``."""
        interpreter = str(self.interpreter) if self.interpreter else None
        return {"name": self.name, "folder": str(self.folder), "prefix": str(self.prefix), "interpreter": interpreter}


@dataclass(frozen=True)
class Activation:
    """What activating an environment changes, as templates of `kernel.json`; and the result.

    ``environ`` are all variables of a process that starts now.
    """

    name: str
    changes: Mapping[str, str]
    environ: Mapping[str, str]


# Variables of an interpreter's installation, which would lead the one of the environment astray.
NOT_INHERITED = frozenset({"PYTHONHOME", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT"})


def activate(name: str, variables: Mapping[str, str], environ: Mapping[str, str]) -> Activation:
    """The activation with these captured ``variables``, for a process that would have had ``environ``."""
    inherited = {key: value for key, value in environ.items() if key not in NOT_INHERITED}
    return Activation(name, variables, {**inherited, **expand(variables, inherited)})
