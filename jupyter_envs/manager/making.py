"""The use cases that make an environment: plan, create."""

from __future__ import annotations

from dataclasses import replace

from jupyter_envs import pin
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import NotFound
from jupyter_envs.formats import Read
from jupyter_envs.manager import cloning
from jupyter_envs.manager.additions import recover
from jupyter_envs.manager.locking import LockRequest, near
from jupyter_envs.manager.notebooks import (
    file_of,
    read_notebook,
    read_pinned,
)
from jupyter_envs.manager.pinning import Pinning
from jupyter_envs.manager.planning import Wanted, propose, reason_of, resolve, under
from jupyter_envs.manager.plans import require_confirmed
from jupyter_envs.manager.requests import CreateRequest, Documents
from jupyter_envs.manager.sources import lock_of, read_request
from jupyter_envs.manager.values import Proposal, Summary
from jupyter_envs.models import (
    Lock,
    Plan,
    Reporter,
    SilentReporter,
    Spec,
)
from jupyter_envs.naming import check_name


class Making(Pinning):
    """From a request to an environment."""

    async def read_lock(self, found: Read, environment: str | None = None) -> Lock:
        """The lock in a file, also in a pixi.lock, of which ``environment`` chooses one. Raises `NotFound`."""
        async with self._engine.session(SilentReporter()) as session:
            return await lock_of(found, environment, session)

    async def plan(self, request: CreateRequest, documents: Documents, reporter: Reporter) -> Plan:
        """What `create` would do. Writes nothing but downloaded channel data."""
        async with self._engine.session(reporter) as session:
            return (await self._propose(request, documents, session)).plan

    async def create(
        self, request: CreateRequest, documents: Documents, reporter: Reporter, *, confirmed: str | None = None
    ) -> Summary:
        """Make an environment, or a new generation of the one that a notebook is pinned to.

        ``confirmed`` is the hash of the plan that the user saw. Raises `PlanChanged` when it is another one by now,
        `NameTaken`, `EnvironmentBusy`, and whatever the parsers and the engine raise; then nothing has changed.
        """
        async with self._engine.session(reporter) as session:
            proposal = self._plans.recall(confirmed, request) or await self._propose(request, documents, session)
            require_confirmed(proposal, confirmed)
            name = proposal.plan.environment
            with self._store.writing(name):
                if request.pin is None:
                    self._require_free(name)
                elif self._store.exists(name):
                    await recover(self._shop, name, session, reporter)
                await self._builder.build(
                    name, proposal, reason_of(request, self._store.exists(name)), session, reporter
                )
        if request.pin is not None and request.update:
            kept = pin.read((await read_notebook(request.pin, documents)).get("metadata", {}))
            await self._write_pin(request.pin, name, documents, write=request.write_notebook, keep=kept)
        return self._summary(name, self.running_kernels())

    async def _propose(self, request: CreateRequest, documents: Documents, session: Session) -> Proposal:
        wanted = await self._read(request, documents, session)
        check_name(wanted.name)
        if request.pin is not None and not self._store.exists(wanted.name):
            await self.others.require_unregistered(wanted.name)
        if request.pin is None or not self._store.exists(wanted.name):
            self._require_free(wanted.name)
        advice: tuple[str, ...] = ()
        if request.pin is None:
            advice = self._check_naming(wanted.name)
        if request.clone is not None:
            original = await cloning.original(request.clone, self._store, self.others, self.platform)
            resolved = await cloning.resolve(original, wanted.name, session, self.ground)
        else:
            resolved = await resolve(wanted, session, self.platform, self.default_channels, self.allow_source_builds)
        resolved = replace(resolved, notes=(*resolved.notes, *advice))
        pending = await session.pending(resolved.packages)
        current = await self._installed(wanted.name) if self._store.exists(wanted.name) else []
        proposal = propose(wanted, resolved, pending, current, self.platform)
        self._plans.remember(request, proposal)
        return proposal

    async def _read(self, request: CreateRequest, documents: Documents, session: Session) -> Wanted:
        if request.pin is None:
            default = self.engine_for(request.channels) if request.packages else ""
            chosen = replace(request, engine=request.engine or default)
            wanted = await read_request(chosen, documents, session, self.default_channels, self.limits)
            return under(wanted, request.as_of, self.system)
        pinned = await read_pinned(request.pin, documents, self.limits)
        if pinned.pin is None:
            raise NotFound(
                f"{request.pin} is not pinned.", hints=("Pin it to an environment first.",), path=request.pin
            )
        wanted = Wanted(pinned.pin.environment, pinned.spec or Spec(), pinned.lock)
        if request.update or pinned.lock is None:
            near_lock = near(LockRequest(file_of(pinned), pinned.lock), self.platform, self.system)
            wanted = replace(near_lock, name=pinned.pin.environment)
        return under(wanted, request.as_of, self.system)
