"""What the user asked for, from `conda-meta/history`, as conda's own `history.py` reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from . import matchspec
from .errors import InvalidSpec

_SPECS = re.compile(r"#\s*(\w+)\s*specs:\s*(.*)\Z")
_ASKED = frozenset({"update", "install", "create", "neutered"})
_REMOVED = frozenset({"remove", "uninstall"})


def requested(text: str, installed: Iterable[str]) -> tuple[str, ...]:
    """The match specs that were asked for last, in the order of their names' first appearance.

    A package that is no longer among the ``installed`` names was removed in a way that the history does not tell.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        action, specs = _line(line)
        for spec in specs:
            name = _name(spec)
            if action in _REMOVED:
                found.pop(name, None)
            elif action in _ASKED and name:
                found[name] = spec
    present = set(installed)
    return tuple(spec for name, spec in found.items() if name in present)


def _line(line: str) -> tuple[str, list[str]]:
    """Action and specs of a line ``# update specs: ["python=3.12"]``; of every other line nothing."""
    match = _SPECS.match(line.strip())
    if not match:
        return "", []
    specs = _listed(match[2]) if match[2].startswith("[") else _old_form(match[2])
    # conda's mark for features, which it leaves out as well
    return match[1], [spec for spec in specs if spec and not spec.endswith("@")]


def _listed(text: str) -> list[str]:
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _old_form(text: str) -> list[str]:
    """``numpy,scipy >=1,<2``: a comma is also part of a version where an operator follows it."""
    return [spec.strip() for spec in re.split(r",(?![<>=!~])", text)]


def _name(spec: str) -> str:
    try:
        return matchspec.parse(spec).name
    except InvalidSpec:
        return ""
