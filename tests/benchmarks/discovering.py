"""200 environments of other tools, found; how long the event loop waits meanwhile; and clones against ``cp -al``."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from traitlets.config import Config

from jupyter_envs.discovery import Places, discover
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter
from tests.localchannel import build_channel
from tests.support.home import isolated_environment

from . import creation
from .measure import Result, Timing, table, timed

CONDA, VIRTUAL = 100, 100
RECORDS, DISTRIBUTIONS = 300, 60
LIMIT, STALL, COPY = 0.200, 0.050, 2.0
TICK = 0.001


def measure(folder: Path, runs: int) -> list[Result]:
    """Only the system's file cache is kept from one run to the next."""
    places = _fill(folder)
    assert len(discover(places).found) == CONDA + VIRTUAL
    found = Timing(tuple(timed(partial(discover, places)) for _ in range(runs)))
    stalls = Timing(tuple(asyncio.run(_longest_wait(places)) for _ in range(runs)))
    what = f"discovery of {CONDA + VIRTUAL} environments"
    return [Result(what, found, LIMIT), Result(f"{what}, longest wait of the event loop", stalls, STALL)]


async def _longest_wait(places: Places) -> float:
    """How late the event loop was at most while a thread searched as the manager's does."""
    search = asyncio.create_task(asyncio.to_thread(discover, places))
    longest = 0.0
    while not search.done():
        start = time.perf_counter()
        await asyncio.sleep(TICK)
        longest = max(longest, time.perf_counter() - start - TICK)
    return longest


def _fill(folder: Path) -> Places:
    root, work = folder / "miniconda3", folder / "work"
    for number in range(CONDA):
        prefix = root / "envs" / f"conda-{number}"
        (prefix / "conda-meta").mkdir(parents=True)
        for record in ("python-3.11.7-h_0", *(f"package-{one}-1.0-h_0" for one in range(RECORDS - 1))):
            (prefix / "conda-meta" / f"{record}.json").write_text(json.dumps({"name": record}))
        _interpreter(prefix)
    for number in range(VIRTUAL):
        prefix = work / f"project-{number}" / ".venv"
        for one in range(DISTRIBUTIONS):
            (prefix / "lib/python3.11/site-packages" / f"package_{one}-1.0.dist-info").mkdir(parents=True)
        (prefix / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
        _interpreter(prefix)
    return Places(folder, conda_roots=(root,), projects=(work,))


def _interpreter(prefix: Path) -> None:
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python").symlink_to(sys.executable)


async def clones(manager: Manager, prefix: Path, copy: Path, runs: int) -> Result:
    """Clones of the environment ``warm``, end to end, and copies of its ``prefix``."""
    ours, theirs = [], []
    for number in range(runs):
        await creation.settle()
        request = CreateRequest(name=f"clone-{number}", clone="warm")
        ours.append(await creation.seconds(manager.create(request, creation.NoDocuments(), SilentReporter())))
        await manager.remove(f"clone-{number}", SilentReporter())
        await creation.settle()
        theirs.append(await creation.seconds(creation._copy(prefix, copy)))
        shutil.rmtree(copy)
    return Result("clone, standby process", Timing(tuple(ours)), COPY, Timing(tuple(theirs)), "cp -al")


async def _clones_alone(folder: Path, runs: int) -> Result:
    channel = build_channel(folder / "channel", ["ipykernel"], samples=False)
    settings = {"root_dir": str(folder / "envs"), "default_channels": [channel.file_url], "standby_worker": True}
    manager = Manager(config=Config({"Manager": settings}))
    try:
        return await clones(manager, await creation.create(manager, "warm"), folder / "copy", runs)
    finally:
        await manager.close()


def main() -> None:
    """Only these: prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.discovering")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        isolated = isolated_environment(folder / "home")
        os.environ.clear()
        os.environ.update(isolated)
        results = [*measure(folder / "others", options.runs), asyncio.run(_clones_alone(folder, options.runs))]
    print(table(results))
    sys.exit(0 if all(result.reached for result in results) else 1)


if __name__ == "__main__":
    main()
