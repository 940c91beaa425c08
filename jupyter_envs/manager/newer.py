"""Newer versions of an environment's packages: looked for when somebody asks, and never by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from jupyter_envs import pipsection, versions
from jupyter_envs.engine.searching import Searcher
from jupyter_envs.engine.session import Session
from jupyter_envs.models import Package, Spec
from jupyter_envs.redact import clean_url


@dataclass(frozen=True)
class Newer:
    """A package that a channel, or an index, has in a newer version than the one that is installed."""

    package: Package
    newest: str
    channel: str = ""

    def to_json(self) -> dict[str, Any]:
        """An item of the HTTP interface's ``NewerList``."""
        return {
            "name": self.package.name,
            "version": self.package.version,
            "newest": self.newest,
            "channel": clean_url(self.channel)[0] if self.channel else "",
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
    found = sorted(
        (Newer(conda[hit.name], hit.version, hit.channel) for hit in hits), key=lambda newer: newer.package.name
    )
    return NewerVersions(channels, tuple(found), len(everything) - len(conda))


async def newer_wheels(
    spec: Spec, packages: Sequence[Package], session: Session, platform: str, python: str
) -> NewerVersions:
    """Ask the indexes of an environment of PyPI packages alone for wheels. Raises what the engine raises.

    Each package is asked for on its own, whatever was asked for and whatever others need of it.
    """
    lines = [*pipsection.indexes(spec.pip), *(package.name for package in packages)]
    latest = await session.resolve_pip(lines, (), platform, dependencies=False, python=python)
    there = {canonicalize_name(wheel.name): wheel.version for wheel in latest.packages}
    pairs = [(package, there.get(canonicalize_name(package.name), "")) for package in packages]
    found = [Newer(package, newest) for package, newest in pairs if newest and _is_newer(newest, package.version)]
    return NewerVersions((), tuple(sorted(found, key=lambda newer: newer.package.name)), 0)


def _is_newer(one: str, other: str) -> bool:
    return versions.compare(one, other, "pip") > 0
