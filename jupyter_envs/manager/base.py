"""The parts that all use cases stand on: store, engine, other tools' environments, disk, plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from jupyter_envs import kernelspec, pin, pythons
from jupyter_envs.engine.client import Engine
from jupyter_envs.engine.limits import PackageLimits
from jupyter_envs.engine.searching import Searcher
from jupyter_envs.engine.session import PipRules, PythonRules
from jupyter_envs.errors import DiskTrouble, EnvsError
from jupyter_envs.floors import check_floors
from jupyter_envs.holdings import Holdings
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import history
from jupyter_envs.manager.building import Builder
from jupyter_envs.manager.channel_names import ChannelNames
from jupyter_envs.manager.conditions import Conditions
from jupyter_envs.manager.disk import Disk, iso
from jupyter_envs.manager.foreign import Foreigners
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.plans import Plans
from jupyter_envs.manager.settings import ManagerSettings
from jupyter_envs.manager.values import (
    Summary,
)
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import (
    Environment,
    Package,
)
from jupyter_envs.running import Running, below
from jupyter_envs.store import Store


def no_kernels() -> Mapping[str, int]:
    """Nobody runs a kernel."""
    return {}


class ManagerBase(ManagerSettings):
    """What the use cases share; it has none of its own."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        check_floors()
        self.platform = current_platform()
        self.running_kernels: Callable[[], Mapping[str, int]] = no_kernels
        self._store = Store(Path(self.root_dir))
        self._holdings = Holdings()
        self._conditions = Conditions()
        self._builder = Builder(self._store, self.platform, self._made, self._collect)
        self._background: Literal["never", "attached", "detached"] = "never"
        rules = PipRules(self.pypi_index or None, self.allow_source_builds)
        settings = self.conda_settings
        self._engine = Engine(
            Path(self.cache_dir),
            pip=rules,
            standby=self.standby_worker,
            patience=self.engine_patience or None,
            headroom=self.disk_headroom,
            limits=PackageLimits(self.max_package_size, self.max_package_files),
            settings=settings,
            trust=self.trust_rules,
            shared=self.shared_folders,
            pythons=PythonRules(pythons.home(self._store.root), self.python_downloads),
        )
        self.others = Foreigners(self, self._store, self.platform)
        self.others.envs_dirs = self.conda_envs_dirs()
        self._names = ChannelNames(self._engine, settings)
        self._searcher = Searcher(Path(self.cache_dir), settings=settings, trust=self.trust_rules)
        self.disk = Disk(self, self._store, self._engine, Path(self.cache_dir))
        self._plans = Plans(self._store)
        self._shop = Workshop(
            self._store,
            self._builder,
            self._engine,
            self._plans,
            self.platform,
            lambda: self.ground,
        )

    @property
    def ground(self) -> Ground:
        """What a solve stands on besides the file. Raises `InvalidInput` for a version in the configuration."""
        return Ground(self.platform, tuple(self.default_channels), self.system, self.allow_source_builds, self.limits)

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

    async def close(self) -> None:
        """End what still waits for work."""
        await self._engine.close(detach=self._background == "detached")
        await self._searcher.close()

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
        last_used, condition = iso(self.disk.last_used(found)), self._conditions.of(found)
        return Summary(name, place, found, kernels, state, last_used, older, condition)

    async def _installed(self, name: str) -> list[Package]:
        """What is really in one of our environments; whether that is what is locked is remembered for the list."""
        environment = self._store.get(name)
        found = await self._shop.installed(name, environment.current)
        locked = self._shop.locked(name, environment.current)
        self._conditions.packages_differ(environment, pin.differences(locked, found))
        return found

    def _require_free(self, name: str) -> None:
        self._store.require_free(name)
        kernelspec.require_free(name)
