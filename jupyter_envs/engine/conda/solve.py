"""Spec → packages."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import rattler
from rattler import (
    BuildString,
    ChannelPriority,
    Gateway,
    GenericVirtualPackage,
    MatchSpec,
    PackageName,
    RepoDataRecord,
    Version,
    VirtualPackage,
    VirtualPackageOverrides,
)

from jupyter_envs import matchspec, virtual
from jupyter_envs.engine import current
from jupyter_envs.engine.conda import dates
from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.network import client, configuration
from jupyter_envs.engine.conda.records import match_spec, to_package
from jupyter_envs.machine import current_platform
from jupyter_envs.models import Package
from jupyter_envs.virtual import THIS_SYSTEM, System

# A Python environment becomes a notebook kernel through one of these.
PYTHON_KERNELS = frozenset({"ipykernel", "xeus-python"})
PRIORITIES = {
    "strict": ChannelPriority.Strict,
    "flexible": ChannelPriority.Flexible,
    "disabled": ChannelPriority.Disabled,
}


def addresses(channels: Sequence[str]) -> list[str]:
    """What rattler is asked for: the channels behind some names, under conda's settings."""
    return [channel.address for channel in current.settings().expand(channels)]


def gateway(cache_dir: Path) -> Gateway:
    """A new repodata gateway; what it downloads is kept below ``cache_dir``, what it has read lives with it."""
    return Gateway(cache_dir=cache_dir / "repodata", client=client())


@cache
def jobs_gateway(cache_dir: Path, configured: str) -> Gateway:
    """The gateway of all solves of this process, under the same settings: a job reads a channel once."""
    return gateway(cache_dir)


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


@dataclass(frozen=True)
class Found:
    """Packages by name. With a date: which of them state no time, and which are newer because the user named them."""

    packages: tuple[Package, ...]
    undated: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()


async def solve(
    *,
    channels: Sequence[str],
    specs: Sequence[str],
    platform: str,
    cache_dir: Path,
    locked: Sequence[Package] = (),
    system: System = THIS_SYSTEM,
    as_of: str = "",
) -> Found:
    """Resolve ``specs`` for one platform, with the configured channel priority.

    Of the ``locked`` packages, those that the channels still have are taken again where the specs allow it.
    ``as_of`` is a moment (ISO 8601 with its zone): newer records are left out, see `dates`; a record that states
    no time counts as old. Raises `InvalidSpec`, `Unsolvable` (with the solver's own explanation) or `Unreachable`.
    """
    wanted = [match_spec(spec) for spec in specs]
    date = dates.moment(as_of)
    with mapped("Solving"):
        world = World(jobs_gateway(cache_dir, configuration(current.settings())), addresses(channels), platform)
        kept = await world.records_of(locked)
        records = await rattler.solve(
            sources=world.channels,
            specs=[*wanted, *every_version(specs)],
            gateway=world.gateway,
            platforms=world.platforms,
            locked_packages=[*kept, *(await named_later(world, specs, date) if date else ())],
            virtual_packages=virtual_packages(platform, system),
            channel_priority=PRIORITIES[current.settings().channel_priority],
            exclude_newer=date,
            timestamp_policy="allow-missing",
            constraints=dates.floor(specs) if date else None,
        )
    records = sorted(records, key=lambda record: record.name.normalized)
    packages = tuple(to_package(record, platform) for record in records)
    if not date:
        return Found(packages)
    undated = tuple(record.name.normalized for record in records if dates.time_of(record) is None)
    return Found(packages, undated, tuple(record.name.normalized for record in records if dates.is_back_dated(record)))


def every_version(specs: Sequence[str]) -> list[MatchSpec]:
    """The bare names of specs that choose among versions, to be asked for beside them.

    rattler reads only what a spec matches. Without this, a first channel that has the package in another version
    would not be seen to have it, and a strict solve would take the package from the next channel.
    """
    if current.settings().channel_priority != "strict":
        return []
    parsed = [matchspec.parse(text) for text in specs]
    names = {spec.name for spec in parsed if not (spec.url or spec.channel) and "*" not in spec.name}
    return [MatchSpec(name) for name in sorted(names)]


async def named_later(world: World, specs: Sequence[str], date: datetime.datetime) -> list[RepoDataRecord]:
    """Records newer than the date that are taken all the same, because the user named their version."""
    named = dates.named_versions(specs)
    records = await world.named(list(named))
    return dates.newer_all_the_same(records, [match_spec(text) for text in named.values()], date)


def virtual_packages(platform: str, system: System) -> list[GenericVirtualPackage]:
    """What a machine of that platform has: of this one what is detected, of another one what `virtual` says."""
    if platform == current_platform():
        found = virtual.with_overrides(detected(), platform, system)
    else:
        found = virtual.of_platform(platform, system)
    return [
        GenericVirtualPackage(PackageName(name), Version(version), BuildString(build)) for name, version, build in found
    ]


def detected() -> tuple[virtual.Virtual, ...]:
    """Name, version and build of the virtual packages of this machine; conda's own variables are followed."""
    packages = (package.into_generic() for package in VirtualPackage.detect(VirtualPackageOverrides.from_env()))
    return tuple((one.name.normalized, str(one.version), str(one.build_string)) for one in packages)


def lacks_kernel(packages: Sequence[Package], pip_names: Sequence[str]) -> bool:
    """Whether there is a Python in it that no notebook could use."""
    names = {package.name for package in packages}
    return "python" in names and not (names | set(pip_names)) & PYTHON_KERNELS
