"""The deep check of an environment's files, as a use case: in threads, with progress, and it can be cancelled."""

from __future__ import annotations

import asyncio
import threading

from jupyter_envs.integrity import Verification, verify
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Progress, Reporter


async def verify_files(shop: Workshop, name: str, reporter: Reporter) -> Verification:
    """Compare every file of the current prefix with its package. Changes nothing. Raises `NotFound`, `DiskTrouble`."""
    folder = shop.store.prefix(name, shop.store.get(name).current)
    loop, stop = asyncio.get_running_loop(), threading.Event()
    done = {"packages": 0, "bytes": 0}

    def count(package: str, packages: int, size: int) -> None:
        done["packages"] += 1
        done["bytes"] += size
        reporter.progress(Progress("verifying", done["packages"], packages, done["bytes"], package=package))

    def tell(package: str, packages: int, size: int) -> None:
        loop.call_soon_threadsafe(count, package, packages, size)

    reporter.progress(Progress("verifying"))
    work = asyncio.ensure_future(asyncio.to_thread(verify, folder, tell, stop))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([work])
        work.exception()
        raise
