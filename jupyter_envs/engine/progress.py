"""Counting what the engine does, from whichever thread it says so, and telling it at a bearable pace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from jupyter_envs.models import Package, Phase, Progress

SECONDS_BETWEEN = 0.1


class Tracker:
    """The current `Progress`, changed from any thread; also rattler's `InstallerReporter`.

    ``tell`` is called from the event loop's thread alone, at most ten times a second; ``say`` takes a line for the
    job's log at once.
    """

    def __init__(self, tell: Callable[[Progress], None], say: Callable[[str], None]) -> None:
        self._tell = tell
        self.say = say
        self._lock = threading.Lock()
        self._now = Progress("solving")
        self._told: Progress | None = None

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Tell of each change while the body runs, and of the last state at its end."""
        task = asyncio.create_task(self._repeat())
        try:
            yield
        finally:
            task.cancel()
            self._tell_if_new()

    async def _repeat(self) -> None:
        while True:
            self._tell_if_new()
            await asyncio.sleep(SECONDS_BETWEEN)

    def _tell_if_new(self) -> None:
        with self._lock:
            now = self._now
        if now != self._told:
            self._told = now
            self._tell(now)

    def start(self, phase: Phase, packages: int | None = None, size: int | None = None) -> None:
        """A phase begins, with its totals where they are known."""
        with self._lock:
            self._now = Progress(phase, packages_total=packages, bytes_total=size)

    def advance(self, package: Package, size: int) -> None:
        """``size`` more bytes of a package arrived."""
        with self._lock:
            self._now = replace(self._now, package=package.name, bytes_done=self._now.bytes_done + size)

    def count(self, size: int) -> None:
        """``size`` more bytes of no package in particular are done."""
        with self._lock:
            self._now = replace(self._now, bytes_done=self._now.bytes_done + size)

    def fetched(self, package: Package) -> None:
        """One package is in the cache."""
        with self._lock:
            self._now = replace(self._now, packages_done=self._now.packages_done + 1)

    # rattler calls these; it swallows exceptions and wants no more than these names
    def on_transaction_start(self, total_operations: int) -> None:
        """Linking begins."""
        self.start("linking", total_operations)

    def on_link_start(self, operation: int, package_name: str) -> int:
        """One package is being linked."""
        with self._lock:
            self._now = replace(self._now, package=package_name)
        return operation

    def on_link_complete(self, index: int) -> None:
        """One package is linked."""
        with self._lock:
            self._now = replace(self._now, packages_done=self._now.packages_done + 1)

    def __getattr__(self, name: str) -> Any:
        """The callbacks that need no counting."""
        if name.startswith("on_"):
            return lambda *_: 0
        raise AttributeError(name)
