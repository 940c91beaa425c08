"""What a worker's answers mean: the values that solves and looks into the caches give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_envs.models import Package


@dataclass(frozen=True)
class Solution:
    """What a solve found; ``lacks_kernel`` says that there is a Python in it which no notebook could use.

    With a date: ``undated`` packages state no time, ``newer`` ones are there because the user named their version.
    """

    packages: tuple[Package, ...]
    lacks_kernel: bool
    undated: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wheels:
    """What a pip section resolved to.

    ``newer`` names those that are newer than the date, since the user named them; ``yanked`` says which are withdrawn.
    """

    packages: tuple[Package, ...] = ()
    newer: tuple[str, ...] = ()
    yanked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pending:
    """What is not in the cache, and the activation scripts of packages that are.

    ``copied`` are the shared caches whose files cannot be hard links here. ``kept`` names the missing packages whose
    archives conda has in its own package caches: these need no download.
    """

    missing: tuple[Package, ...]
    scripts: Mapping[str, Sequence[str]]
    copied: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def downloads(self) -> tuple[Package, ...]:
        """What has to come from a channel."""
        return tuple(package for package in self.missing if package.name not in self.kept)
