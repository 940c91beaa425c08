"""Newer versions of an environment's packages: looked for when somebody asks, and never by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_envs.engine.messages import Hit
from jupyter_envs.engine.searching import Searcher
from jupyter_envs.models import Package, Spec
from jupyter_envs.redact import clean_url


@dataclass(frozen=True)
class Newer:
    """A package that a channel has in a newer version than the one that is installed."""

    package: Package
    hit: Hit

    def to_json(self) -> dict[str, Any]:
        """An item of the HTTP interface's ``NewerList``."""
        channel = clean_url(self.hit.channel)[0]
        return {
            "name": self.package.name,
            "version": self.package.version,
            "newest": self.hit.version,
            "channel": channel,
        }


@dataclass(frozen=True)
class NewerVersions:
    """What the channels have newer; ``unchecked`` packages are from PyPI, which no channel knows."""

    channels: tuple[str, ...]
    packages: tuple[Newer, ...]
    unchecked: int

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``NewerList``."""
        return {
            "channels": [clean_url(channel)[0] for channel in self.channels],
            "packages": [newer.to_json() for newer in self.packages],
            "unchecked": self.unchecked,
        }


async def newer_versions(
    spec: Spec, packages: Iterable[Package], searcher: Searcher, platform: str, default_channels: Sequence[str]
) -> NewerVersions:
    """Ask the environment's own channels. Raises `Unreachable`, `Forbidden`, `EngineFailed`."""
    everything = list(packages)
    conda = {package.name: package for package in everything if package.manager == "conda"}
    channels = spec.channels or tuple(default_channels)
    hits = await searcher.newer(channels, {name: package.version for name, package in conda.items()}, platform)
    found = sorted((Newer(conda[hit.name], hit) for hit in hits), key=lambda newer: newer.package.name)
    return NewerVersions(channels, tuple(found), len(everything) - len(conda))
