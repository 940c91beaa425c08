"""Locked pip packages into a prefix, by uv: by hash, without dependencies, over nothing of conda's."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from jupyter_envs import pipsection
from jupyter_envs.engine import credentials, current, wheel_stamps
from jupyter_envs.engine.provided import refuse_overwritten, refuse_replacing
from jupyter_envs.engine.pypi_uv import run_uv, write_lines
from jupyter_envs.engine.wheel_record import changed
from jupyter_envs.errors import EnvsError
from jupyter_envs.models import Package


async def install(
    packages: Sequence[Package],
    prefix: Path,
    cache_dir: Path,
    say: Callable[[str], None],
    *,
    builds: bool = False,
    options: Sequence[str] = (),
) -> None:
    """Install exactly these files.

    ``options`` are uv's arguments about hosts and, for what builds need, about indexes; ``say`` writes to the job's
    log. Raises `Forbidden` for a source archive without ``builds``, `PackageRefused` for a wrong hash or a file of a
    conda package, `Unreachable`, `DiskTrouble`.
    """
    pipsection.check_builds(packages, builds)
    refuse_replacing(packages, prefix)
    sources = [package for package in packages if pipsection.is_source(package.url)]
    hosts = [word for pair in pairwise(options) if pair[0] == "--allow-insecure-host" for word in pair]
    await install_wheels([one for one in packages if one not in sources], prefix, cache_dir, say, hosts)
    await link(sources, prefix, cache_dir, "--no-binary", pipsection.ALL, *options)
    await asyncio.to_thread(refuse_overwritten, prefix)


async def install_wheels(
    packages: Sequence[Package], prefix: Path, cache_dir: Path, say: Callable[[str], None], hosts: Sequence[str]
) -> None:
    """Wheels, from the network or from uv's cache.

    A wheel whose files in the cache were changed, as an edit in an environment does through their hard links, is
    fetched again, and the job's log is told.
    """
    options = ("--no-build", "--no-index", *hosts)
    if not await link_without_network(packages, prefix, cache_dir, *options):
        await link(packages, prefix, cache_dir, *options)
    damaged = await asyncio.to_thread(changed, packages, prefix, cache_dir)
    if not damaged:
        return
    names = [package.name for package in damaged]
    say(f"{', '.join(names)}: files in the package cache were changed; fetched again.")
    await run_uv(["cache", "clean", *names], cache_dir, "Cleaning the cache of wheels")
    await link(damaged, prefix, cache_dir, "--reinstall", *options)
    # fresh from an archive with the locked hash, so the files are right and the list is not
    for package in await asyncio.to_thread(changed, damaged, prefix, cache_dir):
        say(f"{package.name}: its wheel's own list of files does not agree with its files.")


async def link_without_network(packages: Sequence[Package], prefix: Path, cache_dir: Path, *options: str) -> bool:
    """Wheels that were here before, from uv's cache; whether that could be done. Asks no server whether it has others.

    uv puts none into the prefix before it has all.
    """
    if not await asyncio.to_thread(wheel_stamps.are_kept, packages, cache_dir):
        return False
    try:
        await link(packages, prefix, cache_dir, "--offline", *options)
    except EnvsError:
        return False  # with the network it works, or says why not
    return True


async def warm(packages: Sequence[Package], prefix: Path, cache_dir: Path, options: Sequence[str]) -> None:
    """Bring wheels into uv's cache, so that installing them is only linking. Raises as `install` does."""
    pipsection.check_builds(packages, False)
    hosts = [word for pair in pairwise(options) if pair[0] == "--allow-insecure-host" for word in pair]
    with tempfile.TemporaryDirectory(prefix=".warm-", dir=cache_dir) as scratch:
        await link(packages, prefix, cache_dir, "--target", scratch, "--no-build", "--no-index", *hosts)


async def prune(cache_dir: Path) -> None:
    """Take out of uv's cache what nothing refers to any more."""
    await run_uv(["cache", "prune"], cache_dir, "Cleaning the cache of wheels")
    await asyncio.to_thread(wheel_stamps.forget, cache_dir)


async def link(packages: Sequence[Package], prefix: Path, cache_dir: Path, *options: str) -> None:
    """Have uv put packages into a prefix."""
    if not packages:
        return
    with tempfile.TemporaryDirectory() as scratch:
        addresses = [literal(credentials.with_user(one.url, current.indexes())) for one in packages]
        lines = [f"{one.name} @ {url} --hash=sha256:{one.sha256}" for one, url in zip(packages, addresses, strict=True)]
        wanted = write_lines(Path(scratch, "requirements.txt"), lines)
        command = ["pip", "install", "--python", str(python_of(prefix)), "--requirement", str(wanted)]
        command += ["--no-deps", "--require-hashes", "--link-mode", "hardlink", "--break-system-packages", *options]
        await run_uv(command, cache_dir, "Installing the pip section")


def literal(address: str) -> str:
    """The same address, with nothing in it that uv would fill in from the environment."""
    return address.replace("$", "%24")


def python_of(prefix: Path) -> Path:
    """The interpreter of a prefix."""
    return prefix / ("python.exe" if os.name == "nt" else "bin/python")
