"""The parent's side of the engine: what can be asked of a worker, and where jobs get theirs from.

The parent never imports rattler. It believes a worker's answer only as far as it can read it back from the disk;
that reading is `store`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.background import Background, ask_compile, ask_measure
from jupyter_envs.engine.limits import PackageLimits
from jupyter_envs.engine.messages import packages_from_json, packages_to_json
from jupyter_envs.engine.process import Worker, allowed_environment, understood
from jupyter_envs.errors import DiskTrouble
from jupyter_envs.files import disk, with_disk
from jupyter_envs.models import Interpreter, Lock, Package, Reporter
from jupyter_envs.trust import Defaults, Rules
from jupyter_envs.uninterrupted import to_the_end
from jupyter_envs.virtual import THIS_SYSTEM, System, Virtual


@dataclass(frozen=True)
class Solution:
    """What a solve found; ``lacks_kernel`` says that there is a Python in it which no notebook could use.

    With a date: ``undated`` packages state no time, ``newer`` ones are there because the user named their version.
    """

    packages: tuple[Package, ...]
    lacks_kernel: bool
    undated: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wheels:
    """What a pip section resolved to.

    ``newer`` names those that are newer than the date, since the user named them; ``yanked`` says which are withdrawn.
    """

    packages: tuple[Package, ...] = ()
    newer: tuple[str, ...] = ()
    yanked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pending:
    """What is not in the cache, and the activation scripts of packages that are.

    ``copied`` are the shared caches whose files cannot be hard links here. ``kept`` names the missing packages whose
    archives conda has in its own package caches: these need no download.
    """

    missing: tuple[Package, ...]
    scripts: Mapping[str, Sequence[str]]
    copied: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def downloads(self) -> tuple[Package, ...]:
        """What has to come from a channel."""
        return tuple(package for package in self.missing if package.name not in self.kept)


@dataclass(frozen=True)
class PipRules:
    """The package index for pip sections, None for uv's default; and whether source archives may be built."""

    index: str | None = None
    builds: bool = False


@dataclass(frozen=True)
class Settings:
    """What counts for one job, whatever it asks for."""

    cache_dir: Path
    headroom: int
    conda: CondaSettings
    trust: Rules
    limits: PackageLimits
    shared: tuple[Path, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What every request says."""
        shared = [str(folder) for folder in self.shared]
        known = {"cache_dir": str(self.cache_dir), "headroom": self.headroom, "shared_caches": shared}
        return {**known, "settings": self.conda.to_json(), "limits": self.limits.to_json()}


class Session:
    """The engine for one job: what can be asked of its worker."""

    def __init__(
        self,
        worker: Worker,
        settings: Settings,
        pip: PipRules,
        reporter: Reporter,
        patience: float | None = None,
    ) -> None:
        self._settings = settings
        self._trust = settings.trust
        self._knows_defaults = False
        self._worker = worker
        self._patience = patience
        self._pip = asdict(pip)
        self._reporter = reporter

    async def _ask(self, op: str, **args: Any) -> Any:
        places = [Path(args["prefix"])] if "prefix" in args else []
        try:
            return await self._worker.ask(op, {**self._settings.to_json(), **args}, self._reporter, self._patience)
        except DiskTrouble as error:
            raise with_disk(error, [*places, self._settings.cache_dir]) from error

    async def _allowed(self) -> Rules:
        """The rules; where one is a list, with what the engine takes by itself, which is asked of it once."""
        if self._trust.has_lists and not self._knows_defaults:
            self._trust = self._trust.knowing(Defaults(**await self._ask("defaults")))
            self._knows_defaults = True
        return self._trust

    async def own_alias(self) -> str:
        """What the engine puts before a channel's plain name where no alias is configured."""
        return str(await self._ask("own_alias"))

    async def detect(self) -> tuple[Virtual, ...]:
        """Name, version and build of the virtual packages of this machine, under conda's own variables."""
        with understood():
            return tuple((str(name), str(version), str(build)) for name, version, build in await self._ask("detect"))

    async def end(self) -> None:
        """End the worker now and wait until it writes no more; nothing can be asked afterwards."""
        await to_the_end(self._worker.end())

    async def solve(
        self,
        channels: Sequence[str],
        specs: Sequence[str],
        platform: str,
        pip_names: Sequence[str] = (),
        *,
        locked: Sequence[Package] = (),
        system: System = THIS_SYSTEM,
        as_of: str = "",
    ) -> Solution:
        """Resolve match specs for a platform; ``pip_names`` count when a kernel is looked for.

        The versions of ``locked`` packages are kept where the specs and the channels allow it. ``system`` says what
        to take for granted of the machine; ``as_of`` is the moment (ISO 8601, UTC) whose packages are wanted.
        Raises `Forbidden` for a channel that is not allowed, before anything is asked.
        """
        (await self._allowed()).check_channels(channels, specs, self._settings.conda)
        found = await self._ask(
            "solve",
            channels=list(channels),
            specs=list(specs),
            platform=platform,
            pip_names=list(pip_names),
            locked=packages_to_json(locked),
            system=asdict(system),
            as_of=as_of,
        )
        with understood():
            packages = tuple(packages_from_json(found["packages"]))
            return Solution(packages, found["lacks_kernel"], tuple(found["undated"]), tuple(found["newer"]))

    async def resolve_pip(
        self,
        lines: Sequence[str],
        conda: Sequence[Package],
        platform: str,
        *,
        locked: Sequence[Package] = (),
        system: System = THIS_SYSTEM,
        as_of: str = "",
        dependencies: bool = True,
        python: str = "",
    ) -> Wheels:
        """Resolve a pip section against what conda provides; the rest as in `solve`.

        Without ``dependencies`` only the packages that the lines name are looked up. ``python`` is a version, where no
        conda package is the interpreter.
        """
        (await self._allowed()).check_pip(lines, self._pip["index"])
        found = await self._ask(
            "resolve_pip",
            lines=list(lines),
            conda=packages_to_json(conda),
            platform=platform,
            locked=packages_to_json(locked),
            system=asdict(system),
            as_of=as_of,
            dependencies=dependencies,
            python=python,
            **self._pip,
        )
        with understood():
            wheels = tuple(packages_from_json(found["packages"]))
            return Wheels(wheels, tuple(found["newer"]), tuple(found["yanked"]))

    async def find_python(self, wish: str, near: str = "") -> Interpreter:
        """A Python of this machine that fits a wish (PEP 440), the version ``near`` if there is one.

        Raises `NotFound`, with what there is, and `InvalidSpec`.
        """
        found = await self._ask("find_python", wish=wish, near=near)
        with understood():
            return Interpreter(str(found["version"]), str(found["path"]))

    async def satisfies(self, pairs: Sequence[tuple[str, Package]]) -> list[bool]:
        """For each match spec, whether the conda package beside it is one that it asks for."""
        packages = packages_to_json(package for _, package in pairs)
        found = await self._ask("satisfies", specs=[spec for spec, _ in pairs], packages=packages)
        return [bool(answer) for answer in found]

    async def read_pixi_lock(self, text: str, environment: str) -> Lock:
        """One environment of a ``pixi.lock``. Raises `InvalidFile`, and `NotFound` for another environment."""
        found = await self._ask("read_pixi_lock", text=text, environment=environment)
        packages = tuple(packages_from_json(found["packages"]))
        return Lock(packages, tuple(found["channels"]), tuple(found["platforms"]))

    async def read_pylock(self, text: str, platform: str, system: System = THIS_SYSTEM) -> Lock:
        """What another tool's ``pylock.toml`` has for this machine and a Python of it.

        Raises `InvalidFile`, `NotFound` where no Python fits, `PackageRefused` for a package without a file for it.
        """
        found = await self._ask("read_pylock", text=text, platform=platform, system=asdict(system))
        with understood():
            packages = tuple(packages_from_json(found["packages"]))
            return Lock(packages, platforms=(platform,), python={platform: str(found["python"])})

    async def pending(self, packages: Sequence[Package]) -> Pending:
        """What an install would have to fetch. Raises `Forbidden` for what may not be fetched from where it is."""
        (await self._allowed()).check_packages(packages)
        found = await self._ask("pending", packages=packages_to_json(packages))
        with understood():
            missing = tuple(packages_from_json(found["missing"]))
            return Pending(missing, found["scripts"], tuple(found["copied"]), frozenset(found["kept"]))

    async def install(
        self,
        packages: Sequence[Package],
        prefix: Path,
        pip_lines: Sequence[str] = (),
        interpreter: Interpreter | None = None,
    ) -> None:
        """Make a new prefix of exactly these packages; the pip section says which hosts to trust.

        With an ``interpreter`` it is a virtual environment of that one.
        """
        (await self._allowed()).check_packages(packages)
        wanted = packages_to_json(packages)
        python = asdict(interpreter) if interpreter else None
        lines = list(pip_lines)
        await self._ask("install", packages=wanted, prefix=str(prefix), lines=lines, interpreter=python, **self._pip)

    async def prepare(self, added: Sequence[Package], prefix: Path, pip_lines: Sequence[str] = ()) -> list[str]:
        """Fetch further packages for a prefix; the files that would meet one that is there."""
        (await self._allowed()).check_packages(added)
        wanted = packages_to_json(added)
        return [
            str(path)
            for path in await self._ask(
                "prepare", packages=wanted, prefix=str(prefix), lines=list(pip_lines), **self._pip
            )
        ]

    async def add(
        self, added: Sequence[Package], packages: Sequence[Package], prefix: Path, pip_lines: Sequence[str] = ()
    ) -> None:
        """Link further packages into a prefix, which then holds ``packages``; may be done again after a crash."""
        (await self._allowed()).check_packages(added)
        python = packages_to_json(package for package in packages if package.name == "python")
        wanted = packages_to_json(added)
        await self._ask("add", packages=wanted, python=python, prefix=str(prefix), lines=list(pip_lines), **self._pip)

    async def prune_wheels(self) -> None:
        """Have uv take out of its cache what it needs no more."""
        await self._ask("prune_wheels")

    async def capture(self, prefix: Path, name: str, variables: Mapping[str, str]) -> dict[str, str]:
        """The activation variables of a prefix, as `kernel.json` wants them."""
        found = await self._ask("capture", prefix=str(prefix), name=name, variables=dict(variables))
        with understood():
            return {str(key): str(value) for key, value in found.items()}

    async def pack(self, prefix: Path, output: Path) -> tuple[str, ...]:
        """Write an archive of a prefix; what has to be said about it. Raises as `packing.pack` does."""
        return tuple(map(str, await self._ask("pack", prefix=str(prefix), output=str(output))))


class Engine:
    """Where jobs get their worker from.

    Parameters
    ----------
    cache_dir: folder for packages, repodata and wheels; on the file system of the prefixes, or nothing is shared.
    pip: what the configuration says about pip sections.
    standby: keep one worker ready, so that a job does not wait for its start.
    headroom: bytes that have to stay free on the cache's disk, or nothing is downloaded.
    limits: how large a package may be.
    patience: seconds after which a worker that neither reports nor writes anything is ended, None for never.
    settings: called in a thread at the start of each job for conda's settings.
    trust: called so too, for the rules of what may be fetched from where.
    shared: package caches of an administrator, which are read first and never written to.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        pip: PipRules | None = None,
        standby: bool = False,
        patience: float | None = None,
        headroom: int = 0,
        limits: PackageLimits | None = None,
        settings: Callable[[], CondaSettings] = CondaSettings,
        trust: Callable[[], Rules] = Rules,
        shared: Sequence[Path] = (),
    ) -> None:
        self._shared = tuple(shared)
        self._patience = patience
        self._headroom = headroom
        self._limits = limits or PackageLimits()
        self._trust = trust
        self._cache_dir = cache_dir
        self._settings = settings
        self._pip = pip or PipRules()
        self._standby = standby
        self._spare: asyncio.Task[Worker] | None = None
        self._background = Background(cache_dir)

    @asynccontextmanager
    async def session(self, reporter: Reporter) -> AsyncIterator[Session]:
        """A worker for one job. When the body ends, however it ends, the worker and all it started are gone."""
        settings = await asyncio.to_thread(self._read_settings)
        # a process that is half started when the cancellation comes would be nobody's
        worker, cancelled = await to_the_end(self._take())
        try:
            if cancelled:
                raise asyncio.CancelledError
            yield Session(worker, settings, self._pip, reporter, self._patience)
        finally:
            await to_the_end(worker.end())
            if self._standby:
                self.prepare()

    def _read_settings(self) -> Settings:
        own = self._cache_dir, self._headroom
        return Settings(*own, self._settings(), self._trust(), self._limits, self._shared)

    async def _take(self) -> Worker:
        spare, self._spare = self._spare, None
        if spare is not None:
            worker = await spare
            if worker.alive:
                return worker
            await worker.end()
        return await Worker.start()

    def prepare(self) -> None:
        """Start the worker of the next job now."""
        if self._spare is None:
            self._spare = asyncio.get_running_loop().create_task(Worker.start())

    def compile_later(self, prefix: Path, packages: Sequence[Package]) -> None:
        """Have the modules of a new prefix compiled, for all that are made later. Returns at once."""
        with disk("Leaving work for later"):
            ask_compile(self._cache_dir, prefix, packages, self._shared)
            self._background.start(allowed_environment())

    def measure_later(self, environments: Mapping[str, Sequence[Path]], result: Path) -> None:
        """Have everything measured, and the result written to a file. Returns at once."""
        with disk("Leaving work for later"):
            ask_measure(self._cache_dir, environments, result)
            self._background.start(allowed_environment())

    def wait_for_background(self) -> None:
        """Wait until all that works in the background has ended; at the lowest priority, that may take minutes."""
        self._background.wait()

    async def close(self, *, detach: bool = False) -> None:
        """End the spare worker, and what works in the background unless ``detach`` lets it go on."""
        if not detach:
            await asyncio.to_thread(self._background.end)
        spare, self._spare = self._spare, None
        if spare is not None:
            await (await spare).end()
