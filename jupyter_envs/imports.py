"""What a notebook imports, read from the text of its code cells. Nothing is run or imported to find out.

A cell is read as Python first. If it is none, lines for IPython (``%magic``, ``!command``, ``help?``) are taken out and
it is read again; if it still is none, as a cell for Python 2 may be, the lines that look like imports are all that is
taken from it, and the cell is named.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .modules import NEEDED_BY_CALLS, NEEDED_BY_MODULES, distinct

LONGEST_CELL = 1_000_000
# cell magics whose cell is Python for this kernel
_PYTHON_CELLS = {"capture", "debug", "memit", "mprun", "prun", "time", "timeit"}
_FOR_IPYTHON = re.compile(r"(\s*)(?:[%!?]|[\w.\[\]'\"]+\s*=\s*[%!]|[\w.]+\?\??\s*$)")
_IMPORT_LINE = re.compile(r"\s*(?:from\s+([A-Za-z_][\w.]*)\s+import\b|import\s+([A-Za-z_][\w., \t]*))")
_INSTALL = re.compile(r"\s*[%!]\s*(?:\S*python\S*\s+-m\s+)?(?:pip3?|uv|conda|mamba)\s+(?:pip\s+)?install\s+(.+)")
_CATCHES_IMPORTS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


@dataclass(frozen=True)
class Import:
    """A module, as much of its dotted name as tells its package, and the cells (from 1) that want it.

    ``optional``: wherever it is imported, the notebook goes on without it. ``because`` names a call or a module that
    needs it without importing it.
    """

    module: str
    optional: bool
    cells: tuple[int, ...]
    because: str = ""


@dataclass(frozen=True)
class Imports:
    """All imports, in the order in which the notebook comes to them.

    ``unread`` are cells that are no Python; ``installs`` are command lines that install something on their own.
    """

    modules: tuple[Import, ...]
    unread: tuple[int, ...] = ()
    installs: tuple[str, ...] = ()


@dataclass
class _Finds:
    """What has been found so far: per module the cells, whether one of them must have it, and why it is wanted."""

    cells: dict[str, list[int]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, module: str, cell: int, *, optional: bool = False, because: str = "") -> None:
        name = distinct(module)
        if because and name in self.cells:
            return
        wanting = self.cells.setdefault(name, [])
        if cell not in wanting:
            wanting.append(cell)
        if not optional:
            self.needed.add(name)
        self.reasons[name] = because

    @property
    def all(self) -> tuple[Import, ...]:
        return tuple(
            Import(name, name not in self.needed, tuple(cells), self.reasons[name])
            for name, cells in self.cells.items()
        )


def read(notebook: Mapping[str, Any]) -> Imports:
    """What a notebook (as JSON) imports; whatever is not as nbformat says is passed over."""
    finds = _Finds()
    unread, installs = [], []
    for number, source in _sources(notebook):
        installs += [found[1].strip() for line in source.split("\n") if (found := _INSTALL.match(line))]
        if "\n%matplotlib" in "\n" + source:
            finds.add("matplotlib", number, because="%matplotlib")
        tree = _parsed(source)
        if tree is None:
            unread.append(number)
            _guess(source, number, finds)
        else:
            _collect(tree, number, finds)
    return Imports(finds.all, tuple(unread), tuple(dict.fromkeys(installs)))


def language(notebook: Mapping[str, Any]) -> str:
    """The language that a notebook's metadata names; Python if it names none."""
    metadata = _mapping(notebook.get("metadata"))
    names = (_mapping(metadata.get("language_info")).get("name"), _mapping(metadata.get("kernelspec")).get("language"))
    return next((name for name in names if isinstance(name, str) and name), "python")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sources(notebook: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """The code cells that are for the notebook's own kernel, numbered as a reader counts them."""
    cells = notebook.get("cells")
    number = 0
    for cell in cells if isinstance(cells, Sequence) else ():
        if not isinstance(cell, Mapping) or cell.get("cell_type") != "code":
            continue
        number += 1
        source = cell.get("source")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
        if len(text) > LONGEST_CELL:
            continue
        magic = re.match(r"\s*%%(\w+)[^\n]*\n?", text)
        if magic is None:
            yield number, text
        elif magic[1] in _PYTHON_CELLS:
            yield number, text[magic.end() :]


def _parsed(source: str) -> ast.Module | None:
    for text in (source, "\n".join(map(_without_magic, source.split("\n")))):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _without_magic(line: str) -> str:
    found = _FOR_IPYTHON.match(line)
    return f"{found[1]}pass" if found else line


def _guess(source: str, cell: int, finds: _Finds) -> None:
    """The lines that look like imports."""
    for line in source.split("\n"):
        found = _IMPORT_LINE.match(line)
        for name in (found[1] or found[2]).split(",") if found else ():
            module = name.split()[0] if name.split() else ""
            if module:
                finds.add(module, cell)


def _collect(tree: ast.Module, cell: int, finds: _Finds) -> None:
    """Walk without recursion: a hostile cell may be nested deeply."""
    waiting: deque[tuple[ast.AST, bool]] = deque([(tree, False)])
    while waiting:
        node, optional = waiting.popleft()
        for module in _imported(node):
            finds.add(module, cell, optional=optional)
            if module in NEEDED_BY_MODULES:
                finds.add(NEEDED_BY_MODULES[module], cell, optional=True, because=module)
        if isinstance(node, ast.Attribute) and node.attr in NEEDED_BY_CALLS:
            finds.add(NEEDED_BY_CALLS[node.attr], cell, because=node.attr)
        waiting += [(child, optional or guarded) for child, guarded in _children(node)]


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """The children, and whether each is tried only, so that its imports may fail."""
    if isinstance(node, ast.Try) and any(map(_catches_imports, node.handlers)):
        tried = {id(child) for child in (*node.body, *node.handlers)}
        yield from ((child, id(child) in tried) for child in ast.iter_child_nodes(node))
    else:
        yield from ((child, False) for child in ast.iter_child_nodes(node))


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or (isinstance(one, ast.Name) and one.id in _CATCHES_IMPORTS) for one in caught)


def _imported(node: ast.AST) -> Iterator[str]:
    """The dotted names that a statement or a call imports, as long as they can be read from it."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        longer = [f"{node.module}.{alias.name}" for alias in node.names]
        told = [name for name in longer if distinct(name) != distinct(node.module) or name in NEEDED_BY_MODULES]
        yield from told or [node.module]
    elif isinstance(node, ast.Call) and _name(node.func) in ("__import__", "import_module"):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.isidentifier():
            yield first.value


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
