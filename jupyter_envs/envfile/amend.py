"""Change what an environment file asks for, line by line, so that its comments and its order stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import EnvsError
from ..models import Spec
from ..yaml_text import scalar
from .reader import parse
from .writer import write


def amend(text: str, spec: Spec) -> str:
    """The file with as few lines changed as it takes to ask for ``spec``; written anew where lines alone cannot do it.

    Reading the result asks for what ``spec`` asks for.
    """
    try:
        amended = _amended(text, parse(text), spec)
        return amended if parse(amended).content_hash() == spec.content_hash() else write(spec)
    except (EnvsError, LookupError):
        return write(spec)


def _amended(text: str, old: Spec, spec: Spec) -> str:
    lines = text.splitlines()
    for before, after in ((old.conda, spec.conda), (old.pip, spec.pip)):
        kept = [item for item in before if item in after]
        new = [item for item in after if item not in before]
        if new and not before and after is spec.pip:
            _insert_pip(lines, new, spec.conda)
        elif new:
            _insert(lines, new, kept or list(before))
        for item in before:
            if item not in after:
                del lines[_place(lines, item)]
    return "\n".join(lines) + "\n"


def _insert(lines: list[str], new: Sequence[str], beside: Sequence[str]) -> None:
    """Put items behind the last of those that are there, as deep as that one."""
    place = max(_place(lines, item) for item in beside)
    lines[place + 1 : place + 1] = [f"{_indent(lines[place])}- {scalar(item)}" for item in new]


def _insert_pip(lines: list[str], new: Sequence[str], conda: Sequence[str]) -> None:
    """Begin a pip section behind the last conda package."""
    place = max(_place(lines, item) for item in conda)
    indent = _indent(lines[place])
    lines[place + 1 : place + 1] = [f"{indent}- pip:", *(f"{indent}    - {scalar(item)}" for item in new)]


def _place(lines: Sequence[str], item: str) -> int:
    """The line of an item. Raises `LookupError` where it is not on a line of its own, or on several."""
    pattern = re.compile(rf"\s*-\s+(['\"]?){re.escape(item)}\1\s*(?:#.*)?\Z")
    places = [number for number, line in enumerate(lines) if pattern.match(line)]
    if len(places) != 1:
        raise LookupError(item)
    return places[0]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
