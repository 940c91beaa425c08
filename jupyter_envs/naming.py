"""What an environment can be called, and what it should be: a pattern of the admin's, a hint where a name says nothing.

Nothing here touches a disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import InvalidInput, InvalidName

NAME_LENGTH = 64
NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{NAME_LENGTH - 1}}}")
# Windows device names: a notebook must find its environment there, too
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_PART = re.compile(r"<([^<>]*)>")
_ALLOWED = re.compile(r"[A-Za-z0-9._-]*")
_SAYS_NOTHING = re.compile(
    r"(?i)(?:my|new|the|a)?[._-]?(?:test(?:ing|s)?|env(?:ironment)?s?|tmp|temp|foo|bar|baz|asdf|untitled|python3?|venv"
    r"|default|stuff|thing|project|kernel)[._-]?[0-9]*"
)
NOTE_LENGTH, TAG_LENGTH, MOST_TAGS = 2_000, 40, 20


def check_name(name: str) -> str:
    """``name`` itself. Raises `InvalidName`, with a clean one proposed, unless it can be an environment's name."""
    if NAME.fullmatch(name) and not _RESERVED.fullmatch(name) and not name.endswith("."):
        return name
    proposal = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")[:NAME_LENGTH] or "environment"
    if _RESERVED.fullmatch(proposal):
        proposal = f"env_{proposal}"
    shown = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    printable = "".join(character if character.isprintable() else "�" for character in shown)
    raise InvalidName(
        f"“{printable}” cannot be the name of an environment.",
        hints=(f"Use letters, digits, “.”, “_” and “-”, {NAME_LENGTH} at most, for example “{proposal}”.",),
        name=shown,
        proposal=proposal,
    )


@dataclass(frozen=True)
class NamePattern:
    """Such as ``<team>_<project>_<purpose>``: each part is one or more letters or digits, with the rest as it is.

    A part may also hold those of ``.``, ``_`` and ``-`` that the pattern itself does not use.
    """

    text: str

    def __post_init__(self) -> None:
        literals = _PART.split(self.text)[::2]
        if not _PART.search(self.text) or not all(_ALLOWED.fullmatch(literal) for literal in literals):
            raise ValueError(f"“{self.text}” is no pattern for names: write it as <team>_<project>_<purpose>")

    @property
    def expression(self) -> re.Pattern[str]:
        """The pattern as a regular expression."""
        literals = _PART.split(self.text)[::2]
        free = re.escape("".join(mark for mark in "._-" if mark not in "".join(literals)))
        part = rf"[A-Za-z0-9][A-Za-z0-9{free}]*"
        return re.compile(part.join(map(re.escape, literals)))

    def check(self, name: str) -> str:
        """``name`` itself. Raises `InvalidName` that shows the pattern."""
        if self.expression.fullmatch(name):
            return name
        example = _PART.sub(lambda found: re.sub(r"[^A-Za-z0-9]", "", found[1]) or "x", self.text)
        raise InvalidName(
            f"“{name}” does not follow the pattern for names here: {self.text}.",
            hints=(f"For example “{example}”.",),
            name=name,
            pattern=self.text,
        )


def hints(name: str, pattern: NamePattern | None = None) -> tuple[str, ...]:
    """A sentence about a name that says nothing; never a refusal."""
    if not _SAYS_NOTHING.fullmatch(name):
        return ()
    better = pattern.text if pattern else "<project>_<purpose>"
    return (f"“{name}” will say little to you in a year; a name such as {better} would.",)


def check_words(note: str, tags: tuple[str, ...]) -> None:
    """Raise `InvalidInput` for a note or tags that are too long to be shown in a list."""
    if len(note) > NOTE_LENGTH:
        raise InvalidInput(f"A note has {NOTE_LENGTH} characters at most, this one has {len(note)}.", key="note")
    if len(tags) > MOST_TAGS:
        raise InvalidInput(f"An environment has {MOST_TAGS} tags at most.", key="tags")
    for tag in tags:
        if not tag.isprintable() or not 0 < len(tag) <= TAG_LENGTH or tag != tag.strip():
            raise InvalidInput(f"“{tag[:TAG_LENGTH]}” is no tag.", hints=("Use one short word or two.",), key="tags")
