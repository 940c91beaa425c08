"""The block ``# /// script`` (PEP 723) in a notebook: put there as juv keeps it, or renewed in its place. Pure.

Of a block that is there only ``dependencies`` and ``requires-python`` change. Whatever else it says stays, and so does
the rest of its cell; what could not be kept is refused.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from . import imports
from .errors import Conflict, InvalidFile
from .pyproject import BLOCK_END, BLOCK_START, Block, blocks
from .redact import show

KEYS = ("dependencies", "requires-python")
CELL_ID = "script-metadata"
# the header of a table, such as [tool.uv]; a list of requirements has quotation marks in its brackets
_HEADER = re.compile(r"^# *\[{1,2}[A-Za-z0-9_.\"' -]+\]{1,2} *(?:#.*)?$")


@dataclass(frozen=True)
class Placed:
    """A notebook with the block in it; ``before`` is the block that was there, empty where there was none."""

    notebook: dict[str, Any]
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was."""
        return self.before != self.after

    @property
    def difference(self) -> str:
        """What changes in the block, line by line; empty for nothing."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=99)
        return "\n".join(line for line in lines if not re.match(r"(?:---|\+\+\+|@@) ?", line))

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of what is there and what takes its place: what a user confirms."""
        return hashlib.sha256(json.dumps([self.before, self.after]).encode()).hexdigest()


def place(notebook: dict[str, Any], block: str, *, source: str) -> Placed:
    """``notebook`` (left as it is) with ``block`` in it: in the cell that has one, else in a new first cell, folded.

    A block that asks for the same stays as it is, comments and all. Raises `InvalidFile` for what is no notebook or a
    block that is not understood, and `Conflict` where the block says what would be lost, or the notebook is not
    Python's.
    """
    new = block.rstrip("\n")
    language = imports.language(notebook)
    if language.lower() not in ("python", "ipython"):
        raise Conflict(f"{source} is in {show(language)}, and a block “{BLOCK_START}” is Python's.", path=source)
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise InvalidFile(f"{source} is not a notebook.", hints=("Give the path of an .ipynb file.",), path=source)
    for number, cell in enumerate(cells):
        text = _code(cell)
        found = list(blocks(text))
        if len(found) > 1:
            raise InvalidFile(f"{source} has a cell with more than one block “{BLOCK_START}”.", path=source)
        if found:
            before = text[found[0].start : found[0].end]
            after = before if _same(found[0], _block(new), source) else _renewed(found[0], before, new, source)
            code = text[: found[0].start] + after + text[found[0].end :]
            return Placed(
                {**notebook, "cells": [*cells[:number], _with_code(cell, code), *cells[number + 1 :]]}, before, after
            )
    return Placed({**notebook, "cells": [_new_cell(notebook, new), *cells]}, "", new)


def _block(text: str) -> Block:
    return next(blocks(text))


def _code(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if cell.get("cell_type") != "code" or not isinstance(source, str | list):
        return ""
    return source if isinstance(source, str) else "".join(map(str, source))


def _with_code(cell: dict[str, Any], code: str) -> dict[str, Any]:
    """The cell with other code, in the form that it had: one text, or a list of lines."""
    return {**cell, "source": code if isinstance(cell["source"], str) else code.splitlines(keepends=True)}


def _new_cell(notebook: dict[str, Any], block: str) -> dict[str, Any]:
    """A folded cell, as juv makes one."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"jupyter": {"source_hidden": True}},
        "outputs": [],
        "source": block.splitlines(keepends=True),
    }
    major, minor = notebook.get("nbformat", 4), notebook.get("nbformat_minor", 0)
    if (major, minor) >= (4, 5):
        taken = {cell.get("id") for cell in notebook["cells"]}
        cell["id"] = next(name for name in _ids() if name not in taken)
    return cell


def _ids() -> Iterator[str]:
    yield CELL_ID
    number = 2
    while True:
        yield f"{CELL_ID}-{number}"
        number += 1


def _same(one: Block, other: Block, source: str) -> bool:
    """Whether two blocks ask for the same packages and Python."""
    mine, theirs = one.table(source=source).values, other.table(source=source).values
    python = "requires-python"
    return _wishes(mine) == _wishes(theirs) and mine.get(python, "") == theirs.get(python, "")


def _wishes(values: dict[str, Any]) -> set[str]:
    lines = values.get("dependencies", [])
    return set(map(_normal, lines)) if isinstance(lines, list) else {str(lines)}


def _normal(line: Any) -> str:
    try:
        return str(Requirement(str(line)))
    except InvalidRequirement:
        return str(line)


def _renewed(there: Block, before: str, new: str, source: str) -> str:
    """The new block with the tables of the one before. Raises `Conflict` for other keys that would be lost."""
    lines = before.splitlines()[1:-1]
    first = next((at for at, line in enumerate(lines) if _HEADER.match(line)), len(lines))
    while 0 < first < len(lines) and re.fullmatch(r"#\s*|#\s+#.*", lines[first - 1]):
        first -= 1  # the empty lines and comments above a table
    tables = lines[first:]
    space = ["#"] if tables and tables[0].strip() != "#" else []
    after = "\n".join([*new.splitlines()[:-1], *space, *tables, BLOCK_END])
    old, now = there.table(source=source).values, _block(after).table(source=source).values
    lost = [key for key in old if key not in KEYS and now.get(key) != old[key]]
    if lost:
        raise Conflict(
            f"The block “{BLOCK_START}” of {source} says more than can be kept: {', '.join(map(show, lost))}.",
            hints=("Write its dependencies by hand: jupyter envs export NAME --format script prints them.",),
            path=source,
        )
    return after
