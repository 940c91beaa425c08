"""An environment written into a notebook as a block ``# /// script`` (PEP 723), as juv keeps it."""

from __future__ import annotations

from jupyter_envs import script_block
from jupyter_envs.errors import PlanChanged
from jupyter_envs.exports import Export
from jupyter_envs.manager.notebooks import read_notebook, save_notebook
from jupyter_envs.manager.requests import Documents
from jupyter_envs.script_block import Placed

UV_LOCK = "uv.lock"  # where juv keeps its lock, in a notebook's metadata
STALE_LOCK = "juv's lock in the notebook's metadata is of the block before: juv lock makes another one."


async def look(export: Export, path: str, documents: Documents) -> Placed:
    """The notebook with the exported block in it; writes nothing. Raises as `script_block.place` does, `NotFound`."""
    return script_block.place(await read_notebook(path, documents), export.text, source=path)


async def write(export: Export, path: str, documents: Documents, confirmed: str) -> Placed:
    """The same, written, if it is what ``confirmed`` is the hash of. Raises `PlanChanged`."""
    placed = await look(export, path, documents)
    if placed.hash != confirmed:
        raise PlanChanged(f"{path} is not any more as it was shown.", hints=("Look at it again.",), path=path)
    if placed.changed:
        await save_notebook(path, placed.notebook, documents)
    return placed


def notes(placed: Placed) -> tuple[str, ...]:
    """What is to be known before it is written."""
    return (STALE_LOCK,) if placed.changed and UV_LOCK in placed.notebook.get("metadata", {}) else ()
