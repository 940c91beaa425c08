"""What can be asked of the engine for one job, and under which settings.

A worker's answer is believed only as far as it can be read back from the disk; that reading is `store`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.answers import Pending, Solution, Wheels
from jupyter_envs.engine.limits import PackageLimits
from jupyter_envs.engine.messages import interpreter_from_json, packages_from_json, packages_to_json
from jupyter_envs.engine.process import Worker, understood
from jupyter_envs.errors import DiskTrouble, NotFound
from jupyter_envs.files import with_disk
from jupyter_envs.models import Interpreter, Lock, Package, Reporter
from jupyter_envs.trust import OWN_LIST, Defaults, Rules
from jupyter_envs.uninterrupted import to_the_end
from jupyter_envs.versions import any_of_minor
from jupyter_envs.virtual import THIS_SYSTEM, System, Virtual

DOWNLOADS_ARE_OFF = (
    "Or let uv download one: set Manager.python_downloads to “default”, uv's own list, or to a list's address."
)


@dataclass(frozen=True)
class PipRules:
    """The package index for pip sections, None for uv's default; and whether source archives may be built."""

    index: str | None = None
    builds: bool = False


@dataclass(frozen=True)
class PythonRules:
    """Where Pythons are kept that were downloaded, and the list of those that may be: an address, `trust.OWN_LIST`.

    Without a list, none is.
    """

    folder: Path
    source: str = ""


@dataclass(frozen=True)
class Settings:
    """What counts for one job, whatever it asks for."""

    cache_dir: Path
    headroom: int
    conda: CondaSettings
    trust: Rules
    limits: PackageLimits
    pythons: PythonRules
    shared: tuple[Path, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What every request says."""
        shared = [str(folder) for folder in self.shared]
        known = {"cache_dir": str(self.cache_dir), "headroom": self.headroom, "shared_caches": shared}
        known["pythons"] = str(self.pythons.folder)
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

    async def own_index(self) -> str:
        """The package index that uv, pip and pipenv ask where none is named. Nothing is sent."""
        return Defaults(**await self._ask("defaults")).index

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
        """A Python that fits a wish (PEP 440), the version ``near`` if there is one: of this machine, or a download.

        Raises `NotFound`, with what there is, and `InvalidSpec`; where Pythons may be downloaded also `Forbidden` for
        where from, `Unreachable` and `InvalidFile` for the list of them.
        """
        try:
            return await self._ask_for_python("find_python", wish, near)
        except NotFound as lacking:
            return await self._choose_python(wish, near, lacking)

    async def _choose_python(self, wish: str, near: str, lacking: NotFound) -> Interpreter:
        """One that can be downloaded, where that is switched on. Raises ``lacking``, with what could be done."""
        source = self._settings.pythons.source
        if not source:
            raise NotFound(lacking.message, hints=(*lacking.hints, DOWNLOADS_ARE_OFF), **lacking.fields) from lacking
        rules = await self._allowed()
        if source != OWN_LIST:
            rules.check_pythons(source)
        try:
            found = await self._ask_for_python("choose_python", wish, near, source=source)
        except NotFound as none:
            hints = (*lacking.hints, none.message, *none.hints)
            raise NotFound(lacking.message, hints=hints, **lacking.fields) from none
        if found.download:
            rules.check_pythons(found.download.url)
        return found

    async def _ask_for_python(self, op: str, wish: str, near: str, **args: Any) -> Interpreter:
        answer = await self._ask(op, wish=wish, near=near, **args)
        with understood():
            found = interpreter_from_json(answer)
        assert found is not None
        return found

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
        python = (await self.find_python(str(await self._ask("wish_of_pylock", text=text)))).version
        found = await self._ask("read_pylock", text=text, platform=platform, system=asdict(system), python=python)
        with understood():
            return Lock(tuple(packages_from_json(found)), platforms=(platform,), python={platform: python})

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

        With an ``interpreter`` it is a virtual environment of that one, or of one like it where only its version is
        known. Raises as `find_python` does, too.
        """
        rules = await self._allowed()
        rules.check_packages(packages)
        if interpreter and not interpreter.path and not interpreter.download:
            interpreter = await self.find_python(any_of_minor(interpreter.version), interpreter.version)
        if interpreter and interpreter.download:
            rules.check_pythons(interpreter.download.url)
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
