"""A proposal becomes a generation: installed beside the others, checked, published, made a kernel; or no trace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path

from jupyter_envs import conda_records, integrity, kernelspec, pin, prefix, pythons
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import EngineFailed
from jupyter_envs.manager.values import Proposal
from jupyter_envs.models import Generation, Lock, Package, Progress, Reporter
from jupyter_envs.store import Draft, Store
from jupyter_envs.uninterrupted import in_thread, past_no_return
from jupyter_envs.usage import Tally


class Builder:
    """Makes generations in one store, for one platform.

    ``made`` is told of each prefix that has new packages, ``published`` of each environment that has a new
    generation; neither must raise.
    """

    def __init__(
        self,
        store: Store,
        platform: str,
        made: Callable[[Path, Sequence[Package]], None],
        published: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._platform = platform
        self._made = made
        self._published = published

    async def build(self, name: str, proposal: Proposal, reason: str, session: Session, reporter: Reporter) -> None:
        """Install into a new prefix, look at what is there, publish it, make it a kernel; or leave no trace."""
        async with self._or_no_trace(self._store.draft(name), session) as draft:
            await session.install(proposal.packages, draft.prefix, proposal.spec.pip, proposal.interpreter)
            await self._finish(draft, proposal, reason, session, reporter)
        self._made(draft.prefix, proposal.packages)

    async def add(
        self,
        draft: Draft,
        proposal: Proposal,
        reason: str,
        session: Session,
        reporter: Reporter,
        *,
        added: Sequence[Package],
        again: bool = False,
    ) -> None:
        """Link packages into the prefix that is in use, journaled: the intent first, the new generation last.

        When this fails or is interrupted, the intent stays, for `changing.recover` to finish or undo it.
        """
        if not again:
            await in_thread(self._store.record, draft, proposal.spec, self.lock(proposal))
            await in_thread(self._store.intend, draft, reason)
        await session.add(added, proposal.packages, draft.prefix, proposal.spec.pip)
        size = None if again else await in_thread(self.grown, draft, added)
        await self._finish(draft, proposal, reason, session, reporter, size=size, recorded=True)
        self._made(draft.prefix, proposal.packages)

    async def adopt(
        self,
        name: str,
        proposal: Proposal,
        reason: str,
        session: Session,
        reporter: Reporter,
        *,
        generation: str,
        check: bool = True,
    ) -> None:
        """Make a new generation of the prefix of another ``generation``, which holds what is proposed already.

        Without the ``check`` its files may be others than those that were counted when it was made.
        """
        async with self._or_no_trace(self._store.draft(name, shared=generation), session) as draft:
            size = self.size(name, generation) if check else None
            await self._finish(draft, proposal, reason, session, reporter, check=check, size=size)

    @asynccontextmanager
    async def _or_no_trace(self, draft: Draft, session: Session) -> AsyncIterator[Draft]:
        """The draft; when the body fails or is interrupted, the worker writes no more, and then the draft is gone."""
        try:
            yield draft
        except BaseException:
            await session.end()
            await past_no_return(self._store.discard, draft)
            await past_no_return(pythons.tidy, self._store.root)
            raise

    async def _finish(
        self,
        draft: Draft,
        proposal: Proposal,
        reason: str,
        session: Session,
        reporter: Reporter,
        *,
        check: bool = True,
        size: tuple[int, int] | None = None,
        recorded: bool = False,
    ) -> None:
        reporter.progress(Progress("publishing"))
        if check:
            await in_thread(self.check, draft, proposal.packages)
        variables = await session.capture(draft.prefix, draft.name, proposal.spec.variables)
        if not recorded:
            await past_no_return(self._store.record, draft, proposal.spec, self.lock(proposal))
        await past_no_return(self.publish, draft, proposal, reason, variables, size)
        await past_no_return(self._published, draft.name)

    def check(self, draft: Draft, packages: Sequence[Package]) -> None:
        """Believe the disk, not the worker."""
        found = prefix.with_hashes(prefix.installed(draft.prefix, self._platform), packages)
        conda_records.write_index(draft.prefix)
        wrong = pin.differences(packages, found)
        if wrong:
            names = ", ".join(change.name for change in wrong[:5])
            raise EngineFailed(
                f"The environment is not what was planned ({names}).", hints=("Nothing was changed. Try again.",)
            )

    def lock(self, proposal: Proposal) -> Lock:
        """The lock of what is proposed."""
        here, hashes = self._platform, dict(proposal.content_hash)
        as_of = {here: proposal.as_of} if proposal.as_of else {}
        python = {here: proposal.interpreter.version} if proposal.interpreter else {}
        return Lock(proposal.packages, proposal.plan.channels, (here,), hashes, as_of, python=python)

    def size(self, name: str, generation: str) -> tuple[int, int] | None:
        """``(own, shared)`` of a generation as they were counted when it was made."""
        found = next((known for known in self._store.listed(name) if known.id == generation), None)
        return (found.own, found.shared) if found else None

    def grown(self, draft: Draft, added: Sequence[Package]) -> tuple[int, int] | None:
        """``(own, shared)`` of the prefix in use with what was added to it; counting it all takes longer than linking.

        What we write there ourselves (an index, conda's history) changes its length, and is not counted again.
        """
        before = self.size(draft.name, self._store.get(draft.name).current)
        tally = Tally(*integrity.files_of(added, draft.prefix))
        return (before[0] + tally.own, before[1] + tally.shared) if before else None

    def publish(
        self,
        draft: Draft,
        proposal: Proposal,
        reason: str,
        variables: Mapping[str, str],
        size: tuple[int, int] | None,
    ) -> None:
        """List a draft that is written down, and register its kernels, in this order."""
        now = datetime.now(timezone.utc)
        lock = self.lock(proposal)
        conda = [package for package in proposal.packages if package.manager == "conda"]
        if conda:
            prefix.write_history(draft.prefix, conda, proposal.spec.conda, now)
        generation = Generation(
            id=draft.id,
            created=now.isoformat(timespec="seconds"),
            reason=reason,
            digest=lock.digest(self._platform),
            packages=len(proposal.packages),
            python=prefix.python_version(proposal.packages) or prefix.virtual_python(draft.prefix),
            kernels=tuple(kernelspec.names(draft.name, draft.prefix)),
            engine="pypi" if proposal.interpreter else "conda",
        )
        self._store.publish(draft, generation, size)
        kernelspec.publish(kernelspec.Place(draft.name, draft.id, draft.prefix), variables)
        self._store.settle(draft)
