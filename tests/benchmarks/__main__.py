"""Runs all benchmarks in a home of their own and prints one table; exit status 1 if a target is missed."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from traitlets.config import Config

from jupyter_envs.manager import Manager
from tests.localchannel import build_channel
from tests.support.home import isolated_environment

from . import changing, creation, discovering, drifting, kernels, listing, pypi, sharing, solving, writing
from .measure import Result, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="runs of each, of which the median is shown (9)")
    parser.add_argument("--folder", type=Path, help="where to work; not a memory file system (the temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmarks-", dir=options.folder) as folder:
        results = run(Path(folder), options.runs)
    print(table(results))
    return 0 if all(result.reached for result in results) else 1


def run(folder: Path, runs: int) -> list[Result]:
    """All results; everything happens below ``folder``."""
    with_pandas = sharing.channel_with_pandas(folder / "pandas")
    home = folder / "home"
    home.mkdir()
    isolated = isolated_environment(home)
    os.environ.clear()
    os.environ.update(isolated)
    channel = build_channel(folder / "channel", ["ipykernel"], samples=False)
    changing.add_small(channel)
    settings = {"root_dir": str(folder / "envs"), "default_channels": [channel.file_url]}
    return asyncio.run(_measure(settings, folder, runs)) + asyncio.run(_pandas(folder, with_pandas, runs))


async def _pandas(folder: Path, channel: str, runs: int) -> list[Result]:
    settings = {"root_dir": str(folder / "with-pandas"), "cache_dir": str(folder / "pandas-cache")}
    manager = Manager(config=Config({"Manager": {**settings, "default_channels": [channel]}}))
    try:
        return [await sharing.pandas(manager, runs)]
    finally:
        await manager.close()


async def _measure(settings: dict[str, Any], folder: Path, runs: int) -> list[Result]:
    server = Manager(config=Config({"Manager": {**settings, "standby_worker": True}}))
    command_line = Manager(config=Config({"Manager": settings}))
    try:
        prefix = await creation.create(server, "warm")
        results = [
            await creation.measure("warm creation, standby process", server, prefix, folder / "copy", runs),
            await creation.measure("warm creation, no standby process", command_line, prefix, folder / "copy", runs),
            await discovering.clones(server, prefix, folder / "copy", runs),
            *await sharing.measure(server, runs),
            *await changing.measure(server, runs),
            await changing.verified(prefix, folder, runs),
        ]
    finally:
        await server.close()
        await command_line.close()
    results.append(await asyncio.to_thread(kernels.measure, "warm", prefix, runs))
    results += await asyncio.to_thread(listing.measure, folder / "envs", folder)
    results += await asyncio.to_thread(drifting.measure, folder, runs)
    results += await asyncio.to_thread(writing.measure, folder, runs)
    results += await asyncio.to_thread(discovering.measure, folder / "others", runs)
    results += await pypi.measure(folder / "pypi", runs)
    return results + await solving.measure(folder / "solving", runs)


if __name__ == "__main__":
    sys.exit(main())
