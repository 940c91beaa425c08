"""Read TOML that strangers wrote, in bounded time and memory, as text, numbers, lists and mappings.

Refused before it is parsed: what is too long, and lines so long that a single key could cost minutes. Refused after:
what is too deep. `Table` says where a key stands, so that whoever reads on can name the line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .errors import InvalidFile
from .redact import show
from .yaml_guard import MAX_DEPTH, Place

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # the same module, before it came with Python

LONGEST_LINE = 1_000  # characters; the cost of a dotted key grows with the square of its parts

DOTS = 32

_WHERE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True)
class Table:
    """A mapping of the file and its key path; ``lines`` are the file's."""

    values: dict[str, Any]
    source: str
    lines: tuple[str, ...]
    path: tuple[str, ...] = ()

    def place(self, *keys: str) -> Place:
        """Where a key of this table stands; the line is the best guess that the text allows."""
        path = (*self.path, *keys)
        return Place(self.source, ".".join(show(key) for key in path), _line_of(path, self.lines))

    def refuse(self, key: str, problem: str, expected: str = "", hints: tuple[str, ...] = ()) -> InvalidFile:
        """The error for one of its keys."""
        return self.place(*([key] if key else [])).refuse(problem, expected=expected, hints=hints)

    def table(self, key: str) -> Table:
        """A table in this one; an empty one if it is not there. Raises `InvalidFile` for anything else."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.refuse(key, kind(value), "a table")
        return Table(value, self.source, self.lines, (*self.path, key))

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Each key with the table behind it."""
        return ((key, self.table(key)) for key in self.values)

    def text(self, key: str) -> str | None:
        """A text, None if it is not there. Raises `InvalidFile` for anything else."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip() or not value.isprintable()):
            raise self.refuse(key, kind(value), "text")
        return value.strip() if value is not None else None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty if it is not there. Raises `InvalidFile` for anything else."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.isprintable() for item in value):
            raise self.refuse(key, kind(value), "a list of texts")
        return tuple(value)


def read(text: str, *, source: str, max_depth: int = MAX_DEPTH, longest_line: int = LONGEST_LINE) -> Table:
    """The whole file. Raises `InvalidFile` with the line where it is known."""
    lines = tuple(text.splitlines())
    for number, line in enumerate(lines, 1):
        if len(line) > longest_line:
            raise Place(source, line=number).refuse(f"a line of more than {longest_line:,} characters")
        if line.partition("=")[0].count(".") > DOTS:
            raise Place(source, line=number).refuse(f"a key of more than {DOTS} parts")
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise Place(source).refuse(f"nested deeper than {max_depth} levels") from None
    except ValueError as error:
        raise _not_toml(error, source) from None
    if deeper_than(values, max_depth):
        raise Place(source).refuse(f"nested deeper than {max_depth} levels")
    return Table(values, source, lines)


def kind(value: Any) -> str:
    """What a value is, for a message."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f"'{show(str(value))}'"


def deeper_than(values: Any, limit: int) -> bool:
    """Whether lists and tables are nested deeper than that. No recursion, so no file can exhaust the stack."""
    level = [values]
    for _ in range(limit + 1):
        inner = [value.values() if isinstance(value, dict) else value for value in level]
        level = [item for values in inner for item in values if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _not_toml(error: ValueError, source: str) -> InvalidFile:
    found = _WHERE.search(str(error))
    problem = show(str(error).partition(" (at ")[0])
    return Place(source, line=int(found[1]) if found else None).refuse(f"not TOML ({problem})")


def _line_of(path: tuple[str, ...], lines: tuple[str, ...]) -> int | None:
    """The line on which a key path is set or, failing that, the nearest table around it begins."""
    wanted, best, nearest = _plain(".".join(path)), None, 0
    header = ""
    for number, line in enumerate(lines, 1):
        body = line.strip()
        if body.startswith("["):
            here = header = _plain(body.partition("#")[0].strip("[] \t"))
        elif "=" in body and not body.startswith("#"):
            key = _plain(body.partition("=")[0])
            here = f"{header}.{key}" if header else key
        else:
            continue
        if f"{here}.".startswith(f"{wanted}."):
            return number
        if f"{wanted}.".startswith(f"{here}.") and len(here) > nearest:
            best, nearest = number, len(here)
    return best


def _plain(key: str) -> str:
    return re.sub(r"[\"'\s]", "", key)
