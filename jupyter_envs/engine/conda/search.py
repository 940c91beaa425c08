"""What the channels have under a name. Lives in a worker that is kept: what was read once answers from memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rattler import Channel as RattlerChannel
from rattler import RepoDataRecord, Version

from jupyter_envs.channels import Channel
from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.solve import gateway
from jupyter_envs.engine.messages import Hit
from jupyter_envs.engine.ranking import rank
from jupyter_envs.redact import clean_url

# seconds for which a channel's data is answered from memory
FRESH = 600.0
CATALOGUES_KEPT = 4
VERSIONS_SHOWN = 100


class Catalogue:
    """Some channels in their order, for one platform."""

    def __init__(self, channels: Sequence[Channel], platform: str, cache_dir: Path) -> None:
        self._channels = channels
        self._addresses = [channel.address for channel in channels]
        self._platforms: Any = [platform, "noarch"]  # rattler's type lists the platforms that it knows
        self._gateway = gateway(cache_dir)
        self._names: list[str] | None = None
        self._hits: dict[str, Hit] = {}

    async def search(self, text: str, limit: int) -> tuple[list[Hit], int]:
        """The first ``limit`` packages whose names hold ``text``, and how many there are. Raises `Unreachable`."""
        with mapped("Searching"):
            found = rank(await self._all_names(), text)
            shown = found[:limit]
            await self._look_up([name for name in shown if name not in self._hits])
        return [self._hits[name] for name in shown if name in self._hits], len(found)

    async def newer(self, versions: Mapping[str, str]) -> list[Hit]:
        """Of the packages of these names those that the channels have in a newer version. Raises `Unreachable`."""
        with mapped("Looking for newer versions"):
            await self._look_up([name for name in versions if name not in self._hits])
            known = {name: self._hits[name] for name in versions if name in self._hits}
            return [hit for name, hit in known.items() if Version(hit.version) > Version(versions[name])]

    async def _all_names(self) -> list[str]:
        if self._names is None:
            found = await self._gateway.names(self._addresses, self._platforms, channel_relations="disabled")
            self._names = [name.normalized for name in found]
        return self._names

    async def _look_up(self, names: Sequence[str]) -> None:
        """Read the records of these names; the first channel that has a name is the one that a solve would use."""
        if not names:
            return
        found = await self._gateway.query(
            self._addresses, self._platforms, names, recursive=False, channel_relations="disabled"
        )
        records = grouped(record for part in found for record in part)
        for channel in self._channels:
            address = clean_url(RattlerChannel(channel.address).base_url)[0]
            for name in names:
                if own := records.get((address, name)):
                    self._hits.setdefault(name, hit(channel.name, own))


class Catalogues:
    """The channels that were searched last, with what was read of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[object, ...], tuple[float, Catalogue]] = {}

    def get(self, channels: Sequence[Channel], platform: str, cache_dir: Path) -> Catalogue:
        """The catalogue of these channels; a new one when the old one is too old to be believed."""
        key = (*channels, platform, cache_dir)
        now = self._clock()
        made, known = self._known.pop(key, (now, None))
        if known is None or now - made > FRESH:
            made, known = now, Catalogue(channels, platform, cache_dir)
        self._known[key] = (made, known)
        while len(self._known) > CATALOGUES_KEPT:
            del self._known[next(iter(self._known))]
        return known


def grouped(records: Iterable[RepoDataRecord]) -> dict[tuple[str, str], list[RepoDataRecord]]:
    """Records by their channel's address, without its secrets (rattler masks some of them), and their name."""
    found: dict[tuple[str, str], list[RepoDataRecord]] = {}
    for record in records:
        found.setdefault((clean_url(record.channel or "")[0], record.name.normalized), []).append(record)
    return found


def hit(channel: str, records: Sequence[RepoDataRecord]) -> Hit:
    """What a search shows of one package's records."""
    newest_first = sorted(records, key=age, reverse=True)
    newest = newest_first[0]
    versions = list(dict.fromkeys(str(record.version) for record in newest_first))
    return Hit(
        name=newest.name.normalized,
        version=str(newest.version),
        build=str(newest.build),
        subdir=newest.subdir,
        channel=channel,
        size=newest.size,
        builds=len(records),
        versions=len(versions),
        version_list=tuple(versions[:VERSIONS_SHOWN]),
    )


def age(record: RepoDataRecord) -> tuple[Any, int, float]:
    """What decides which of two records is newer."""
    return (record.version, record.build_number, record.timestamp.timestamp() if record.timestamp else 0.0)
