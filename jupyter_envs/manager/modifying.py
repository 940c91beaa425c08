"""The use cases that change an environment that is there: packages, history, name, kernel, end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from jupyter_envs import kernelspec, naming
from jupyter_envs.errors import EnvironmentInUse
from jupyter_envs.integrity import Verification
from jupyter_envs.kernel_ending import end_kernels
from jupyter_envs.manager import additions, adopting, changing, history, renaming, verifying
from jupyter_envs.manager.base import ManagerBase
from jupyter_envs.manager.requests import ChangeRequest, Documents
from jupyter_envs.manager.values import Summary
from jupyter_envs.models import (
    Plan,
    Progress,
    Reporter,
)
from jupyter_envs.naming import check_name
from jupyter_envs.running import kernels_of
from jupyter_envs.uninterrupted import past_no_return


class Modifying(ManagerBase):
    """What is done with an environment, and to it."""

    async def plan_change(
        self, request: ChangeRequest, reporter: Reporter, *, documents: Documents | None = None
    ) -> Plan:
        """What `change` would do. Writes nothing but downloaded channel data."""
        await self.require_own(request.environment)
        return await changing.plan_change(self._shop, request, reporter, documents)

    async def change(
        self,
        request: ChangeRequest,
        reporter: Reporter,
        *,
        confirmed: str | None = None,
        documents: Documents | None = None,
    ) -> Summary:
        """Install, update or remove packages, or take over an edited file; see `changing.change`.

        ``documents`` has the files that an edited file's pip section names.
        """
        await self.require_own(request.environment)
        await changing.change(self._shop, request, reporter, confirmed, documents)
        return self._summary(request.environment, self.running_kernels())

    def interrupted(self) -> list[str]:
        """Environments in which an addition of packages was not finished."""
        return additions.interrupted(self._shop)

    async def recover(self, name: str, reporter: Reporter) -> Summary:
        """Finish such an addition, or undo it. Every change does that first; the server also when it starts."""
        await additions.finish(self._shop, name, reporter)
        return self._summary(name, self.running_kernels())

    async def require_generation(self, name: str, generation: str | None) -> None:
        """Raise what `roll_back` would raise at once: `NotFound`, or `Conflict` where there is none before."""
        await self.require_own(name)
        history.chosen(self._store.get(name), generation)

    async def plan_roll_back(self, name: str, reporter: Reporter, *, generation: str | None = None) -> Plan:
        """What `roll_back` would change, held against what is installed. Raises as `require_generation` does."""
        await self.require_own(name)
        return await history.plan_roll_back(self._shop, name, generation, reporter)

    async def roll_back(
        self, name: str, reporter: Reporter, *, generation: str | None = None, confirmed: str | None = None
    ) -> Summary:
        """Make an earlier generation current again; see `changing.roll_back`."""
        await self.require_own(name)
        await changing.roll_back(self._shop, name, generation, reporter, confirmed)
        return self._summary(name, self.running_kernels())

    async def verify(self, name: str, reporter: Reporter) -> Verification:
        """Compare every file of an environment with its package; see `verifying.verify_files`."""
        await self.require_own(name)
        environment = self._store.get(name)
        found = await verifying.verify_files(self._shop, name, reporter)
        self._conditions.files_differ(environment, bool(found.damaged))
        return found

    async def plan_adoption(self, name: str, reporter: Reporter) -> Plan:
        """What `adopt_changes` would write down."""
        await self.require_own(name)
        return await adopting.plan_adoption(self._shop, name, reporter)

    async def adopt_changes(self, name: str, reporter: Reporter, *, confirmed: str | None = None) -> Summary:
        """Write what was changed by hand into spec and lock; see `adopting.adopt`."""
        await self.require_own(name)
        await adopting.adopt(self._shop, name, reporter, confirmed)
        return self._summary(name, self.running_kernels())

    async def rename(self, old: str, new: str, reporter: Reporter, *, force: bool = False) -> Summary:
        """Give an environment another name; see `renaming.rename`. Raises `EnvironmentInUse`, too."""
        await self.require_own(old)
        check_name(new)
        for advice in self._check_naming(new):
            reporter.log(advice)
        self._require_unused(old, force, "rename")
        remove = partial(self._remove, reporter=reporter, force=force)
        await renaming.rename(self._shop, self.others, old, new, reporter, free=self._require_free, remove=remove)
        return self._summary(new, self.running_kernels())

    async def describe(self, name: str, note: str, tags: Sequence[str]) -> Summary:
        """Write the user's own words about an environment. Raises `NotFound`, `Forbidden`, `InvalidInput`."""
        await self.require_own(name)
        words = tuple(dict.fromkeys(tags))
        naming.check_words(note, words)
        with self._store.writing(name):
            self._store.describe(name, note, words)
        return self._summary(name, self.running_kernels())

    async def remove(self, name: str, reporter: Reporter, *, force: bool = False) -> None:
        """Remove an environment and its kernels; with ``force``, those that run are ended, whoever started them.

        Raises `NotFound`, `EnvironmentBusy`, `EnvironmentInUse`, also for kernels that are not ours to end.
        """
        await self.require_own(name)
        self._require_unused(name, force, "remove")
        with self._store.writing(name):
            reporter.progress(Progress("removing"))
            await past_no_return(self._remove, name, reporter, force=force)
        if self._background != "never":
            self.disk.measure_later()

    def _remove(self, name: str, reporter: Reporter, *, force: bool) -> None:
        prefixes = self._store.prefixes(name) if force else []

        def end() -> None:
            for pid in end_kernels(prefixes):
                reporter.log(f"The kernel in the process {pid} was ended: it ran from {name}.")

        end()
        kernelspec.remove(name)
        self._store.remove(name, end)

    def _require_unused(self, name: str, force: bool, verb: str) -> None:
        """Raise `EnvironmentInUse` while a kernel runs, this server's or anybody's, unless it is forced."""
        if force:
            return
        processes = kernels_of(self._store.prefixes(name))
        running = max(self._summary(name, self.running_kernels()).running_kernels, len(processes))
        if running:
            raise EnvironmentInUse(
                f"{name} is in use: {running} of its kernels are running.",
                hints=(
                    f"Shut the kernels down first; or {verb} it all the same (--force), which ends them.",
                    *([f"They are these processes: {', '.join(map(str, processes))}."] if processes else []),
                ),
                name=name,
                kernels=running,
                processes=processes,
            )
