"""The program of an engine process that floods its log with as many megabytes as ``~/flood`` says.

One half goes the engine's own way, the other to standard error, as a library or a build would write it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_envs.engine import worker
from jupyter_envs.engine.operations import OPERATIONS
from jupyter_envs.engine.progress import Tracker

LINE = "x" * 99


def flooding(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The operation, after the flood."""

    async def flooded(args: dict[str, Any], tracker: Tracker) -> Any:
        file = Path.home() / "flood"
        megabytes = int(file.read_text()) if file.exists() and "flood" in args["specs"] else 0
        for number in range(megabytes * 10_000):
            if number % 2:
                tracker.say(LINE)
            else:
                print(LINE, file=sys.stderr)
        return await operation(args, tracker)

    return flooded


def main() -> None:
    """Answer requests."""
    OPERATIONS["solve"] = flooding(OPERATIONS["solve"])
    worker.main()
