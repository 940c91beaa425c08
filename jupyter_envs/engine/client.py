"""Where jobs get their worker from. The parent's side of the engine: it never imports rattler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.background import Background, ask_compile, ask_measure
from jupyter_envs.engine.limits import PackageLimits
from jupyter_envs.engine.process import Worker, allowed_environment
from jupyter_envs.engine.session import PipRules, PythonRules, Session, Settings
from jupyter_envs.files import disk
from jupyter_envs.models import Package, Reporter
from jupyter_envs.pythons import FOLDER
from jupyter_envs.trust import Rules
from jupyter_envs.uninterrupted import to_the_end


class Engine:
    """Where jobs get their worker from.

    Parameters
    ----------
    cache_dir: folder for packages, repodata and wheels; on the file system of the prefixes, or nothing is shared.
    pip: what the configuration says about pip sections.
    standby: keep one worker ready, so that a job does not wait for its start.
    headroom: bytes that have to stay free on the cache's disk, or nothing is downloaded.
    limits: how large a package may be.
    patience: seconds after which a worker that neither reports nor writes anything is ended, None for never.
    settings: called in a thread at the start of each job for conda's settings.
    trust: called so too, for the rules of what may be fetched from where.
    shared: package caches of an administrator, which are read first and never written to.
    pythons: where downloaded Pythons are kept, and from where they may come.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        pip: PipRules | None = None,
        standby: bool = False,
        patience: float | None = None,
        headroom: int = 0,
        limits: PackageLimits | None = None,
        settings: Callable[[], CondaSettings] = CondaSettings,
        trust: Callable[[], Rules] = Rules,
        shared: Sequence[Path] = (),
        pythons: PythonRules | None = None,
    ) -> None:
        self._shared = tuple(shared)
        self._pythons = pythons or PythonRules(cache_dir.parent / FOLDER)
        self._patience = patience
        self._headroom = headroom
        self._limits = limits or PackageLimits()
        self._trust = trust
        self._cache_dir = cache_dir
        self._settings = settings
        self._pip = pip or PipRules()
        self._standby = standby
        self._spare: asyncio.Task[Worker] | None = None
        self._background = Background(cache_dir)

    @asynccontextmanager
    async def session(self, reporter: Reporter) -> AsyncIterator[Session]:
        """A worker for one job. When the body ends, however it ends, the worker and all it started are gone."""
        settings = await asyncio.to_thread(self._read_settings)
        # a process that is half started when the cancellation comes would be nobody's
        worker, cancelled = await to_the_end(self._take())
        try:
            if cancelled:
                raise asyncio.CancelledError
            yield Session(worker, settings, self._pip, reporter, self._patience)
        finally:
            await to_the_end(worker.end())
            if self._standby:
                self.prepare()

    def _read_settings(self) -> Settings:
        own = self._cache_dir, self._headroom
        return Settings(*own, self._settings(), self._trust(), self._limits, self._pythons, self._shared)

    async def _take(self) -> Worker:
        spare, self._spare = self._spare, None
        if spare is not None:
            worker = await spare
            if worker.alive:
                return worker
            await worker.end()
        return await Worker.start()

    def prepare(self) -> None:
        """Start the worker of the next job now."""
        if self._spare is None:
            self._spare = asyncio.get_running_loop().create_task(Worker.start())

    def compile_later(self, prefix: Path, packages: Sequence[Package]) -> None:
        """Have the modules of a new prefix compiled, for all that are made later. Returns at once."""
        with disk("Leaving work for later"):
            ask_compile(self._cache_dir, prefix, packages, self._shared)
            self._background.start(allowed_environment())

    def measure_later(self, environments: Mapping[str, Sequence[Path]], result: Path) -> None:
        """Have everything measured, and the result written to a file. Returns at once."""
        with disk("Leaving work for later"):
            ask_measure(self._cache_dir, environments, result, [self._pythons.folder])
            self._background.start(allowed_environment())

    def wait_for_background(self) -> None:
        """Wait until all that works in the background has ended; at the lowest priority, that may take minutes."""
        self._background.wait()

    async def close(self, *, detach: bool = False) -> None:
        """End the spare worker, and what works in the background unless ``detach`` lets it go on."""
        if not detach:
            await asyncio.to_thread(self._background.end)
        spare, self._spare = self._spare, None
        if spare is not None:
            await (await spare).end()
