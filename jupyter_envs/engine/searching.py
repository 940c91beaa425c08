"""The parent's side of searching: one worker that is kept for a while, since it answers from memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.messages import Hit, hits_from_json
from jupyter_envs.engine.process import Worker
from jupyter_envs.errors import Unreachable
from jupyter_envs.models import SilentReporter
from jupyter_envs.trust import Defaults, Rules
from jupyter_envs.uninterrupted import to_the_end

IDLE_SECONDS = 300.0
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Found:
    """The first of the packages that a search found, and how many there are."""

    hits: tuple[Hit, ...]
    total: int


class Searcher:
    """Asks one worker at a time.

    Parameters
    ----------
    cache_dir: where channel data is kept; the engine's.
    idle: seconds without a search after which the worker is ended.
    patience: seconds after which a search is given up.
    settings: called in a thread before each search for conda's settings; a worker is used with the same ones only.
    trust: called so too, for the channels that may be asked.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        idle: float = IDLE_SECONDS,
        patience: float = PATIENCE_SECONDS,
        settings: Callable[[], CondaSettings] = CondaSettings,
        trust: Callable[[], Rules] = Rules,
    ) -> None:
        self._cache_dir = cache_dir
        self._settings = settings
        self._trust = trust
        self._used: dict[str, Any] = {}
        self._defaults: Defaults | None = None
        self._idle = idle
        self._patience = patience
        self._turn = asyncio.Lock()
        self._worker: Worker | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The worker's process id while there is one."""
        return self._worker.pid if self._worker else None

    async def search(self, channels: Sequence[str], text: str, platform: str, limit: int) -> Found:
        """The packages whose names hold ``text``, the best first.

        Raises `Unreachable` when a channel does not answer, `Forbidden` for one that may not be asked, and
        `EngineFailed` when the worker dies; the next search begins with a new worker.
        """
        answer = await self._answer("search", channels, platform, {"text": text, "limit": limit})
        return Found(tuple(hits_from_json(answer["hits"])), answer["total"])

    async def newer(self, channels: Sequence[str], versions: Mapping[str, str], platform: str) -> tuple[Hit, ...]:
        """Of the packages of these names and versions those that the channels have newer. Raises as `search` does."""
        answer = await self._answer("newer", channels, platform, {"versions": dict(versions)})
        return tuple(hits_from_json(answer["hits"]))

    async def _answer(self, operation: str, channels: Sequence[str], platform: str, more: dict[str, Any]) -> Any:
        """What the worker says, once it is free."""
        settings, rules = await asyncio.to_thread(lambda: (self._settings(), self._trust()))
        args = {
            "cache_dir": str(self._cache_dir),
            "channels": list(channels),
            "platform": platform,
            **more,
            "settings": settings.to_json(),
        }
        async with self._turn:
            await self._stay()
            try:
                found = await asyncio.wait_for(self._ask(operation, args, settings, rules), self._patience)
            except asyncio.TimeoutError as error:
                await self._end()
                hints = ("Check the network, then try again; what was downloaded already is kept.",)
                raise Unreachable(
                    f"The channels did not answer within {self._patience:.0f} seconds.", hints=hints
                ) from error
            except BaseException:
                # in the middle of an answer, or dead: of no use for the next search
                await self._end()
                raise
            self._end_when_idle()
        return found

    async def close(self) -> None:
        """End the worker."""
        await self._stay()
        await self._end()

    async def _ask(self, operation: str, args: dict[str, Any], settings: CondaSettings, rules: Rules) -> Any:
        worker = await self._ready(args)
        if rules.has_lists:
            self._defaults = self._defaults or Defaults(**await worker.ask("defaults", args, SilentReporter()))
            rules = rules.knowing(self._defaults)
        rules.check_channels(args["channels"], (), settings)
        return await worker.ask(operation, args, SilentReporter())

    async def _ready(self, args: dict[str, Any]) -> Worker:
        worker = self._worker
        if worker is None or not worker.alive or self._used != args["settings"]:
            await self._end()
            self._used = args["settings"]
            started, cancelled = await to_the_end(Worker.start())
            self._worker = worker = started
            if cancelled:
                raise asyncio.CancelledError
        return worker

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await to_the_end(worker.end())

    async def _stay(self) -> None:
        """Let nobody end the worker any more; who has begun to, ends it."""
        ending, self._ending = self._ending, None
        if ending is not None:
            ending.cancel()
            await asyncio.wait([ending])

    def _end_when_idle(self) -> None:
        async def wait() -> None:
            await asyncio.sleep(self._idle)
            await self._end()

        self._ending = asyncio.get_running_loop().create_task(wait())
