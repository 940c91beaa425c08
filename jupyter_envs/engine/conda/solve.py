"""Spec → packages."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rattler
from rattler import ChannelPriority, Client, Gateway, RepoDataRecord, VirtualPackage

from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.records import match_spec, to_package
from jupyter_envs.models import Package

# A Python environment becomes a notebook kernel through one of these.
PYTHON_KERNELS = frozenset({"ipykernel", "xeus-python"})
# conda's own meaning of the name; channels are looked up below the configured alias
DEFAULTS = ("pkgs/main", "pkgs/r")


def expand_channels(channels: Sequence[str]) -> list[str]:
    """Channel names as rattler knows them: ``defaults`` becomes its parts, ``nodefaults`` says nothing by itself."""
    expanded: list[str] = []
    for channel in channels:
        names = DEFAULTS if channel == "defaults" else () if channel == "nodefaults" else (channel,)
        expanded.extend(name for name in names if name not in expanded)
    return expanded


def gateway(cache_dir: Path) -> Gateway:
    """The repodata gateway; what it downloads is kept below ``cache_dir``."""
    return Gateway(cache_dir=cache_dir / "repodata", client=Client.default_client())


@dataclass(frozen=True)
class World:
    """Where records come from: the channels' data for one platform."""

    gateway: Gateway
    channels: Sequence[str]
    platform: str

    @property
    def platforms(self) -> Any:
        """The channels' folders; any platform's name may stand in a file, so it is no literal."""
        return [self.platform, "noarch"]

    async def named(self, names: Sequence[str]) -> list[RepoDataRecord]:
        """All records of some names."""
        if not names:
            return []
        found = await self.gateway.query(self.channels, self.platforms, names, recursive=False)
        return [record for channel in found for record in channel]

    async def records_of(self, packages: Sequence[Package]) -> list[RepoDataRecord]:
        """The channels' own records of packages of ``platform``; what no channel has any more is left out."""
        wanted = {package.sha256 for package in packages if package.manager == "conda" and package.sha256}
        names = [package.name for package in packages if package.sha256 in wanted]
        return [record for record in await self.named(names) if record.sha256 and record.sha256.hex() in wanted]


async def solve(
    *,
    channels: Sequence[str],
    specs: Sequence[str],
    platform: str,
    cache_dir: Path,
    locked: Sequence[Package] = (),
    exclude_newer: datetime.datetime | None = None,
) -> list[Package]:
    """Resolve ``specs`` for one platform, strict channel priority, and sort by name.

    Of the ``locked`` packages, those that the channels still have are taken again where the specs allow it.
    Raises `InvalidSpec`, `Unsolvable` (with the solver's own explanation) or `Unreachable`.
    """
    wanted = [match_spec(spec) for spec in specs]
    with mapped("Solving"):
        world = World(gateway(cache_dir), expand_channels(channels), platform)
        records = await rattler.solve(
            sources=world.channels,
            specs=wanted,
            gateway=world.gateway,
            platforms=world.platforms,
            locked_packages=await world.records_of(locked),
            virtual_packages=[package.into_generic() for package in VirtualPackage.detect()],
            channel_priority=ChannelPriority.Strict,
            exclude_newer=exclude_newer,
        )
    return sorted((to_package(record, platform) for record in records), key=lambda package: package.name)


def lacks_kernel(packages: Sequence[Package], pip_names: Sequence[str]) -> bool:
    """Whether there is a Python in it that no notebook could use."""
    names = {package.name for package in packages}
    return "python" in names and not (names | set(pip_names)) & PYTHON_KERNELS
