"""The use cases about the store itself: what is wrong, mending it, locks, what nobody uses."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path

from jupyter_envs.manager import granted, repairing
from jupyter_envs.manager.base import ManagerBase
from jupyter_envs.manager.configuration import explain
from jupyter_envs.manager.diagnosis import Report, examine
from jupyter_envs.manager.disk import Unused
from jupyter_envs.manager.repairing import Mended
from jupyter_envs.models import (
    Reporter,
    SilentReporter,
)
from jupyter_envs.redact import redact


class Upkeep(ManagerBase):
    """Keeping the store in order."""

    async def diagnose(self) -> Report:
        """Where things are, and what is wrong with them; mends nothing."""
        conda, wrong = await asyncio.to_thread(explain, self)
        downloads = redact(self.python_downloads) or "off"
        facts = {"package index": redact(self.pypi_index) or "PyPI", "python downloads": downloads, **conda}
        problems = (await self.others.search()).problems
        look = partial(examine, self._store, Path(self.cache_dir), self.platform, facts, problems)
        report = await asyncio.to_thread(look, shared_folders=self.shared_folders)
        return report.with_findings("condarc", wrong)

    async def granted(self) -> dict[str, str]:
        """Which virtual packages solves take for granted and who says so, as facts for people; asks the engine.

        Raises `InvalidInput` for a setting that is no version, `EngineFailed`.
        """
        async with self._engine.session(SilentReporter()) as session:
            return granted.in_words(await session.detect(), self.platform, self.system, os.environ)

    async def repair(self, reporter: Reporter) -> tuple[Mended, ...]:
        """Mend what `diagnose` finds, until it finds nothing more that can be mended; see `repairing`."""
        return await repairing.repair_all(self._shop, Path(self.cache_dir), self.diagnose, reporter)

    def who_writes(self, name: str) -> str:
        """Who is changing an environment, in a sentence. Raises `NotFound` if nobody is."""
        return self._store.rights.describe(name)

    async def unlock(self, name: str) -> None:
        """Free a lock whose holder is gone for good. Raises `NotFound`, `EnvironmentBusy` if it lives here."""
        await asyncio.to_thread(self._store.rights.take_away, name)

    async def unused(self, days: float | None = None) -> list[Unused]:
        """Environments that nothing has used or pinned for so many days (or as configured), the longest first."""
        return await self.disk.unused(self.running_kernels(), days)
