"""What tests of the manager and the engine share: a reporter that remembers, notebooks, a cache in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.models import Progress


class Recorder:
    """A reporter that keeps everything."""

    def __init__(self) -> None:
        self.states: list[Progress] = []
        self.lines: list[str] = []

    def progress(self, progress: Progress) -> None:
        self.states.append(progress)

    def log(self, line: str) -> None:
        self.lines.append(line)

    @property
    def phases(self) -> list[str]:
        """The phases in the order in which they began."""
        found: list[str] = []
        for state in self.states:
            if not found or found[-1] != state.phase:
                found.append(state.phase)
        return found


def make_manager(home: Path, channel: str, cache: Path, **options: Any) -> Manager:
    """A manager whose environments are in the test's home and whose packages come from the test's channel."""
    return Manager(root_dir=str(home / "envs"), cache_dir=str(cache), default_channels=[channel], **options)


def notebook(source: str = "import sys; print(sys.prefix)", **metadata: Any) -> str:
    """A notebook of one code cell."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "a",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def write_notebook(folder: Path, name: str = "analysis.ipynb", **metadata: Any) -> tuple[DiskDocuments, Path]:
    """A notebook in a new folder, and the folder's documents."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(notebook(**metadata))
    return DiskDocuments(folder), path


def output_text(path: Path) -> str:
    """All that the first cell of a notebook printed."""
    cell = json.loads(path.read_text())["cells"][0]
    return "".join("".join(output.get("text", "")) for output in cell["outputs"])


async def create(manager: Manager, name: str, *packages: str, **options: Any) -> Summary:
    """An environment, without asking."""
    request = CreateRequest(name=name, packages=packages, **options)
    return await manager.create(request, DiskDocuments(Path.cwd()), Recorder())


def tree(folder: Path) -> list[str]:
    """Every path below a folder, for saying that nothing has changed."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
