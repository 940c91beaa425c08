"""The manager's use cases for environments that may be another tool's: looked up by name, adopted, activated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from jupyter_envs.discovery import Foreign
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import Conflict
from jupyter_envs.manager.activating import Activation, Location, activate
from jupyter_envs.manager.foreign import Foreigners, ForeignSettings, activation
from jupyter_envs.manager.values import ForeignSummary
from jupyter_envs.models import Reporter
from jupyter_envs.store import Store


class ForeignUse(ForeignSettings):
    """A part of `Manager`, which makes the parts that are named here."""

    others: Foreigners
    running_kernels: Callable[[], Mapping[str, int]]
    _store: Store
    _engine: Engine

    async def foreign(self) -> list[ForeignSummary]:
        """All environments of other tools, by name."""
        return await self.others.summaries(self.running_kernels())

    async def _foreign(self, name: str) -> Foreign | None:
        """The environment of another tool that has the name; ours comes first."""
        return None if self._store.exists(name) else await self.others.get(name)

    async def require_own(self, name: str) -> None:
        """Raise `NotFound` for a name that is nobody's, and `Forbidden` for another tool's environment."""
        if not self._store.exists(name):
            await self.others.refuse(name)
        self._store.require(name)

    async def adopt(self, name: str, reporter: Reporter) -> ForeignSummary:
        """Make another tool's environment a kernel. Raises `NotFound`, `Conflict` without ipykernel, `NameTaken`."""
        foreign = await self._foreign(name)
        if foreign is None:
            self._store.require(name)
            raise Conflict(f"{name} is no other tool's environment: it is a kernel already.", name=name)
        async with self._engine.session(reporter) as session:
            return await self.others.adopt(foreign, session, self.running_kernels())

    async def release(self, name: str) -> None:
        """Take back what `adopt` did; the environment stays as it is. Raises `NotFound`."""
        await asyncio.to_thread(self.others.release, name)

    async def location(self, name: str) -> Location:
        """Where an environment is, ours or another tool's. Raises `NotFound`."""
        foreign = await self._foreign(name)
        if foreign is not None:
            return Location(name, foreign.prefix, foreign.prefix)
        prefix = self._store.prefix(name, self._store.get(name).current)
        return Location(name, self._store.root / name / "current", prefix)

    async def activation(self, name: str, environ: Mapping[str, str], reporter: Reporter) -> Activation:
        """What a process in an environment gets, instead of ``environ``. Raises `NotFound`, `EngineFailed`."""
        foreign = await self._foreign(name)
        current = "" if foreign else self._store.get(name).current
        async with self._engine.session(reporter) as session:
            if foreign is not None:
                return activate(name, await activation(foreign, session), environ)
            variables = self._store.spec(name, current).variables
            return activate(name, await session.capture(self._store.prefix(name, current), name, variables), environ)
