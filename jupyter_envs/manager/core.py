"""`Manager`: each use case as a short sentence of the modules below."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from jupyter_core.paths import jupyter_data_dir
from traitlets import Bool, Float, Int, Unicode, default

from jupyter_envs import envfile, exports, kernelspec, lockfile, naming, pin
from jupyter_envs.comparison import Comparison, compare
from jupyter_envs.engine.client import Engine, PipRules, Session
from jupyter_envs.engine.searching import Searcher
from jupyter_envs.errors import DiskTrouble, EnvironmentInUse, EnvsError, NotFound
from jupyter_envs.exports import Export
from jupyter_envs.formats import LIMITS, Limits, Read
from jupyter_envs.integrity import Verification
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import adopting, changing, cloning, history, renaming, repairing, verifying
from jupyter_envs.manager.building import Builder
from jupyter_envs.manager.comparing import Side, read_side
from jupyter_envs.manager.configuration import CondaConfigurable, explain
from jupyter_envs.manager.diagnosis import Report, examine
from jupyter_envs.manager.disk import Disk, DiskSettings, Unused, iso
from jupyter_envs.manager.exporting import export, source_of, source_of_prefix
from jupyter_envs.manager.foreign import Foreigners
from jupyter_envs.manager.foreign_use import ForeignUse
from jupyter_envs.manager.locking import Ground, LockPlan, LockRequest, near, plan_lock
from jupyter_envs.manager.naming_settings import NamingSettings
from jupyter_envs.manager.notebook_locks import THIS_MACHINE, PinLock, lock_pinned
from jupyter_envs.manager.notebooks import (
    Pinned,
    beside,
    choose_files,
    file_of,
    keeping_others,
    read_lock,
    read_notebook,
    read_pinned,
    save_notebook,
    with_files,
    with_pin,
)
from jupyter_envs.manager.planning import Wanted, propose, reason_of, requested_names, resolve, under
from jupyter_envs.manager.plans import Plans, require_confirmed
from jupyter_envs.manager.repairing import Mended
from jupyter_envs.manager.search import Query, SearchResult, search
from jupyter_envs.manager.sources import lock_of, read_request
from jupyter_envs.manager.system_settings import SystemSettings
from jupyter_envs.manager.values import (
    ChangeRequest,
    CreateRequest,
    Detail,
    Documents,
    PinStatus,
    Proposal,
    Summary,
)
from jupyter_envs.manager.workshop import Rules, Workshop
from jupyter_envs.models import (
    Environment,
    Lock,
    Package,
    Pin,
    Plan,
    Progress,
    Reporter,
    SilentReporter,
    Spec,
)
from jupyter_envs.redact import redact
from jupyter_envs.running import Running, below
from jupyter_envs.store import Store, check_name
from jupyter_envs.uninterrupted import past_no_return


def no_kernels() -> Mapping[str, int]:
    """Nobody runs a kernel."""
    return {}


class Manager(DiskSettings, ForeignUse, NamingSettings, CondaConfigurable, SystemSettings):
    """All environments of one user.

    A coroutine that takes a reporter may be cancelled at any time: it ends when the engine's processes are gone and
    nothing that is half made is left.
    """

    root_dir = Unicode(help="Folder of the environments. Keep it on the file system of `cache_dir`.").tag(config=True)
    cache_dir = Unicode(help="Folder of the package cache, shared by all environments through hard links.").tag(
        config=True
    )
    pypi_index = Unicode(
        "", help="Address of the package index for pip sections; empty for PyPI. A file's own --index-url wins."
    ).tag(config=True)
    allow_source_builds = Bool(
        False,
        help="Allow pip packages that have to be built, which runs their code. They are named in the plan and built "
        "when the environment is, never before.",
    ).tag(config=True)
    max_file_size = Int(LIMITS.file, help="Largest environment file that is read, in bytes.").tag(config=True)
    max_lock_size = Int(LIMITS.lock, help="Largest lock that is read, in bytes.").tag(config=True)
    max_file_depth = Int(LIMITS.depth, help="How deep lists and mappings of a file may be nested.").tag(config=True)
    standby_worker = Bool(False, help="Keep one engine process ready, so that a job need not wait for its start.").tag(
        config=True
    )

    engine_patience = Float(
        900.0,
        min=0.0,
        help="Seconds after which an engine process is asked for signs of life; one that wrote nothing since the last "
        "time is ended. 0 for never.",
    ).tag(config=True)
    compile_bytecode = Bool(
        True,
        help="Compile the modules of new packages in the background, once, and share them between environments.",
    ).tag(config=True)

    @default("root_dir")
    def _default_root_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "jupyter-envs" / "envs")

    @default("cache_dir")
    def _default_cache_dir(self) -> str:
        return str(Path(self.root_dir).parent / "cache")

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.platform = current_platform()
        self.running_kernels: Callable[[], Mapping[str, int]] = no_kernels
        self._store = Store(Path(self.root_dir))
        self._builder = Builder(self._store, self.platform, self._made, self._collect)
        self._background: Literal["never", "attached", "detached"] = "never"
        rules = PipRules(self.pypi_index or None, self.allow_source_builds)
        settings = self.conda_settings
        self._engine = Engine(
            Path(self.cache_dir),
            pip=rules,
            standby=self.standby_worker,
            patience=self.engine_patience or None,
            settings=settings,
        )
        self.others = Foreigners(self, self._store, self.platform)
        self.others.envs_dirs = self.conda_envs_dirs()
        self._searcher = Searcher(Path(self.cache_dir), settings=settings)
        self.disk = Disk(self, self._store, self._engine, Path(self.cache_dir))
        self._plans = Plans(self._store)
        self._shop = Workshop(
            self._store,
            self._builder,
            self._engine,
            self._plans,
            self.platform,
            lambda: Rules(tuple(self.default_channels), self.allow_source_builds, self.system),
        )

    def work_in_background(self, *, detached: bool = False) -> None:
        """Allow work after the environments are usable; ``detached`` lets it go on when this process has ended.

        Called by the server and the command line; who uses the manager as a library is left alone.
        """
        self._background = "detached" if detached else "attached"

    def _collect(self, name: str) -> None:
        for folder in history.collect(self._store, name, self.policy):
            self.log.info("%s was an old generation of %s and is removed.", folder, name)

    def _made(self, prefix: Path, packages: Sequence[Package]) -> None:
        if self._background == "never":
            return
        if self.compile_bytecode:
            try:
                self._engine.compile_later(prefix, packages)
            except EnvsError as error:
                self.log.warning("Modules are not compiled ahead: %s", error)
        self.disk.measure_later()

    @property
    def limits(self) -> Limits:
        """How much of a file is read."""
        return Limits(self.max_file_size, self.max_lock_size, self.max_file_depth)

    async def close(self) -> None:
        """End what still waits for work."""
        await self._engine.close(detach=self._background == "detached")
        await self._searcher.close()

    # ---- looking

    async def environments(self) -> list[Summary]:
        """All environments by name; one whose record is damaged is listed as ``broken``."""
        running, programs = self.running_kernels(), below(self._store.root)
        return [self._summary_of(name, found, running, programs) for name, found in self._store.listing()]

    async def unused(self, days: float | None = None) -> list[Unused]:
        """Environments that nothing has used or pinned for so many days (or as configured), the longest first."""
        return await self.disk.unused(self.running_kernels(), days)

    def read_ahead(self) -> None:
        """Read the records of all environments, so that the first list does not have to. Called in a thread."""
        self._store.listing()

    async def environment(self, name: str) -> Detail:
        """One environment with its packages, ours or another tool's. Raises `NotFound`."""
        foreign = await self._foreign(name)
        if foreign is not None:
            return await self.others.detail(foreign, self.running_kernels())
        environment = self._store.get(name)
        spec = self._store.spec(name, environment.current)
        found = await self._installed(name)
        requested = requested_names(spec)
        names = tuple(package.name for package in found if package.name in requested)
        return Detail(self._summary(name, self.running_kernels()), tuple(found), spec, names)

    def _summary(self, name: str, running: Mapping[str, int]) -> Summary:
        try:
            return self._summary_of(name, self._store.get(name), running)
        except DiskTrouble as error:
            return self._summary_of(name, error, running)

    def _summary_of(
        self,
        name: str,
        found: Environment | DiskTrouble,
        running: Mapping[str, int],
        programs: Sequence[Running] | None = None,
    ) -> Summary:
        if isinstance(found, DiskTrouble):
            self.log.warning("%s", found)
            return Summary(name, self._store.root / name, None, state="broken")
        place = self._store.prefix(name, found.current)
        kernels = sum(running.get(kernel, 0) for kernel in found.generation.kernels)
        state = "ready" if place.is_dir() else "broken"
        older = history.kernels_elsewhere(below(self._store.root) if programs is None else programs, place)
        return Summary(name, place, found, kernels, state, iso(self.disk.last_used(found)), older)

    async def _installed(self, name: str) -> list[Package]:
        return await self._shop.installed(name)

    async def export(self, name: str, format: str, *, versions: bool = False, ask_index: bool = False) -> Export:
        """An environment in one of `exports.FORMATS`. Raises `NotFound`, and what `exporting.export` raises."""
        exports.check_format(format)
        foreign = await self._foreign(name)
        if foreign is not None:
            source = await self.others.source(foreign)
        else:
            source = await asyncio.to_thread(source_of, self._store, name, self.platform)
        return await self._export(source, format, versions, ask_index)

    async def export_prefix(
        self, folder: Path, format: str, *, versions: bool = False, ask_index: bool = False
    ) -> Export:
        """Any conda environment, whoever made it. Raises as `export` does."""
        exports.check_format(format)
        source = await asyncio.to_thread(source_of_prefix, folder, self.platform)
        return await self._export(source, format, versions, ask_index)

    async def _export(self, source: exports.Source, format: str, versions: bool, ask_index: bool) -> Export:
        if not ask_index:
            return await export(source, format, versions=versions, session=None)
        async with self._engine.session(SilentReporter()) as session:
            return await export(source, format, versions=versions, session=session)

    async def diff(self, before: Side, after: Side) -> Comparison:
        """What has to change to get from one to the other. Raises `NotFound`, `InvalidInput`, `DiskTrouble`."""
        known = (self._store, self.others, self._engine, self.limits)
        return compare(await read_side(before, *known), await read_side(after, *known))

    async def diagnose(self) -> Report:
        """Where things are, and what is wrong with them; mends nothing."""
        conda, wrong = await asyncio.to_thread(explain, self)
        facts = {"package index": redact(self.pypi_index) or "PyPI", **conda}
        problems = (await self.others.search()).problems
        report = await asyncio.to_thread(examine, self._store, Path(self.cache_dir), self.platform, facts, problems)
        return report.with_findings("condarc", wrong)

    async def repair(self, reporter: Reporter) -> tuple[Mended, ...]:
        """Mend what `diagnose` finds, until it finds nothing more that can be mended; see `repairing`."""
        return await repairing.repair_all(self._shop, Path(self.cache_dir), self.diagnose, reporter)

    def who_writes(self, name: str) -> str:
        """Who is changing an environment, in a sentence. Raises `NotFound` if nobody is."""
        return self._store.rights.describe(name)

    async def unlock(self, name: str) -> None:
        """Free a lock whose holder is gone for good. Raises `NotFound`, `EnvironmentBusy` if it lives here."""
        await asyncio.to_thread(self._store.rights.take_away, name)

    async def search(self, query: Query) -> SearchResult:
        """The packages of the channels by a part of their names. Raises `InvalidInput`, `Unreachable`."""
        await asyncio.to_thread(self.conda_settings)
        return await search(query, self._searcher, self.platform, self.default_channels)

    # ---- making

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
        if request.pin is None or not self._store.exists(wanted.name):
            self._require_free(wanted.name)
        advice: tuple[str, ...] = ()
        if request.pin is None:
            advice = self._check_naming(wanted.name)
        if request.clone is not None:
            original = await cloning.original(request.clone, self._store, self.others, self.platform)
            resolved = await cloning.resolve(original, wanted.name, session, self.platform)
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
            wanted = await read_request(request, documents, session, self.default_channels, self.limits)
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

    def _require_free(self, name: str) -> None:
        self._store.require_free(name)
        kernelspec.require_free(name)

    # ---- changing

    async def plan_change(self, request: ChangeRequest, reporter: Reporter) -> Plan:
        """What `change` would do. Writes nothing but downloaded channel data."""
        await self.require_own(request.environment)
        return await changing.plan_change(self._shop, request, reporter)

    async def change(self, request: ChangeRequest, reporter: Reporter, *, confirmed: str | None = None) -> Summary:
        """Install, update or remove packages, or take over an edited file; see `changing.change`."""
        await self.require_own(request.environment)
        await changing.change(self._shop, request, reporter, confirmed)
        return self._summary(request.environment, self.running_kernels())

    async def require_generation(self, name: str, generation: str | None) -> None:
        """Raise what `roll_back` would raise at once: `NotFound`, or `Conflict` where there is none before."""
        await self.require_own(name)
        history.chosen(self._store.get(name), generation)

    async def plan_roll_back(self, name: str, generation: str | None = None) -> Plan:
        """What `roll_back` would change, held against what is installed. Raises as `require_generation` does."""
        await self.require_own(name)
        return await history.plan_roll_back(self._shop, name, generation)

    async def roll_back(self, name: str, reporter: Reporter, *, generation: str | None = None) -> Summary:
        """Make an earlier generation current again; see `changing.roll_back`."""
        await self.require_own(name)
        await changing.roll_back(self._shop, name, generation, reporter)
        return self._summary(name, self.running_kernels())

    async def verify(self, name: str, reporter: Reporter) -> Verification:
        """Compare every file of an environment with its package; see `verifying.verify_files`."""
        await self.require_own(name)
        return await verifying.verify_files(self._shop, name, reporter)

    async def plan_adoption(self, name: str, reporter: Reporter) -> Plan:
        """What `adopt_changes` would write down."""
        await self.require_own(name)
        return await adopting.plan_adoption(self._shop, name, reporter)

    async def adopt_changes(self, name: str, reporter: Reporter, *, confirmed: str | None = None) -> Summary:
        """Write what was changed by hand into spec and lock; see `adopting.adopt`."""
        await self.require_own(name)
        await adopting.adopt(self._shop, name, reporter, confirmed)
        return self._summary(name, self.running_kernels())

    async def remove(self, name: str, reporter: Reporter, *, force: bool = False) -> None:
        """Remove an environment and its kernels. Raises `NotFound`, `EnvironmentBusy`, `EnvironmentInUse`."""
        await self.require_own(name)
        self._require_unused(name, force, "remove")
        with self._store.writing(name):
            reporter.progress(Progress("removing"))
            await past_no_return(self._remove, name)
        if self._background != "never":
            self.disk.measure_later()

    def _remove(self, name: str) -> None:
        kernelspec.remove(name)
        self._store.remove(name)

    def _require_unused(self, name: str, force: bool, verb: str) -> None:
        running = self._summary(name, self.running_kernels()).running_kernels
        if running and not force:
            raise EnvironmentInUse(
                f"{name} is in use: {running} of its kernels are running.",
                hints=(f"Shut the kernels down first, or {verb} it all the same.",),
                name=name,
                kernels=running,
            )

    async def rename(self, old: str, new: str, reporter: Reporter, *, force: bool = False) -> Summary:
        """Give an environment another name; see `renaming.rename`. Raises `EnvironmentInUse`, too."""
        await self.require_own(old)
        check_name(new)
        self._check_naming(new)
        self._require_unused(old, force, "rename")
        await renaming.rename(self._shop, self.others, old, new, reporter, free=self._require_free, remove=self._remove)
        return self._summary(new, self.running_kernels())

    async def describe(self, name: str, note: str, tags: Sequence[str]) -> Summary:
        """Write the user's own words about an environment. Raises `NotFound`, `Forbidden`, `InvalidInput`."""
        await self.require_own(name)
        words = tuple(dict.fromkeys(tags))
        naming.check_words(note, words)
        with self._store.writing(name):
            self._store.describe(name, note, words)
        return self._summary(name, self.running_kernels())

    # ---- pins

    async def read_pin(self, path: str, documents: Documents) -> PinStatus:
        """A notebook's pin held against its files and this machine. Reads files; starts, solves, fetches nothing."""
        return await self._judge(await read_pinned(path, documents, self.limits))

    async def _judge(self, pinned: Pinned) -> PinStatus:
        name = pinned.pin.environment if pinned.pin else ""
        here = bool(name) and self._store.exists(name)
        foreign = await self.others.get(name) if name and not here else None
        installed = await self._installed(name) if here else await self.others.installed(foreign) if foreign else None
        verdict = pin.verdict(
            pinned.pin, platform=self.platform, spec=pinned.spec, lock=pinned.lock, installed=installed
        )
        running = self.running_kernels()
        summary = self._summary(name, running) if here else self.others.summary(foreign, running) if foreign else None
        return PinStatus(pinned.path, pinned.pin, verdict, summary)

    async def pin(self, path: str, environment: str, documents: Documents, *, write_notebook: bool = True) -> PinStatus:
        """Pin a notebook: write the environment's file and lock beside it, and the pin into its metadata."""
        new = await self._write_pin(path, environment, documents, write=write_notebook)
        return await self._judge(await with_files(path, {}, new, documents))

    async def _write_pin(
        self, path: str, name: str, documents: Documents, *, write: bool, keep: Pin | None = None
    ) -> Pin:
        """Write the files, into those of the pin to ``keep`` if there is one, and with ``write`` the notebook too."""
        spec, lock = await self._written(name)
        self.disk.used(name)
        notebook = await read_notebook(path, documents)
        file, lock_file, missing = (
            (keep.file, keep.lock, False) if keep else await choose_files(path, name, spec, documents)
        )
        if missing:
            await documents.write(beside(path, file), envfile.write(spec))
        lock = keeping_others(await read_lock(beside(path, lock_file), documents), lock)
        await documents.write(beside(path, lock_file), lockfile.write(lock, sources=(file,)))
        new = Pin(name, file, lock_file, lock.digest())
        if write:
            await save_notebook(path, with_pin(notebook, new, await self._kernel_metadata(name)), documents)
        return new

    async def _written(self, name: str) -> tuple[Spec, Lock]:
        """What an environment was asked to be, and its lock. Raises `Conflict` for one that cannot be locked."""
        foreign = await self._foreign(name)
        if foreign is not None:
            return await self.others.written(foreign)
        current = self._store.get(name).current
        return self._store.spec(name, current), self._store.lock(name, current)

    async def _kernel_metadata(self, name: str) -> dict[str, str] | None:
        foreign = await self._foreign(name)
        running = self.running_kernels()
        data = (self.others.summary(foreign, running) if foreign else self._summary(name, running)).to_json()
        if not data["kernel"]:
            return None
        return {"name": data["kernel"], "display_name": name, "language": "python" if data["python"] else ""}

    async def unpin(self, path: str, documents: Documents, *, write_notebook: bool = True) -> PinStatus:
        """Take the pin out of a notebook, whatever it says; its files stay."""
        notebook = await read_notebook(path, documents)
        if write_notebook and pin.METADATA_KEY in notebook.get("metadata", {}):
            await save_notebook(path, with_pin(notebook, None), documents)
        return await self._judge(Pinned(path, notebook, None, None, None))

    # ---- locks

    @property
    def ground(self) -> Ground:
        """What a solve stands on besides the file. Raises `InvalidInput` for a version in the configuration."""
        return Ground(self.platform, tuple(self.default_channels), self.system, self.allow_source_builds)

    async def plan_lock(self, request: LockRequest, reporter: Reporter) -> LockPlan:
        """The next lock of an environment file and what it changes; writes nothing but downloaded channel data."""
        async with self._engine.session(reporter) as session:
            return await plan_lock(request, session, self.ground)

    async def lock_pin(
        self, path: str, documents: Documents, reporter: Reporter, how: PinLock = THIS_MACHINE
    ) -> PinStatus:
        """Lock a pinned notebook's environment file, keeping what is locked for platforms that are not asked for."""
        async with self._engine.session(reporter) as session:
            await lock_pinned(path, how, documents, session, self.ground)
        return await self.read_pin(path, documents)
