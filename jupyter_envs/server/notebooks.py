"""What the handlers call for a notebook: its pin, its lock, its kernel, its build on a hub."""

from __future__ import annotations

from typing import Any

from jupyter_envs.errors import Conflict
from jupyter_envs.jobs import Job, Jobs
from jupyter_envs.manager import BinderRequest, Documents, Manager, PinLock, PinStatus, Places
from jupyter_envs.models import Reporter
from jupyter_envs.server.events import Events
from jupyter_envs.server.kernels import Kernels
from jupyter_envs.server.requests import PinBody, SwitchBody

# followed at a time
BUILDS = 4


class Notebooks:
    """The part of the service that is about notebooks."""

    def __init__(self, manager: Manager, jobs: Jobs, events: Events, kernels: Kernels) -> None:
        self._manager = manager
        self._jobs = jobs
        self._events = events
        self._kernels = kernels

    async def pin(self, path: str, body: PinBody, documents: Documents) -> PinStatus:
        """Pin a notebook."""
        status = await self._manager.pin(path, body.environment, documents, write_notebook=body.write_notebook)
        self._events.emit("pins", path, "changed")
        return status

    async def unpin(self, path: str, write_notebook: bool, documents: Places) -> PinStatus:
        """Unpin a notebook."""
        status = await self._manager.unpin(path, documents, write_notebook=write_notebook)
        self._events.emit("pins", path, "removed")
        return status

    async def lock(self, path: str, how: PinLock, documents: Places) -> Job:
        """Start locking a notebook's environment file, for this machine or for all platforms."""
        status = await self._manager.read_pin(path, documents)
        if status.pin is None:
            raise Conflict(f"{path} is not pinned.", hints=["Pin it to an environment first."], path=path)

        async def lock(reporter: Reporter) -> dict[str, Any]:
            status = await self._manager.lock_pin(path, documents, reporter, how)
            self._events.emit("pins", path, "changed")
            return status.to_json()

        return self._jobs.submit("lock", f"Lock {path}", status.pin.environment, lock)

    async def build(self, request: BinderRequest, documents: Places) -> Job:
        """Start following a build on a hub. What can be refused at once is refused here."""
        if sum(job.kind == "binder-build" and not job.ended for job in self._jobs.list()) >= BUILDS:
            raise Conflict(f"{BUILDS} builds are followed already.", hints=["Wait for one, or cancel it."])
        work = await self._manager.build_on_binder(request, documents)

        async def build(reporter: Reporter) -> dict[str, Any]:
            return (await work(reporter)).to_json()

        return self._jobs.submit("binder-build", f"Build {request.notebooks[0]} on Binder", None, build, aside=True)

    async def switch(self, body: SwitchBody) -> dict[str, Any]:
        """Give a session the kernel of an environment."""
        kernels = (await self._manager.summary(body.environment)).kernels
        if not kernels:
            raise Conflict(f"“{body.environment}” has no Jupyter kernel.", name=body.environment)
        return await self._kernels.switch(body.session, kernels[0])
