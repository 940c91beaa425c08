"""Which environments have a package, ours and those of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.holdings import Holdings
from jupyter_envs.package_query import Held, PackageQuery

# of one environment and query; more are only counted
NAMED = 3


@dataclass(frozen=True)
class Holding:
    """The packages of an environment that were looked for: how many, and the likeliest of them."""

    count: int
    packages: tuple[Held, ...]

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Holding``."""
        packages = [{"name": name, "version": version} for name, version in self.packages]
        return {"count": self.count, "packages": packages}


def holdings(
    known: Holdings, prefixes: Iterable[tuple[str, Path]], queries: Sequence[PackageQuery]
) -> Mapping[str, Holding]:
    """By name those of the environments that have a package for each query. Reads the disk: call it in a thread."""
    found = {}
    for name, prefix in prefixes:
        each = [known.holding(str(prefix), query) for query in queries]
        if all(each):
            first = [held for packages in each for held in packages[:NAMED]]
            found[name] = Holding(sum(map(len, each)), tuple(dict.fromkeys(first)))
    return found
