"""Packages → a prefix."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import rattler
from rattler import Subdir

from jupyter_envs.engine.cache import FIRST_REVISION, discard, entry_path, read_lock
from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.fetch import Watcher, fetch, package_cache, pending
from jupyter_envs.engine.conda.network import client
from jupyter_envs.engine.conda.records import record_of_entry
from jupyter_envs.engine.guard import refuse
from jupyter_envs.models import Package

ATTEMPTS = 2


async def install(
    packages: Sequence[Package],
    prefix: Path,
    cache_dir: Path,
    watcher: Watcher,
    reporter: rattler.InstallerReporter,
) -> None:
    """Fetch what is missing, then link all conda ``packages`` into ``prefix``, which must not exist yet.

    Link scripts never run. An entry of the cache that turns out to be damaged is fetched again, through the
    guard, and the prefix is made anew. Raises what `fetch` raises, and `EngineFailed`.
    """
    damaged: list[Package] = []
    for _ in range(ATTEMPTS):
        await fetch(pending(packages, cache_dir), cache_dir, watcher)
        await link(packages, prefix, cache_dir, reporter)
        damaged = [package for package in packages if replaced_by_rattler(package, cache_dir)]
        if not damaged:
            return
        for package in damaged:
            watcher.say(f"{package.name}: its files in the package cache were changed; it is fetched again.")
            discard(entry_path(package, cache_dir))
        shutil.rmtree(prefix)
    raise refuse(damaged[0].name, "its files in the package cache change while they are used")


def replaced_by_rattler(package: Package, cache_dir: Path) -> bool:
    """Whether rattler fetched the entry again by itself, past the guard, because a file did not match its hash."""
    return read_lock(entry_path(package, cache_dir))[0] != FIRST_REVISION


async def link(packages: Sequence[Package], prefix: Path, cache_dir: Path, reporter: rattler.InstallerReporter) -> None:
    """Link entries of the cache into a prefix."""
    with mapped("Linking"):
        records = [record_of_entry(package, entry_path(package, cache_dir)) for package in packages]
        await rattler.install(
            records,
            target_prefix=prefix,
            installed_packages=[],
            platform=Subdir(packages[0].platform) if packages else None,
            execute_link_scripts=False,
            show_progress=False,
            client=client(),
            reporter=reporter,
            package_cache=package_cache(cache_dir),
        )
