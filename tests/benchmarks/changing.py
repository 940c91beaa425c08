"""One small package into an environment in use, going back, and the deep check against ``sha256sum``."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

from jupyter_envs.integrity import owned, verify
from jupyter_envs.manager import ChangeRequest, Manager
from jupyter_envs.models import SilentReporter
from tests.localchannel import LocalChannel
from tests.localchannel.archive import Metadata, PackagedFile, write_package, write_repodata

from . import creation
from .measure import Result, Timing, alternately, timed

ADDITION, ROLLBACK, SHA256SUM = 0.300, 1.0, 1.0
SMALL = "small-addition"


def add_small(channel: LocalChannel) -> None:
    """A package of one module in the channel."""
    code = PackagedFile("site-packages/small_addition.py", b"VALUE = 1\n")
    metadata = Metadata(SMALL, "1.0", "noarch", "py_0", ("python",), noarch="python", license="CC0-1.0")
    write_package(channel.path, metadata, [code])
    write_repodata(channel.path, "noarch")


async def measure(manager: Manager, runs: int) -> list[Result]:
    """With a worker standing by and the package in the cache: all but its download, the plan included."""
    await creation.create(manager, "changed")
    reporter = SilentReporter()
    added, back = [], []
    for number in range(runs + 1):
        await creation.settle()
        added.append(await creation.seconds(manager.change(ChangeRequest("changed", (SMALL,)), reporter)))
        await creation.settle()
        await manager.change(ChangeRequest("changed", remove=(SMALL,)), reporter)
        before = (await manager.environment("changed")).to_json()["history"][-2]["id"]
        await creation.settle()
        back.append(await creation.seconds(manager.roll_back("changed", reporter, generation=before)))
        await manager.change(ChangeRequest("changed", remove=(SMALL,)), reporter)
        if not number:
            # the first one downloads
            added.clear()
    return [
        Result("addition of one small package, in the cache, standby process", Timing(tuple(added)), ADDITION),
        Result("rollback to a generation whose prefix is there", Timing(tuple(back)), ROLLBACK),
    ]


def verification(prefix: Path, folder: Path, runs: int) -> Result:
    """The same files, hashed by as many processes as there are cores."""
    names = folder / "files"
    paths = [prefix / file.path for package in owned(prefix) for file in package.files if file.sha256]
    names.write_bytes(b"\0".join(os.fsencode(path) for path in paths))
    count = os.cpu_count() or 1
    argv = ["xargs", "-0", "-a", str(names), "-P", str(count), "-n", str(len(paths) // (4 * count) + 1), "sha256sum"]

    def theirs(_: int) -> float:
        return timed(lambda: subprocess.run(argv, check=True, stdout=subprocess.DEVNULL))

    def ours(_: int) -> float:
        return timed(lambda: verify(prefix))

    theirs(0)
    mine, other = alternately(runs, ours, theirs)
    what = f"deep verification of {len(paths)} files"
    return Result(what, mine, SHA256SUM, other, f"sha256sum, {count} processes")


async def verified(prefix: Path, folder: Path, runs: int) -> Result:
    """`verification`, in a thread."""
    return await asyncio.to_thread(verification, prefix, folder, runs)
