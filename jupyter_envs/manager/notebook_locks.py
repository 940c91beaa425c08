"""Locking what a notebook is pinned to: its file and lock are read, the next lock and the pin written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jupyter_envs import lockfile
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import NotFound
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.locking import LockRequest, plan_lock, wanted_platforms
from jupyter_envs.manager.notebooks import file_of, read_pinned, save_notebook, with_pin
from jupyter_envs.manager.requests import Documents
from jupyter_envs.models import Pin


@dataclass(frozen=True)
class PinLock:
    """How to lock a pinned notebook's file: for this machine, for all platforms of the file, or for all but this one.

    ``update`` and ``as_of`` are those of `LockRequest`; without ``write_notebook`` the caller writes the pin.
    """

    platforms: Literal["here", "all", "others"] = "here"
    update: tuple[str, ...] = ()
    as_of: str = ""
    write_notebook: bool = True

    def chosen(self, here: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """The platforms to solve for."""
        if self.platforms == "here":
            return (here,)
        return wanted if self.platforms == "all" else tuple(platform for platform in wanted if platform != here)


THIS_MACHINE = PinLock()


async def lock_pinned(path: str, how: PinLock, documents: Documents, session: Session, ground: Ground) -> None:
    """Lock, keeping what is locked for platforms that are not asked for. Raises `NotFound` and what a solve raises."""
    pinned = await read_pinned(path, documents, ground.limits)
    if pinned.pin is None:
        raise NotFound(f"{path} is not pinned.", hints=("Pin it to an environment first.",), path=path)
    spec = file_of(pinned)
    platforms = how.chosen(ground.platform, wanted_platforms(spec, pinned.lock, ground.platform))
    if not platforms:
        return
    request = LockRequest(spec, pinned.lock, platforms, how.update, how.as_of)
    lock = (await plan_lock(request, session, ground)).lock
    text = lockfile.write_as(pinned.pin.lock, lock, sources=(pinned.pin.file,))
    await documents.write(pinned.beside(pinned.pin.lock), text)
    if how.write_notebook:
        new = Pin(pinned.pin.environment, pinned.pin.file, pinned.pin.lock, lock.digest())
        await save_notebook(path, with_pin(pinned.notebook, new), documents)
