"""Running a notebook, with nbclient, in a kernel that is already there."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import IO, Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from jupyter_envs.errors import ExecutionFailed, InvalidFile
from jupyter_envs.files import disk, write_atomically
from jupyter_envs.models import Progress, Reporter

LAST_WORDS = 2000


async def execute(path: Path, kernel: str, reporter: Reporter) -> int:
    """Run all code cells in order, save the outputs into the notebook, and return how many ran.

    Raises `ExecutionFailed` when a cell raises or the kernel dies (outputs until then are saved), `InvalidFile`.
    """
    notebook = await asyncio.to_thread(read, path)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    ran = 0

    def after_cell(**_: Any) -> None:
        nonlocal ran
        ran += 1
        reporter.progress(Progress("executing", ran, len(cells)))

    reporter.progress(Progress("executing", 0, len(cells)))
    client = NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=None,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=after_cell,
    )
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        try:
            await client.async_execute(stderr=said)
        except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
            raise ExecutionFailed(
                f"{path.name} failed: {reason(error)}{last_words(said) if not ran else ''}",
                hints=("The outputs until then are saved in the notebook.",),
            ) from error
        finally:
            await asyncio.to_thread(write, path, notebook)
    return ran


def reason(error: Exception) -> str:
    """What a cell raised, without its traceback, which is in the notebook."""
    return f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error)


def last_words(said: IO[str]) -> str:
    """The end of what a kernel wrote to standard error; it may not have come as far as the first cell."""
    said.seek(0)
    text = said.read().strip()
    return f"\n{text[-LAST_WORDS:]}" if text else ""


def read(path: Path) -> Any:
    """A notebook in nbformat 4."""
    with disk("Reading the notebook"):
        text = path.read_text(encoding="utf-8")
    try:
        return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # nbformat raises several unrelated classes for what is not a notebook
        raise InvalidFile(f"{path.name} is not a notebook: {error}", path=str(path)) from error


def write(path: Path, notebook: Any) -> None:
    """Save a notebook."""
    with disk("Saving the notebook"):
        text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        write_atomically(path, text.rstrip("\n") + "\n")
