"""How often the long loops run: a short form by default, the whole with ``pytest --long``; both are told at the end."""

from __future__ import annotations

import os
import sys

LONG = "--long" in sys.argv or bool(os.environ.get("ENVS_LONG_TESTS"))
TOLD: list[str] = []


def rounds(short: int, full: int) -> int:
    """How many rounds a loop makes in this run."""
    return full if LONG else short


def tell(test: str, what: str, done: int, full: int) -> None:
    """Say after the run what was done and what the long form does."""
    shortened = f", the long form does {full}" if done < full else ""
    TOLD.append(f"{test}: {done} {what}{shortened}")
