"""Conda's name for a machine whose Python can be packaged."""

from __future__ import annotations

import platform
import sys

from jupyter_envs.errors import InvalidInput
from jupyter_envs.machine import current_platform


def current_subdir() -> str:
    """The folder of a channel for this machine, such as ``linux-64``.

    Raises InvalidInput on a machine whose Python cannot be packaged (Windows).
    """
    if sys.platform not in ("linux", "darwin"):
        raise InvalidInput(
            f"A local channel cannot be made on {platform.system()}.",
            hints=("Use a channel such as conda-forge.",),
        )
    return current_platform()
