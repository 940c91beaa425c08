"""Packages → a prefix."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import rattler
from rattler import Subdir

from jupyter_envs.engine.cache import discard, entry_path
from jupyter_envs.engine.conda.failures import mapped
from jupyter_envs.engine.conda.fetch import Watcher, fetch, pending
from jupyter_envs.engine.conda.layers import layers
from jupyter_envs.engine.conda.network import client
from jupyter_envs.engine.conda.records import record_of_entry
from jupyter_envs.engine.guard import refuse
from jupyter_envs.engine.shared import place
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
        damaged = await link(packages, prefix, cache_dir, reporter)
        if not damaged:
            return
        await renew(damaged, cache_dir, watcher)
        shutil.rmtree(prefix)
    raise refuse(damaged[0].name, "its files in the package cache change while they are used")


async def renew(damaged: Sequence[Package], cache_dir: Path, watcher: Watcher) -> None:
    """Have packages whose files were changed in a cache in our own, whole; of a shared cache nothing is changed."""
    for package in damaged:
        watcher.say(f"{package.name}: its files in the package cache were changed; it is fetched again.")
        discard(entry_path(package, cache_dir))
    await fetch(damaged, cache_dir, watcher)


async def link(
    packages: Sequence[Package], prefix: Path, cache_dir: Path, reporter: rattler.InstallerReporter
) -> list[Package]:
    """Link entries of the caches into a prefix; the packages whose entries turned out to be damaged."""
    with mapped("Linking"), layers(packages, cache_dir) as found:
        records = [record_of_entry(package, place(package, cache_dir)) for package in packages]
        await rattler.install(
            records,
            target_prefix=prefix,
            installed_packages=[],
            platform=Subdir(packages[0].platform) if packages else None,
            execute_link_scripts=False,
            show_progress=False,
            client=client(),
            reporter=reporter,
            package_cache=found.caches,
        )
        return found.damaged(packages)
