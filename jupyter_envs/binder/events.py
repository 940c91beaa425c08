"""What a BinderHub says while it builds: server-sent events, each a JSON object with a phase and a message.

The form is that of BinderHub's API documentation ("Events"). Phases come in any case, and what is not
understood is left out.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# the hub stops at the first; at the second the image is there, and a link opens it
FAILED = frozenset({"failed", "failure"})
BUILT = frozenset({"built", "launching", "ready"})
LONGEST_LINE = 2_000  # characters of a line of log
MOST_LINES = 500  # of one event

_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


@dataclass(frozen=True)
class BuildEvent:
    """One event: its phase, the lines that it brings for the log, and how many bytes of the image are pushed."""

    phase: str
    lines: tuple[str, ...] = ()
    done: int = 0
    total: int | None = None


class EventReader:
    """Puts the lines of a stream together: an event's data may be on several, and an empty line ends it."""

    def __init__(self) -> None:
        self._data: list[str] = []

    def feed(self, line: str) -> BuildEvent | None:
        """The event that a line (without its end) completes, if it does. Comments, which keep a line open, are none."""
        if line:
            name, _, value = line.partition(":")
            if name == "data":
                self._data.append(value.removeprefix(" "))
            return None
        data, self._data = "\n".join(self._data), []
        return parse_event(data) if data else None

    def forget(self) -> None:
        """Leave out the event that is being read."""
        self._data = []


def parse_event(data: str) -> BuildEvent | None:
    """The event in a text; None for what is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    phase, message = found.get("phase"), found.get("message")
    lines = _last(printable(message)) if isinstance(message, str) else ()
    done, total = _pushed(found.get("progress"))
    return BuildEvent(phase.lower()[:40] if isinstance(phase, str) else "", lines, done, total)


def printable(message: str) -> Iterator[str]:
    """The lines of a message as text: without a terminal's codes, and of a line that was written over only its end."""
    for line in _ESCAPE.sub("", message).split("\n"):
        shown = line.rstrip("\r").rpartition("\r")[2]
        clean = "".join(mark if mark.isprintable() or mark == "\t" else "�" for mark in shown[: LONGEST_LINE + 1])
        if clean.strip():
            yield clean if len(shown) <= LONGEST_LINE else clean[:LONGEST_LINE] + "…"


def _last(lines: Iterator[str]) -> tuple[str, ...]:
    kept: deque[str] = deque(maxlen=MOST_LINES)
    count = 0
    for line in lines:
        kept.append(line)
        count += 1
    return tuple(kept) if count <= MOST_LINES else (f"… {count - MOST_LINES} lines are left out", *kept)


def _pushed(progress: Any) -> tuple[int, int | None]:
    """Bytes of the layers that are being pushed; the others come as a word."""
    layers = [layer for layer in progress.values() if isinstance(layer, dict)] if isinstance(progress, dict) else []
    sums = [sum(_bytes(layer.get(key)) for layer in layers) for key in ("current", "total")]
    return sums[0], sums[1] or None


def _bytes(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 60 else 0
