"""A warm creation (solve, install, publish, kernelspec) against ``cp -al`` of the same prefix."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path

from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter

from .measure import Result, Timing

PACKAGES = ("python", "ipykernel")
LIMIT = 2.0


class NoDocuments:
    """Nothing here has a notebook."""

    async def read(self, path: str) -> str | None:
        return None

    async def write(self, path: str, text: str) -> None:
        raise AssertionError(f"{path} was written")


async def create(manager: Manager, name: str, packages: Sequence[str] = PACKAGES) -> Path:
    """The prefix of a new environment."""
    request = CreateRequest(name=name, packages=tuple(packages))
    summary = await manager.create(request, NoDocuments(), SilentReporter())
    return summary.prefix


async def measure(what: str, manager: Manager, prefix: Path, copy: Path, runs: int) -> Result:
    """Creations with a filled package cache and known channel data; ``copy`` of ``prefix``, which has the same."""
    ours, theirs = [], []
    for number in range(runs):
        await settle()
        ours.append(await seconds(create(manager, f"run-{number}")))
        await manager.remove(f"run-{number}", SilentReporter())
        await settle()
        theirs.append(await seconds(_copy(prefix, copy)))
        shutil.rmtree(copy)
    return Result(what, Timing(tuple(ours)), LIMIT, Timing(tuple(theirs)), "cp -al")


async def seconds(work: Awaitable[object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


async def _copy(prefix: Path, copy: Path) -> None:
    process = await asyncio.create_subprocess_exec("cp", "-al", str(prefix), str(copy))
    assert await process.wait() == 0


async def settle() -> None:
    """Let what was written before reach the disk, and a standby process become ready, so that neither is measured."""
    await asyncio.to_thread(os.sync)
    await asyncio.sleep(1.0)
