"""Spec → packages."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import rattler
from rattler import ChannelPriority, Client, Gateway, VirtualPackage

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


async def solve(
    *,
    channels: Sequence[str],
    specs: Sequence[str],
    platform: str,
    cache_dir: Path,
    exclude_newer: datetime.datetime | None = None,
) -> list[Package]:
    """Resolve ``specs`` for one platform, strict channel priority, and sort by name.

    Raises `InvalidSpec`, `Unsolvable` (with the solver's own explanation) or `Unreachable`.
    """
    wanted = [match_spec(spec) for spec in specs]
    with mapped("Solving"):
        records = await rattler.solve(
            sources=expand_channels(channels),
            specs=wanted,
            gateway=gateway(cache_dir),
            platforms=[platform, "noarch"],  # type: ignore[list-item]  # any platform's name may stand in a file
            virtual_packages=[package.into_generic() for package in VirtualPackage.detect()],
            channel_priority=ChannelPriority.Strict,
            exclude_newer=exclude_newer,
        )
    return sorted((to_package(record, platform) for record in records), key=lambda package: package.name)


def lacks_kernel(packages: Sequence[Package], pip_names: Sequence[str]) -> bool:
    """Whether there is a Python in it that no notebook could use."""
    names = {package.name for package in packages}
    return "python" in names and not (names | set(pip_names)) & PYTHON_KERNELS
