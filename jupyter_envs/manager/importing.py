"""From a notebook's imports to packages that bring them: the table of names first, then the channels.

Finds and says; installs nothing. That a name is on PyPI is not looked up, since a stranger may have taken it: what the
channels do not have is offered under PyPI's name only where the table knows it, and else said to be unknown.
"""

from __future__ import annotations

import posixpath
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from jupyter_envs import imports, modules
from jupyter_envs.errors import EnvsError, InvalidInput, Unreachable
from jupyter_envs.imports import Import
from jupyter_envs.manager.notebooks import read_notebook
from jupyter_envs.manager.requests import Documents
from jupyter_envs.redact import redact

MOST_MODULES = 200
Kind = Literal["standard", "local", "package", "unknown"]
HasPackage = Callable[[str], Awaitable[bool]]
"""Whether the configured channels have a package of exactly this name. Raises `Unreachable`."""


@dataclass(frozen=True)
class Provider:
    """What brings a module: a package of a channel or of PyPI. ``known`` says that a table of names has it.

    For an ``unknown`` one, ``package`` is what it would be called on PyPI, if it is there at all.
    """

    module: str
    kind: Kind
    package: str | None = None
    manager: Literal["conda", "pip"] | None = None
    known: bool = False

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``ModuleProvider``."""
        return asdict(self)


@dataclass(frozen=True)
class NotebookImports:
    """What a notebook imports, and what of it is to be installed."""

    path: str
    language: str
    modules: tuple[tuple[Import, Provider], ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``NotebookImports``."""
        found = [
            {**provider.to_json(), "optional": wish.optional, "cells": list(wish.cells), "because": wish.because}
            for wish, provider in self.modules
        ]
        return {"path": self.path, "language": self.language, "modules": found, "notes": list(self.notes)}


async def nowhere(_: str) -> bool:
    """Of what is only wanted from PyPI, no channel has a package."""
    return False


async def provider(module: str, has_package: HasPackage) -> Provider:
    """What brings a module. Raises `InvalidInput` for what is no module's name, and `Unreachable`."""
    if not all(part.isidentifier() for part in module.split(".")):
        raise InvalidInput("That is not the name of a Python module.", key="name")
    if modules.is_standard(module):
        return Provider(module, "standard", known=True)
    names = modules.names(module)
    for name in names.conda:
        if name.isascii() and await has_package(name):
            return Provider(module, "package", name, "conda", names.known)
    if names.known:
        return Provider(module, "package", names.pypi, "pip", known=True)
    return Provider(module, "unknown", names.pypi if names.pypi.isascii() else None, "pip")


async def notebook_imports(path: str, documents: Documents, has_package: HasPackage) -> NotebookImports:
    """What a notebook imports. Raises `NotFound`, `InvalidFile`, `Forbidden`."""
    notebook = await read_notebook(path, documents)
    language = imports.language(notebook)
    if language.lower() not in ("python", "ipython"):
        return NotebookImports(
            path, language, notes=(f"Only Python's imports are read; this notebook is in {language}.",)
        )
    read = imports.read(notebook)
    asking = _Asking(has_package)
    found = []
    for wish in read.modules[:MOST_MODULES]:
        if await is_local(modules.top(wish.module), path, documents):
            found.append((wish, Provider(wish.module, "local")))
        else:
            found.append((wish, await provider(wish.module, asking.has_package)))
    notes = (*_notes(read), *asking.notes)
    return NotebookImports(path, "python", tuple(found), notes)


async def is_local(module: str, path: str, documents: Documents) -> bool:
    """Whether a module lies beside the notebook: a file, or a folder that is a package."""
    folder = posixpath.dirname(path)
    for file in (f"{module}.py", f"{module}/__init__.py"):
        try:
            if await documents.read(posixpath.join(folder, file)) is not None:
                return True
        except EnvsError:
            # there, but not a text, or not to be read: it still comes first
            return True
    return False


class _Asking:
    """Asks the channels until they fail to answer once; from then on names are believed."""

    def __init__(self, has_package: HasPackage) -> None:
        self._has_package = has_package
        self.notes: tuple[str, ...] = ()

    async def has_package(self, name: str) -> bool:
        if self.notes:
            return True
        try:
            return await self._has_package(name)
        except Unreachable as error:
            self.notes = (f"The channels were not asked whether they have these packages: {error.message}",)
            return True


def _notes(read: imports.Imports) -> tuple[str, ...]:
    notes = []
    if read.unread:
        cells = ", ".join(map(str, read.unread[:10]))
        notes.append(f"Not read as Python, only searched for imports: code cell {cells}.")
    if len(read.modules) > MOST_MODULES:
        notes.append(f"Only the first {MOST_MODULES} of {len(read.modules)} modules were looked at.")
    notes += [f"The notebook installs on its own: {redact(line)}" for line in read.installs[:10]]
    return tuple(notes)
