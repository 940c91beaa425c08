"""Disk space: what environments take, what is not needed any more, and which environments nobody uses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir
from traitlets import Float, Integer
from traitlets.config import LoggingConfigurable

from jupyter_envs import lastuse, pythons, usage
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import EnvsError
from jupyter_envs.files import disk
from jupyter_envs.manager.garbage import SECONDS_A_DAY, Collection, Item, Policy, Sweep, made_at
from jupyter_envs.models import Environment, Progress, Reporter
from jupyter_envs.store import Store
from jupyter_envs.uninterrupted import in_thread
from jupyter_envs.usage import Tally, Usage

SECONDS_A_MINUTE = 60.0
# besides an environment's files and record, the store keeps the last measurement
MEASURED = ".usage.json"


class DiskSettings(LoggingConfigurable):
    """What is kept, and for how long. `Manager` has these settings."""

    kept_generations = Integer(
        5,
        min=0,
        help="Earlier generations of an environment that are kept besides the current one; others go when a new one is "
        "made, or with `gc`.",
    ).tag(config=True)
    kept_days = Float(
        0.0, min=0.0, help="Days after which `gc` takes an earlier generation all the same; 0 for never."
    ).tag(config=True)
    gc_min_age = Float(10.0, min=0.0, help="Minutes; `gc` takes nothing that is younger.").tag(config=True)
    unused_days = Float(90.0, min=0.0, help="Days without use after which an environment is listed as unused.").tag(
        config=True
    )

    @property
    def policy(self) -> Policy:
        """The same as a value."""
        return Policy(self.kept_generations, self.kept_days, self.gc_min_age * SECONDS_A_MINUTE)


@dataclass(frozen=True)
class Unused:
    """An environment that was last used at ``since`` (ISO 8601, UTC), with what removing it would free."""

    name: str
    since: str
    days: int
    own: int

    def to_json(self) -> dict[str, Any]:
        """``{name, since, days, own}``."""
        return {"name": self.name, "since": self.since, "days": self.days, "own": self.own}


class Disk:
    """The use cases around disk space; `Manager.disk`."""

    def __init__(self, settings: DiskSettings, store: Store, engine: Engine, cache_dir: Path) -> None:
        self._settings = settings
        self._store = store
        self._engine = engine
        self._cache_dir = cache_dir
        self._last: tuple[int, Usage | None] = (0, None)

    # ---- how much

    async def measure(self) -> Usage:
        """Count everything now, and leave the result for `totals`. Takes seconds where there are many files."""
        shared = (self._cache_dir, pythons.home(self._store.root))
        found = await asyncio.to_thread(usage.measure, self._prefixes(), *shared)
        if self._store.root.is_dir():
            with disk("Writing the measurement down"):
                usage.save(found, self._result)
        return found

    def measure_later(self) -> None:
        """Have everything counted in the background. Never an error."""
        try:
            if self._store.root.is_dir():
                self._engine.measure_later(self._prefixes(), self._result)
        except EnvsError as error:
            self._settings.log.warning("Disk space is not measured: %s", error)

    def totals(self) -> dict[str, Any] | None:
        """What everything took when it was last counted, None if it never was; reads one small file at most."""
        try:
            stamp = self._result.stat().st_mtime_ns
        except OSError:
            return None
        if self._last[0] != stamp:
            self._last = (stamp, usage.load(self._result))
        return self._last[1].totals() if self._last[1] else None

    @property
    def _result(self) -> Path:
        return self._store.root / MEASURED

    def _prefixes(self) -> dict[str, list[Path]]:
        return {name: self._store.prefixes(name) for name in self._store.names()}

    # ---- how long

    def used(self, name: str) -> None:
        """An environment is used now."""
        lastuse.renew(self._store.root / name)

    def kernel_started(self, kernel: str) -> None:
        """A kernel was started; if it is one of ours, its environment is used now."""
        for name, found in self._store.listing():
            if isinstance(found, Environment) and kernel in found.generation.kernels:
                self.used(name)

    def last_used(self, environment: Environment) -> float:
        """When it was last used as far as we saw it; at least it was made then."""
        made = made_at(environment.generation.created)
        return max(made, lastuse.last(f"{self._store.root}/{environment.name}") or made)

    async def unused(self, running: Mapping[str, int], days: float | None = None) -> list[Unused]:
        """Environments that nothing has used or pinned for so many days (or as configured), the longest first."""
        least = (self._settings.unused_days if days is None else days) * SECONDS_A_DAY
        return await asyncio.to_thread(self._unused, running, least)

    def _unused(self, running: Mapping[str, int], least: float) -> list[Unused]:
        connected, now = lastuse.connected(Path(jupyter_runtime_dir())), time.time()
        found: list[Unused] = []
        for name, environment in self._store.listing():
            if not isinstance(environment, Environment):
                continue
            kernels = environment.generation.kernels
            since = max(self.last_used(environment), *(connected.get(kernel, 0.0) for kernel in kernels), 0.0)
            if now - since >= least and not any(running.get(kernel) for kernel in kernels):
                own = Tally(*self._store.prefixes(name)).own
                found.append(Unused(name, iso(since), int((now - since) // SECONDS_A_DAY), own))
        return sorted(found, key=lambda item: item.since)

    # ---- what is not needed

    async def collectable(self) -> Collection:
        """What `collect` would take away. Changes nothing."""
        found = await in_thread(self._sweep(False))
        wheels = self._cache_dir / "uv"
        if not wheels.is_dir():
            return found
        item = Item("uv", "wheels", str(wheels), "what uv finds it needs no more; only doing it tells how much")
        return replace(found, items=(*found.items, item))

    async def collect(self, reporter: Reporter) -> Collection:
        """Take away what nothing needs. What somebody works on is left alone, and the notes say so."""
        reporter.progress(Progress("removing"))
        found = await in_thread(self._sweep(True))
        for note in found.notes:
            reporter.log(note)
        wheels = self._cache_dir / "uv"
        if not wheels.is_dir():
            return found
        before = (await in_thread(Tally, wheels)).total
        async with self._engine.session(reporter) as session:
            await session.prune_wheels()
        freed = before - (await in_thread(Tally, wheels)).total
        item = Item("uv", "wheels", str(wheels), "what uv found it needs no more", freed)
        return replace(found, items=(*found.items, item), freed=found.freed + max(0, freed))

    def _sweep(self, really: bool) -> Callable[[], Collection]:
        return Sweep(self._store, self._cache_dir, self._settings.policy, really).run


def iso(seconds: float) -> str:
    """A time as everywhere else: ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
