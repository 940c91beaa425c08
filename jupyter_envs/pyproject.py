"""``[project]`` of a ``pyproject.toml`` (PEP 621) as a `Spec` of PyPI packages alone, with extras and groups (PEP 735);
and the block of a script or a notebook (PEP 723), which has the same keys.

What the project needs is read, not the project itself: a folder has no hash that a lock could hold. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from . import piplines, toml_guard
from .envfile import Reading
from .models import KERNEL_PACKAGE, Spec
from .redact import show
from .toml_guard import Table
from .yaml_guard import MAX_BYTES, MAX_DEPTH, Place, check_size

MAX_NESTED = 8
# tools that have packages, indexes or conditions of their own there
OTHER_TOOLS = ("hatch", "pdm", "poetry", "uv")
NOT_ITSELF = "The project itself is not installed, only what it needs."
BLOCK_START = "# /// script"
BLOCK_END = "# ///"
_HINT = "Write the requirements into a requirements.txt."


def is_project(text: str) -> bool:
    """Whether a text has the table."""
    return re.search(r"^[ \t]*\[project\][ \t]*(?:#.*)?$|^[ \t]*\[dependency-groups\]", text, re.MULTILINE) is not None


def read(text: str, *, source: str = "pyproject.toml", choice: str = "", max_depth: int = MAX_DEPTH) -> Reading:
    """What a project needs, and with ``choice`` what some of its extras and groups name (separated by commas) need.

    Raises `InvalidFile`, also for a choice that is not there.
    """
    root = toml_guard.read(text, source=source, max_depth=max_depth)
    return _Project(root).reading([name.strip() for name in choice.split(",") if name.strip()])


def read_block(text: str, *, source: str, max_depth: int = MAX_DEPTH) -> Reading:
    """What the block of a script asks for, or of a notebook's first cell that has one, as juv writes it.

    Raises `InvalidFile` where there is none, or more than one in a place.
    """
    for code in _cells(text, source) if source.lower().endswith(".ipynb") else [text]:
        found = list(blocks(code))
        if len(found) > 1:
            raise Place(source).refuse("more than one block “# /// script”", expected="one of them")
        if found:
            return _of_block(found[0], source, max_depth)
    raise Place(source).refuse("no block “# /// script” in it", expected="a block of comments as in PEP 723")


@dataclass(frozen=True)
class Block:
    """A block in the text of a script: where it begins and ends, without its last line's end, and its TOML."""

    start: int
    end: int
    toml: str

    def table(self, *, source: str, max_depth: int = MAX_DEPTH) -> Table:
        """What it says. Raises `InvalidFile`."""
        check_size(self.toml, source=source, limit=MAX_BYTES)
        return toml_guard.read(self.toml, source=source, max_depth=max_depth)


def blocks(code: str) -> Iterator[Block]:
    """The blocks of a script: those that the regular expression of PEP 723 finds, in time that grows with the text."""
    lines = code.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    at = 0
    while at < len(lines):
        if lines[at].rstrip("\r") != BLOCK_START:
            at += 1
            continue
        first, last = at + 1, 0
        at = first
        while at < len(lines) and re.match(r"#(?: |\r?\Z)", lines[at]):
            last = at if lines[at].rstrip("\r") == BLOCK_END and at > first else last
            at += 1
        if last:
            toml = "".join(line[2:].rstrip("\r") + "\n" for line in lines[first:last])
            end = starts[last] + len(lines[last].rstrip("\r"))
            yield Block(starts[first - 1], end, toml)
            at = last + 1


def _of_block(block: Block, source: str, max_depth: int) -> Reading:
    root = block.table(source=source, max_depth=max_depth)
    project = {key: root.values[key] for key in ("dependencies", "requires-python") if key in root.values}
    asked = _Project(Table({"project": project}, source, ()))
    if project.get("dependencies", []) == []:
        # juv's first block asks for nothing yet
        reading = Reading(Spec(pip=(KERNEL_PACKAGE,), python=asked.python()))
    else:
        reading = asked.reading([])
    left = [key for key in root.values if key not in project]
    return replace(reading, notes=tuple(f"{key} in the block “# /// script” is not read" for key in map(show, left)))


def _cells(text: str, source: str) -> Iterator[str]:
    """The code of a notebook, cell by cell."""
    try:
        cells = json.loads(text)["cells"]
        code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        yield from ("".join(lines) for lines in code)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Place(source).refuse("not a notebook", expected="JSON with cells") from None


class _Project:
    def __init__(self, root: Table) -> None:
        self.project = root.table("project")
        self.extras = self.project.table("optional-dependencies")
        self.groups = root.table("dependency-groups")
        self.tools = root.table("tool")

    def reading(self, chosen: Sequence[str]) -> Reading:
        lines = [*self.own(), *(line for name in chosen for line in self.chosen(name))]
        if not lines:
            raise self.project.refuse("dependencies", "no requirement in it", "a list of requirements", (_HINT,))
        others = [name for name in (*self.extras.values, *self.groups.values) if name not in chosen]
        left = f"Not read, unless they are chosen: {', '.join(map(show, others))}." if others else ""
        name = self.project.text("name")
        theirs = ", ".join(f"[tool.{name}]" for name in OTHER_TOOLS if name in self.tools.values)
        settings = f"Not read: {theirs}." if theirs else ""
        spec = Spec(name=name, pip=tuple(dict.fromkeys(lines)), python=self.python())
        return Reading(spec, tuple(filter(None, (NOT_ITSELF if name else "", left, settings))))

    def python(self) -> str:
        wish = self.project.text("requires-python") or ""
        try:
            SpecifierSet(wish)
        except InvalidSpecifier:
            raise self.project.refuse("requires-python", f"'{show(wish)}'", "a condition such as >=3.11") from None
        return wish

    def own(self) -> list[str]:
        if "dependencies" in self.project.texts("dynamic"):
            why = "what it needs is only known when the project is built, which runs its code"
            raise self.project.refuse("dynamic", why, hints=(_HINT,))
        return self.checked(self.project, "dependencies")

    def chosen(self, name: str, depth: int = 0) -> list[str]:
        """The requirements of an extra or a group."""
        if depth > MAX_NESTED:
            raise self.groups.refuse(name, f"more than {MAX_NESTED} groups inside of each other")
        if name in self.groups.values:
            return self.group(name, depth)
        if name in self.extras.values:
            return [more for line in self.checked(self.extras, name) for more in self.outer(line, depth)]
        known = ", ".join(map(show, (*self.extras.values, *self.groups.values))) or "none"
        raise self.project.refuse("optional-dependencies", f"no extra and no group '{show(name)}'", f"one of {known}")

    def outer(self, line: str, depth: int) -> list[str]:
        """A requirement; one for the project itself stands for more of its extras."""
        wanted = Requirement(line)
        if canonicalize_name(wanted.name) != canonicalize_name(self.project.text("name") or ""):
            return [line]
        return [more for extra in sorted(wanted.extras) for more in self.chosen(extra, depth + 1)]

    def group(self, name: str, depth: int) -> list[str]:
        values = self.groups.values[name]
        if not isinstance(values, list):
            raise self.groups.refuse(name, toml_guard.kind(values), "a list of requirements")
        lines: list[str] = []
        for value in values:
            inner = value.get("include-group") if isinstance(value, dict) else None
            if isinstance(inner, str):
                lines += self.chosen(inner, depth + 1)
            elif isinstance(value, str):
                lines.append(self.line(self.groups, name, value))
            else:
                raise self.groups.refuse(name, toml_guard.kind(value), "a requirement or {include-group = …}")
        return lines

    def checked(self, table: Table, key: str) -> list[str]:
        return [self.line(table, key, line) for line in table.texts(key)]

    @staticmethod
    def line(table: Table, key: str, line: str) -> str:
        if reason := piplines.refusal(line):
            raise table.refuse(
                key, f"'{show(line)}': {reason}", "a requirement such as requests>=2", (piplines.remedy(line),)
            )
        try:
            Requirement(line)
        except InvalidRequirement as error:
            raise table.refuse(key, f"'{show(line)}' ({str(error).splitlines()[0]})", "a requirement") from None
        return line.strip()
