"""Searching the channels for packages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jupyter_envs.engine.searching import Found, Searcher
from jupyter_envs.errors import InvalidInput
from jupyter_envs.redact import clean_url, show

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
LONGEST_TEXT = 64
MAX_CHANNELS = 10

_TEXT = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST_TEXT}}}")


@dataclass(frozen=True)
class Query:
    """What to look for: a part of a name, at most ``limit`` packages of it, in ``channels`` or the configured ones."""

    text: str
    channels: tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True)
class SearchResult:
    """The query as it was understood, and what was found."""

    query: Query
    found: Found

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``PackageSearch``; versions are listed for the package of exactly that name."""
        packages = [
            {
                **asdict(hit),
                "channel": clean_url(hit.channel)[0],
                "version_list": list(hit.version_list) if hit.name == self.query.text else [],
            }
            for hit in self.found.hits
        ]
        channels = [clean_url(channel)[0] for channel in self.query.channels]
        return {"query": self.query.text, "channels": channels, "total": self.found.total, "packages": packages}


def understand(query: Query, default_channels: Sequence[str]) -> Query:
    """The query with everything in it. Raises `InvalidInput` for what cannot be part of a name, or a wrong limit."""
    text = query.text.strip().lower()
    if not _TEXT.fullmatch(text):
        raise InvalidInput(
            f"“{show(query.text)}” cannot be part of a package's name.",
            hints=(f"Letters, digits, “.”, “_” and “-”, {LONGEST_TEXT} at most.",),
            key="q",
        )
    if not 1 <= query.limit <= MAX_LIMIT:
        raise InvalidInput(f"The limit must be between 1 and {MAX_LIMIT}.", key="limit")
    if len(query.channels) > MAX_CHANNELS or not all(channel.strip() for channel in query.channels):
        raise InvalidInput(f"Name at most {MAX_CHANNELS} channels, each with a name or an address.", key="channel")
    return Query(text, query.channels or tuple(default_channels), query.limit)


async def search(query: Query, searcher: Searcher, platform: str, default_channels: Sequence[str]) -> SearchResult:
    """Look for packages. Raises `InvalidInput`, `Unreachable`, `EngineFailed`."""
    whole = understand(query, default_channels)
    return SearchResult(whole, await searcher.search(whole.channels, whole.text, platform, whole.limit))


Search = Callable[[Query], Awaitable[SearchResult]]


async def versions_of(name: str, search: Search) -> tuple[str, ...]:
    """The versions that the configured channels have of a package of exactly this name; none of no such package."""
    if not _TEXT.fullmatch(name):
        return ()
    found = (await search(Query(name, limit=1))).found
    return tuple(version for hit in found.hits if hit.name == name for version in hit.version_list)


def has_package(search: Search) -> Callable[[str], Awaitable[bool]]:
    """Asks whether the configured channels have a package of exactly this name."""

    async def ask(name: str) -> bool:
        return bool(await versions_of(name, search))

    return ask
