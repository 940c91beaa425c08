"""What the handlers call: each verb of the interface that is more than one call of the manager."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_envs import formats
from jupyter_envs._version import __version__
from jupyter_envs.errors import Conflict, EnvironmentInUse, InvalidInput, NameTaken, NotFound
from jupyter_envs.jobs import Job, Jobs
from jupyter_envs.manager import (
    CreateRequest,
    Documents,
    ForeignSummary,
    Manager,
    Places,
    Summary,
    to_json,
    wish_in,
)
from jupyter_envs.models import Reporter
from jupyter_envs.server.events import Events
from jupyter_envs.server.kernels import Kernels
from jupyter_envs.server.notebooks import Notebooks
from jupyter_envs.server.observing import count
from jupyter_envs.server.queries import ListQuery
from jupyter_envs.server.requests import (
    AboutBody,
    AdoptChangesBody,
    ChangeBody,
    CreateBody,
    RenameBody,
    RollbackBody,
)


class Service:
    """The manager, the jobs, the event bus and Jupyter's kernels, put together."""

    def __init__(self, manager: Manager, jobs: Jobs, events: Events, kernels: Kernels) -> None:
        self.manager = manager
        self.jobs = jobs
        self._events = events
        self._kernels = kernels
        self.notebooks = Notebooks(manager, jobs, events, kernels)

    async def create(self, body: CreateBody, documents: Places) -> Job:
        """Start planning or creating an environment. What can be refused at once is refused here, not in the job."""
        request = body.request
        name = await self._name(request, documents)
        if body.dry_run:

            async def plan(reporter: Reporter) -> dict[str, Any]:
                return to_json(await self.manager.plan(request, documents, reporter))

            return self.jobs.submit("plan", f"Plan {name}", name, plan)

        async def create(reporter: Reporter) -> dict[str, Any]:
            summary = await self.manager.create(request, documents, reporter, confirmed=body.plan)
            self._kernels.renew(summary.kernels)
            self._events.emit("environments", summary.name, "created")
            if request.pin is not None:
                self._events.emit("pins", request.pin, "changed")
            return summary.to_json()

        return self.jobs.submit("create", f"Create {name}", name, create)

    async def change(self, body: ChangeBody, documents: Documents) -> Job:
        """Start planning or making a change of an environment."""
        name = body.request.environment
        await self.manager.summary(name)
        await self.manager.require_own(name)
        if body.request.file is not None:
            wish_in(await self._read(body.request.file, body.request.filename))
        if body.dry_run:

            async def plan(reporter: Reporter) -> dict[str, Any]:
                return to_json(await self.manager.plan_change(body.request, reporter, documents=documents))

            return self.jobs.submit("plan", f"Plan {name}", name, plan)

        async def change(reporter: Reporter) -> dict[str, Any]:
            return self._changed(
                await self.manager.change(body.request, reporter, confirmed=body.plan, documents=documents)
            )

        return self.jobs.submit("change", f"Change {name}", name, change)

    async def roll_back(self, name: str, body: RollbackBody) -> Job:
        """Start planning or going back to a generation of an environment."""
        generation = body.generation
        await self.manager.require_generation(name, generation)
        if body.dry_run:

            async def plan(reporter: Reporter) -> dict[str, Any]:
                return to_json(await self.manager.plan_roll_back(name, reporter, generation=generation))

            return self.jobs.submit("plan", f"Plan {name}", name, plan)

        async def roll_back(reporter: Reporter) -> dict[str, Any]:
            return self._changed(
                await self.manager.roll_back(name, reporter, generation=generation, confirmed=body.plan)
            )

        return self.jobs.submit("rollback", f"Roll {name} back", name, roll_back)

    def recover(self) -> None:
        """Start finishing what another server was adding when it died. Called when the server starts."""
        for name in self.manager.interrupted():

            async def recover(reporter: Reporter, name: str = name) -> dict[str, Any]:
                return self._changed(await self.manager.recover(name, reporter))

            self.jobs.submit("recover", f"Finish {name}", name, recover)

    async def verify(self, name: str) -> Job:
        """Start comparing every file of an environment with its package."""
        await self.manager.summary(name)
        await self.manager.require_own(name)

        async def verify(reporter: Reporter) -> dict[str, Any]:
            return (await self.manager.verify(name, reporter)).to_json()

        return self.jobs.submit("verify", f"Verify {name}", name, verify)

    async def adopt_changes(self, name: str, body: AdoptChangesBody) -> Job:
        """Start planning or writing down what was changed by hand in an environment."""
        await self.manager.summary(name)
        await self.manager.require_own(name)
        if body.dry_run:

            async def plan(reporter: Reporter) -> dict[str, Any]:
                return to_json(await self.manager.plan_adoption(name, reporter))

            return self.jobs.submit("plan", f"Plan {name}", name, plan)

        async def adopt(reporter: Reporter) -> dict[str, Any]:
            return self._changed(await self.manager.adopt_changes(name, reporter, confirmed=body.plan))

        return self.jobs.submit("adopt-changes", f"Adopt the changes of {name}", name, adopt)

    def _changed(self, summary: Summary) -> dict[str, Any]:
        self._kernels.renew(summary.kernels)
        self._events.emit("environments", summary.name, "changed")
        return summary.to_json()

    async def remove(self, name: str, force: bool) -> Job:
        """Start removing an environment; `EnvironmentInUse` while kernels of it run, unless forced."""
        summary = await self._unused(name, force, "remove")

        async def remove(reporter: Reporter) -> None:
            if force:
                await self._kernels.shut_down(summary.kernels)
            await self.manager.remove(name, reporter, force=force)
            self._events.emit("environments", name, "removed")

        return self.jobs.submit("remove", f"Remove {name}", name, remove)

    async def rename(self, name: str, body: RenameBody) -> Job:
        """Start giving an environment another name; `EnvironmentInUse` while kernels of it run, unless forced."""
        summary = await self._unused(name, body.force, "rename")
        await self._free(body.name)

        async def rename(reporter: Reporter) -> dict[str, Any]:
            if body.force:
                await self._kernels.shut_down(summary.kernels)
            renamed = await self.manager.rename(name, body.name, reporter, force=body.force)
            self._events.emit("environments", name, "removed")
            self._events.emit("environments", body.name, "created")
            return renamed.to_json()

        return self.jobs.submit("rename", f"Rename {name} to {body.name}", name, rename)

    async def describe(self, name: str, body: AboutBody) -> dict[str, Any]:
        """Write the user's own words about an environment."""
        return self._changed(await self.manager.describe(name, body.note, body.tags))

    async def _unused(self, name: str, force: bool, verb: str) -> Summary | ForeignSummary:
        """One of our environments that no kernel runs in. Raises `NotFound`, `Forbidden`, `EnvironmentInUse`."""
        summary = await self.manager.summary(name)
        await self.manager.require_own(name)
        running = summary.running_kernels
        if running and not force:
            kernels = "1 running kernel uses" if running == 1 else f"{running} running kernels use"
            hints = [f"Shut them down first, or {verb} it anyway, which shuts them down."]
            raise EnvironmentInUse(f"{kernels} “{name}”.", hints=hints, name=name, kernels=running)
        return summary

    async def listing(self, query: ListQuery) -> dict[str, Any]:
        """All environments, ours first, or those that have the packages that are looked for."""
        found = await self.manager.listed(foreign=query.foreign, queries=query.packages)
        return {
            "environments": found,
            "totals": self.manager.disk.totals(),
            "default_engine": self.manager.default_engine,
        }

    def health(self) -> dict[str, Any]:
        """For a monitor: it answers, so the event loop turns; and what waits."""
        return {"status": "ok", "version": __version__, "jobs": count(self.jobs.list())}

    async def unused(self, days: float | None) -> dict[str, Any]:
        """The environments that nothing has used for so many days."""
        found = await self.manager.unused(days)
        return {"environments": [environment.to_json() for environment in found]}

    def collect(self, dry_run: bool) -> Job:
        """Start looking for what nothing needs any more, and unless it is a ``dry_run`` taking it away."""
        disk = self.manager.disk

        async def collect(reporter: Reporter) -> dict[str, Any]:
            found = await (disk.collectable() if dry_run else disk.collect(reporter))
            return found.to_json()

        return self.jobs.submit("gc", "Look for what is not needed" if dry_run else "Free disk space", None, collect)

    async def adopt(self, name: str) -> Job:
        """Start making another tool's environment a kernel."""
        summary = await self.manager.summary(name)
        if not isinstance(summary, ForeignSummary):
            raise Conflict(f"“{name}” is no other tool's environment: it is a kernel already.", name=name)

        async def adopt(reporter: Reporter) -> dict[str, Any]:
            adopted = await self.manager.adopt(name, reporter)
            self._events.emit("environments", name, "changed")
            return adopted.to_json()

        return self.jobs.submit("adopt", f"Use {name} as a kernel", name, adopt)

    async def release(self, name: str) -> None:
        """Remove the kernels of another tool's environment."""
        await self.manager.release(name)
        self._events.emit("environments", name, "changed")

    async def end(self, id: str) -> None:
        """Cancel a job that has not ended, or dismiss one that has."""
        if self.jobs.get(id).ended:
            self.jobs.dismiss(id)
        else:
            await self.jobs.cancel(id)

    async def _name(self, request: CreateRequest, documents: Places) -> str:
        """The name of the environment to be; for a new one it is checked that it is free."""
        if request.pin is not None:
            pin = (await self.manager.read_pin(request.pin, documents)).pin
            if pin is None:
                raise Conflict(
                    f"{request.pin} is not pinned.", hints=["Pin it to an environment first."], path=request.pin
                )
            return request.name or pin.environment
        proposed = await self._name_in_file(request)
        name = request.name or proposed
        if name is None:
            raise InvalidInput("The environment needs a name.", key="name")
        await self._free(name)
        return name

    async def _name_in_file(self, request: CreateRequest) -> str | None:
        """The name that a file proposes. Raises `InvalidFile` for one that is not understood."""
        if request.file is None:
            return None
        found = await self._read(request.file, request.filename)
        return found.spec.name if found.spec is not None else None

    async def _read(self, text: str, filename: str | None) -> formats.Read:
        source, limits = filename or "environment.yml", self.manager.limits
        return await asyncio.to_thread(formats.read, text, source=source, limits=limits)

    async def _free(self, name: str) -> None:
        try:
            summary = await self.manager.summary(name)
        except NotFound:
            return
        if isinstance(summary, ForeignSummary):
            # ours gets the name; the other one is told apart by its tool
            return
        raise NameTaken(f"There is an environment named “{name}” already.", hints=["Choose another name."], name=name)
