"""Conda's name for the machine that this runs on."""

from __future__ import annotations

import platform
import sys

from jupyter_envs.errors import InvalidInput

_SYSTEMS = {"linux": "linux", "darwin": "osx"}
_MACHINES = {"x86_64": "64", "amd64": "64", "arm64": "arm64", "aarch64": "aarch64", "ppc64le": "ppc64le"}


def current_subdir() -> str:
    """The folder of a channel for this machine, such as ``linux-64``.

    Raises InvalidInput on a machine whose Python cannot be packaged (Windows).
    """
    system = _SYSTEMS.get(sys.platform)
    machine = platform.machine().lower()
    if system is None:
        raise InvalidInput(
            f"A local channel cannot be made on {platform.system()}.",
            hints=("Use a channel such as conda-forge.",),
        )
    return f"{system}-{_MACHINES.get(machine, machine)}"
