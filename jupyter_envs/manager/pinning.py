"""The use cases about notebooks: read a pin, pin, unpin, lock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from jupyter_envs import exports, lockfile, pin
from jupyter_envs.errors import EnvsError
from jupyter_envs.exports import Export
from jupyter_envs.machine import homes
from jupyter_envs.manager import binder as binding
from jupyter_envs.manager import lying_beside, placing
from jupyter_envs.manager.base import ManagerBase
from jupyter_envs.manager.binder_values import BinderReport, BinderRequest, Places
from jupyter_envs.manager.hub_builds import HubBuild, follow, followable
from jupyter_envs.manager.locking import LockPlan, LockRequest, plan_lock
from jupyter_envs.manager.notebook_locks import THIS_MACHINE, PinLock, lock_pinned
from jupyter_envs.manager.notebooks import (
    Pinned,
    beside,
    keeping_others,
    read_lock,
    read_notebook,
    read_pinned,
    save_notebook,
    with_files,
    with_pin,
)
from jupyter_envs.manager.pin_files import write_file
from jupyter_envs.manager.requests import Documents
from jupyter_envs.manager.values import PinStatus
from jupyter_envs.models import (
    Lock,
    Pin,
    Reporter,
    SilentReporter,
    Spec,
)
from jupyter_envs.naming import NAME
from jupyter_envs.script_block import Placed


class Pinning(ManagerBase):
    """Notebooks and the environments that they are pinned to."""

    async def read_pin(self, path: str, documents: Places, *, packages: bool = False) -> PinStatus:
        """A notebook's pin held against its files and this machine. Reads files; starts, solves, fetches nothing.

        With ``packages`` also what its lock has for this machine, none without a lock.
        """
        pinned = await read_pinned(path, documents, self.limits)
        status = await self._looked_around(pinned, documents)
        locked = pinned.lock.for_platform(self.platform) if pinned.lock else ()
        return replace(status, packages=locked) if packages else status

    async def _looked_around(self, pinned: Pinned, documents: Places) -> PinStatus:
        """The verdict; where there is no pin, with what an environment can be made from."""
        status = await self._judge(pinned)
        if status.pin is not None:
            return status
        where = (pinned.path, pinned.notebook, documents, self.limits)
        found = await lying_beside.look(*where, known=self._asked_of, free=self._require_free)
        return replace(status, beside=found)

    def _asked_of(self, name: str) -> Spec | None:
        """What one of our environments was asked to be; an empty wish where that cannot be read."""
        if not NAME.fullmatch(name) or not self._store.exists(name):
            return None
        try:
            return self._store.spec(name, self._store.get(name).current)
        except EnvsError:
            return Spec()

    async def _judge(self, pinned: Pinned) -> PinStatus:
        name = pinned.pin.environment if pinned.pin else ""
        here = bool(name) and self._store.exists(name)
        foreign = await self.others.get(name) if name and not here else None
        installed = await self._installed(name) if here else None
        if foreign:
            installed = await self.others.installed(foreign, pinned.lock)
        verdict = pin.verdict(
            pinned.pin, platform=self.platform, spec=pinned.spec, lock=pinned.lock, installed=installed
        )
        running = self.running_kernels()
        summary = self._summary(name, running) if here else self.others.summary(foreign, running) if foreign else None
        return PinStatus(pinned.path, pinned.pin, verdict, summary)

    async def pin(self, path: str, environment: str, documents: Documents, *, write_notebook: bool = True) -> PinStatus:
        """Pin a notebook: write the environment's file and lock beside it, and the pin into its metadata."""
        new = await self._write_pin(path, environment, documents, write=write_notebook)
        return await self._judge(await with_files(path, {}, new, documents, self.limits))

    async def _write_pin(
        self, path: str, name: str, documents: Documents, *, write: bool, keep: Pin | None = None
    ) -> Pin:
        """Write the files, into those of the pin to ``keep`` if there is one, and with ``write`` the notebook too."""
        notebook = await read_notebook(path, documents)
        pin.check_replaceable(notebook.get("metadata", {}), source=path)
        spec, lock = await self._written(name)
        self.disk.used(name)
        if keep:
            file, lock_file = keep.file, keep.lock
        else:
            file, lock_file = await write_file(path, name, spec, documents, self.limits)
        lock = keeping_others(await read_lock(beside(path, lock_file), documents, self.limits), lock)
        await documents.write(beside(path, lock_file), lockfile.write_as(lock_file, lock, sources=(file,)))
        new = Pin(name, file, lock_file, lock.digest())
        if write:
            await save_notebook(path, with_pin(notebook, new, await self._kernel_metadata(name)), documents)
        return new

    async def _written(self, name: str) -> tuple[Spec, Lock]:
        """What an environment was asked to be, and its lock. Raises `Conflict` for one that cannot be locked."""
        foreign = await self._foreign(name)
        if foreign is not None:
            async with self._engine.session(SilentReporter()) as session:
                return await self.others.written(foreign, session, self.ground, self._names)
        current = self._store.get(name).current
        return self._store.spec(name, current), self._store.lock(name, current)

    async def _kernel_metadata(self, name: str) -> dict[str, str] | None:
        foreign = await self._foreign(name)
        running = self.running_kernels()
        data = (self.others.summary(foreign, running) if foreign else self._summary(name, running)).to_json()
        if not data["kernel"]:
            return None
        return {"name": data["kernel"], "display_name": name, "language": "python" if data["python"] else ""}

    async def binder(self, request: BinderRequest, documents: Places) -> BinderReport:
        """What keeps notebooks from opening on Binder, the files that they need there, and the link; see `binder`."""
        defaults = binding.Defaults(self.binder_hub, self.binder_base_image, Path(self.cache_dir))
        report = await binding.prepare(request, documents, self.limits, defaults)
        return replace(report, followed=report.hub in self.binder_follow_hubs)

    async def build_on_binder(
        self, request: BinderRequest, documents: Places
    ) -> Callable[[Reporter], Awaitable[HubBuild]]:
        """The build of what `binder` links to, to be followed on a hub that is configured for it; see `hub_builds`."""
        report = await self.binder(request, documents)
        link, token = followable(report, self.binder_follow_hubs), self.binder_tokens.get(report.hub, "")
        return lambda reporter: follow(link, report.notebooks[0], token, reporter)

    async def unpin(self, path: str, documents: Places, *, write_notebook: bool = True) -> PinStatus:
        """Take the pin out of a notebook, whatever it says; its files stay."""
        notebook = await read_notebook(path, documents)
        if write_notebook and pin.METADATA_KEY in notebook.get("metadata", {}):
            await save_notebook(path, with_pin(notebook, None), documents)
        return await self._looked_around(Pinned(path, notebook, None, None, None), documents)

    async def place_script(self, export: Export, path: str, documents: Documents, confirmed: str | None) -> Placed:
        """A notebook with an export's block ``# /// script`` in it; written only if ``confirmed`` is its hash.

        Raises `NotFound`, `InvalidFile`, `Conflict`, `PlanChanged`.
        """
        if confirmed is None:
            return await placing.look(export, path, documents)
        return await placing.write(export, path, documents, confirmed)

    async def plan_lock(self, request: LockRequest, reporter: Reporter) -> LockPlan:
        """The next lock of an environment file and what it changes; writes nothing but downloaded channel data."""
        async with self._engine.session(reporter) as session:
            plan = await plan_lock(request, session, self.ground)
        return replace(plan, notes=(*plan.notes, *exports.in_lock(homes(), plan.lock)))

    async def lock_pin(
        self, path: str, documents: Places, reporter: Reporter, how: PinLock = THIS_MACHINE
    ) -> PinStatus:
        """Lock a pinned notebook's environment file, keeping what is locked for platforms that are not asked for."""
        async with self._engine.session(reporter) as session:
            await lock_pinned(path, how, documents, session, self.ground)
        return await self.read_pin(path, documents)
