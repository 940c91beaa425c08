"""How a file says that it was generated: a line with the digest of all its other lines.

A generated file whose digest is right may be written again; any other file belongs to people.
"""

from __future__ import annotations

import hashlib
import re
from enum import Enum

_LINE = re.compile(r"# Made by jupyter envs binder; write it again with that command\. sha256:([0-9a-f]{64})\Z")


class State(str, Enum):
    """What is at the place of a file that is to be written."""

    ABSENT = "absent"
    SAME = "same"
    GENERATED = "generated"
    EDITED = "edited"
    FOREIGN = "foreign"

    @property
    def is_peoples(self) -> bool:
        """Whether somebody wrote it, or changed what was generated."""
        return self in (State.EDITED, State.FOREIGN)


def marked(lines: list[str]) -> str:
    """The lines as a text with the marker: behind a ``#!`` line, else first."""
    digest = _digest(lines)
    line = f"# Made by jupyter envs binder; write it again with that command. sha256:{digest}"
    position = 1 if lines and lines[0].startswith("#!") else 0
    return "\n".join([*lines[:position], line, *lines[position:]]) + "\n"


def state_of(before: str | None, text: str) -> State:
    """What stands where ``text`` is to be written."""
    if before is None:
        return State.ABSENT
    before = before.replace("\r\n", "\n")
    if before == text:
        return State.SAME
    lines = before.removesuffix("\n").split("\n")
    found = [(number, match[1]) for number, line in enumerate(lines[:2]) if (match := _LINE.match(line))]
    if not found:
        return State.FOREIGN
    ((position, digest),) = found[:1]
    return State.GENERATED if _digest(lines[:position] + lines[position + 1 :]) == digest else State.EDITED


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
