"""Unpacking an archive without letting it fill the disk.

An archive does not say truly how large it becomes, and the library that unpacks it knows no limit. So the folder is
looked at while it grows; what grows too large is stopped by taking away the place where it is written.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rattler.package_streaming import extract

from jupyter_envs.engine.conda.failures import FAILURES, of_our_disk
from jupyter_envs.engine.guard import refuse
from jupyter_envs.engine.limits import PackageLimits, excess
from jupyter_envs.redact import show

FIRST_LOOK, LAST_LOOK = 0.1, 1.0  # seconds


async def extract_within(archive: Path, folder: Path, limits: PackageLimits, name: str) -> None:
    """Unpack into a new folder. Raises `PackageRefused` when there is more than ``limits`` allow."""
    task = asyncio.ensure_future(asyncio.to_thread(unpack, archive, folder, name))
    wait = FIRST_LOOK
    while not (await asyncio.wait({task}, timeout=wait))[0]:
        if too_much := await asyncio.to_thread(excess, folder, limits):
            await stop(task, folder)
            raise refuse(name, too_much)
        wait = min(2 * wait, LAST_LOOK)
    await task
    if too_much := await asyncio.to_thread(excess, folder, limits):
        raise refuse(name, too_much)


def unpack(archive: Path, folder: Path, name: str) -> None:
    """Raises `PackageRefused` for an archive that is none, and what the disk raises."""
    try:
        extract(archive, folder)
    except FAILURES as error:
        if of_our_disk(error):
            raise
        raise refuse(name, f"its archive cannot be unpacked ({show(str(error))})") from error


async def stop(task: asyncio.Future[None], folder: Path) -> None:
    """End an unpacking that cannot be cancelled: no file can grow or be made. Wait for it."""
    with no_writing():
        await asyncio.to_thread(take_away, folder)
        await asyncio.wait({task})
    task.exception()


def take_away(folder: Path) -> None:
    """A file in place of a folder: nothing can be made below it."""
    folder.rename(folder.with_name("too-large"))
    folder.touch()


@contextmanager
def no_writing() -> Iterator[None]:
    """While the body runs, no file of this process can grow. Pipes are not concerned."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def counted(advance: Callable[[int], None], limit: int, name: str) -> Callable[[int], None]:
    """``advance``, which raises `PackageRefused` when more than ``limit`` bytes arrive."""
    arrived = 0

    def count(size: int) -> None:
        nonlocal arrived
        arrived += size
        if arrived > limit:
            raise refuse(name, f"its archive has more than the {limit} bytes that it should have")
        advance(size)

    return count
