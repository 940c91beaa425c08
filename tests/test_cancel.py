"""Cancelled at any moment: nothing is written afterwards, and what is there is the state before or the state after."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jupyter_envs.jobs import Job, Jobs
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import Reporter, SilentReporter

from .localchannel import LocalChannel
from .support.counts import rounds, tell
from .support.processes import children, is_alive

FULL = 50
ROUNDS = rounds(12, FULL)


class NoDocuments:
    async def read(self, path: str) -> str | None:
        return None

    async def write(self, path: str, text: str) -> None:
        raise AssertionError(path)


class Bench:
    """A manager, its jobs, and a look at everything that they may write but the package cache."""

    def __init__(self, home: Path, cache: Path, channel: LocalChannel) -> None:
        self.home = home
        self.jobs = Jobs()
        self.manager = Manager(root_dir=str(home / "envs"), cache_dir=str(cache), default_channels=[channel.file_url])

    def submit(self, name: str, work: Callable[[Reporter], Awaitable[Any]]) -> Job:
        return self.jobs.submit("k", name, name, work)

    async def create(self, name: str, reporter: Reporter) -> None:
        await self.manager.create(CreateRequest(name=name, packages=("tinytext",)), NoDocuments(), reporter)

    async def end(self, job: Job) -> Job:
        while not self.jobs.get(job.id).ended:
            await asyncio.sleep(0.005)
        return self.jobs.get(job.id)

    async def phase(self, job: Job, phase: str) -> None:
        while not self.jobs.get(job.id).ended:
            progress = self.jobs.get(job.id).progress
            if progress is not None and progress.phase == phase:
                return
            await asyncio.sleep(0)

    async def names(self) -> list[str]:
        return [summary.name for summary in await self.manager.environments()]

    def tree(self) -> dict[str, int]:
        """Everything below the home, with the time of its last change; without locks and caches."""
        found: dict[str, int] = {}
        for place, folders, files in os.walk(self.home):
            folders[:] = [folder for folder in folders if folder not in (".locks", ".cache")]
            for file in files:
                path = os.path.join(place, file)  # noqa: PTH118  # ten thousands of them
                found[path] = os.lstat(path).st_mtime_ns
        return found


def test_cancelled_while_creating(home: Path, package_cache: Path, channel: LocalChannel) -> None:
    async def run() -> None:
        bench = Bench(home, package_cache, channel)
        assert (await bench.end(bench.submit("cold", lambda r: bench.create("cold", r)))).state == "done"
        started = asyncio.get_running_loop().time()
        assert (await bench.end(bench.submit("warm", lambda r: bench.create("warm", r)))).state == "done"
        lasts = asyncio.get_running_loop().time() - started
        for name in ("cold", "warm"):
            await bench.manager.remove(name, SilentReporter())
        others = set(children(os.getpid()))
        for round in range(ROUNDS):
            name = f"c{round}"
            before = bench.tree()
            job = bench.submit(name, lambda r, name=name: bench.create(name, r))  # type: ignore[misc]
            if round % 2:
                await bench.phase(job, "publishing")
                await asyncio.sleep(random.uniform(0, 0.1))
            else:
                await asyncio.sleep(random.uniform(0, lasts))
            job = await asyncio.wait_for(bench.jobs.cancel(job.id), 30)
            assert not [pid for pid in set(children(os.getpid())) - others if is_alive(pid)], "its engine is gone"
            after = bench.tree()
            await asyncio.sleep(0.3)
            assert bench.tree() == after, "written after the end"
            assert job.state in ("cancelled", "done")
            assert (name in await bench.names()) == (job.state == "done")
            assert job.state == "done" or after == before, set(after) - set(before)
            if job.state == "done":  # so that the next looks have less to see
                await bench.end(bench.submit(name, lambda r, name=name: bench.manager.remove(name, r)))  # type: ignore[misc]
        await bench.manager.close()

    asyncio.run(run())
    tell("T08", "creations cancelled", ROUNDS, FULL)


def test_cancelled_while_removing(home: Path, package_cache: Path, channel: LocalChannel) -> None:
    async def run() -> None:
        bench = Bench(home, package_cache, channel)
        for round in range(5):
            name = f"r{round}"
            await bench.end(bench.submit(name, lambda r, name=name: bench.create(name, r)))  # type: ignore[misc]
            before = bench.tree()
            job = bench.submit(name, lambda r, name=name: bench.manager.remove(name, r))  # type: ignore[misc]
            await bench.phase(job, "removing")
            await asyncio.sleep(random.uniform(0, 0.02))
            job = await bench.jobs.cancel(job.id)
            after = bench.tree()
            await asyncio.sleep(0.3)
            assert bench.tree() == after, "removed after the end"
            assert (name in await bench.names()) == (job.state == "cancelled")
            assert job.state == "done" or after == before
        await bench.manager.close()

    asyncio.run(run())
