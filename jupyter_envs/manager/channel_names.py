"""What channels are called that are known by their addresses, as the records of an installed package have them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import EnvsError, InvalidFile
from jupyter_envs.exports import Source
from jupyter_envs.models import SilentReporter


class ChannelNames:
    """Names for one manager's exports and pins; the engine is asked at most once, and only where it matters.

    ``settings`` is called, in a thread, for conda's settings; while they are not understood, addresses are left alone.
    """

    def __init__(self, engine: Engine, settings: Callable[[], CondaSettings]) -> None:
        self._engine = engine
        self._settings = settings
        self._own_alias: str | None = None

    async def named(self, source: Source) -> Source:
        """An environment of another tool with the names of its channels, see `CondaSettings.name_of`."""
        channels = source.spec.channels
        try:
            settings = await asyncio.to_thread(self._settings)
        except InvalidFile:
            return source
        alias = "" if settings.channel_alias or not _may_have_names(channels) else await self._alias()
        names = tuple(dict.fromkeys(settings.name_of(channel, alias) for channel in channels))
        return replace(source, spec=replace(source.spec, channels=names))

    async def _alias(self) -> str:
        """Empty where the engine does not answer: an export needs it for nothing else."""
        if self._own_alias is None:
            try:
                async with self._engine.session(SilentReporter()) as session:
                    self._own_alias = await session.own_alias()
            except EnvsError:
                return ""
        return self._own_alias


def _may_have_names(channels: tuple[str, ...]) -> bool:
    """Whether one may be below the engine's own alias, which is a server."""
    return any(channel.startswith("http") for channel in channels)
