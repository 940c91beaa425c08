"""What a notebook's pin comes to when it is held against this machine: a state, why, and what mends it.

Each reason has one sentence, made from the reason's fields and nothing else: the front end makes the same sentences in
the user's language from the same reason and fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypedDict

from .models import Difference
from .wording import counted

Reason = Literal["as-locked", "unpinned", "differs", "absent", "edited", "other-lock", "other-platform", "no-lock"]
Action = Literal["none", "restore", "update", "build", "lock", "pin"]


class VerdictState(str, Enum):
    """A pin held against reality."""

    MATCH = "match"
    DRIFTED = "drifted"
    OUTDATED = "outdated"
    MISSING = "missing"
    UNLOCKED = "unlocked"
    UNPINNED = "unpinned"


class Fields(TypedDict, total=False):
    """What a reason is about; each reason has its own of these."""

    file: str
    lock: str
    count: int
    channels: list[str]
    added: list[str]
    more: int
    platforms: list[str]
    platform: str


@dataclass(frozen=True)
class Verdict:
    """The state and why, the one action that mends it, and what differs."""

    state: VerdictState
    reason: Reason
    fields: Fields
    action: Action
    differences: tuple[Difference, ...] = ()

    @property
    def sentence(self) -> str:
        """For people, in English."""
        return _SENTENCES[self.reason](self.fields)


def _absent(fields: Fields) -> str:
    origin = f" from {_listed(fields['channels'])}" if fields["channels"] else ""
    return f"Not on this machine yet. {counted(fields['count'], 'package')}{origin}."


def _edited(fields: Fields) -> str:
    names = ", ".join(f"+ {name}" for name in fields["added"])
    more = f" and {fields['more']} more" if fields["more"] else ""
    return f"{fields['file']} was edited after it was locked{': ' if names else ''}{names}{more}."


def _other_platform(fields: Fields) -> str:
    return f"The lock covers {_listed(fields['platforms']) or 'no platform'}, not this machine ({fields['platform']})."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])


_SENTENCES: Mapping[Reason, Callable[[Fields], str]] = {
    "as-locked": lambda fields: f"Runs exactly what {fields['file']} locks.",
    "unpinned": lambda _: "Nothing records which environment this notebook needs.",
    "differs": lambda fields: (
        "1 package differs from the lock."
        if fields["count"] == 1
        else f"{fields['count']} packages differ from the lock."
    ),
    "absent": _absent,
    "edited": _edited,
    "other-lock": lambda fields: f"{fields['lock']} is not the lock that this notebook names.",
    "other-platform": _other_platform,
    "no-lock": lambda fields: f"{fields['lock']} is not there, so nothing says which packages this notebook ran with.",
}
