"""What is configured for solves, whatever is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_envs.formats import LIMITS, Limits
from jupyter_envs.virtual import System


@dataclass(frozen=True)
class Ground:
    """What a solve stands on besides the file: this platform, the usual channels, what to take for granted.

    ``builds`` says whether source archives may be built, ``limits`` how much of a file is read.
    """

    platform: str
    channels: tuple[str, ...]
    system: System
    builds: bool = False
    limits: Limits = LIMITS
