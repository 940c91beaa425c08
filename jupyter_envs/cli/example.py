"""The demonstration's example: a notebook, and what it asks for, from conda or from PyPI.

Writes nothing; says whether what lies in a folder may be overwritten.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_envs.errors import FileExists

NAME = "envs-demo"
NOTEBOOK = "example.ipynb"
FILES = {"conda": "environment.yml", "pypi": "requirements.txt"}
"""What the environment is made from, by its engine."""

REQUIREMENTS = "# python: >=3.10\nipykernel\nrich\n"
"""What the notebook needs, from PyPI, for a Python of this machine."""

WHERE = """\
import sys

print('This notebook runs in', sys.prefix)
print('with Python', sys.version.split()[0])"""

WITH_WHAT = """\
from importlib.metadata import distributions

from rich import print
from rich.table import Table

table = Table('package', 'version', title='Packages of this environment')
for found in sorted(distributions(), key=lambda one: one.name.lower()):
    table.add_row(found.name, found.version)
print(table)"""


def environment_file(channel: str) -> str:
    """The same from a conda channel."""
    return f"name: {NAME}\nchannels:\n  - {channel}\ndependencies:\n  - python >=3.10\n  - ipykernel\n  - rich\n"


def notebook() -> str:
    """Two cells: where the notebook runs, and with what. Pinned to nothing."""
    cells = [_cell("where", WHERE), _cell("with-what", WITH_WHAT)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def check_replaceable(folder: Path) -> None:
    """Raise `FileExists` for a file of the example's name that no demonstration wrote. `OSError` passes through."""
    for path in (folder / NOTEBOOK, *(folder / name for name in FILES.values())):
        if path.exists() and not _is_ours(path):
            raise FileExists(
                f"{path} is not the demonstration's own, and would be overwritten.",
                hints=("Name another folder with --folder.",),
                path=str(path),
            )


def _cell(name: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _is_ours(path: Path) -> bool:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.name == NOTEBOOK:
        return _sources(text) == _sources(notebook())
    return text == REQUIREMENTS if path.name == FILES["pypi"] else text.startswith(f"name: {NAME}\n")


def _sources(text: str) -> list[str] | None:
    """The text of each cell; None for what is no notebook."""
    try:
        return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError):
        return None
