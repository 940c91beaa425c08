"""What the use cases that change an environment share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from jupyter_envs import prefix
from jupyter_envs.engine.client import Engine
from jupyter_envs.manager.building import Builder
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.plans import Plans
from jupyter_envs.models import Package
from jupyter_envs.store import Store


@dataclass(frozen=True)
class Workshop:
    """The parts of one manager."""

    store: Store
    builder: Builder
    engine: Engine
    plans: Plans
    platform: str
    ground: Callable[[], Ground]

    async def installed(self, name: str, generation: str | None = None) -> list[Package]:
        """What is really in the prefix of a generation (the current one), with the lock's hashes for its wheels."""
        return list((await self.contents(name, generation)).packages)

    async def contents(self, name: str, generation: str | None = None) -> prefix.Contents:
        """`installed`, with where pip packages came from."""
        chosen = generation or self.store.get(name).current
        found = await asyncio.to_thread(prefix.contents, self.store.prefix(name, chosen), self.platform)
        packages = prefix.with_hashes(found.packages, self.store.lock(name, chosen).packages, found.origins)
        return replace(found, packages=tuple(packages))

    def locked(self, name: str, generation: str | None = None) -> tuple[Package, ...]:
        """What a generation (the current one) should have."""
        chosen = generation or self.store.get(name).current
        return self.store.lock(name, chosen).for_platform(self.platform)
