"""Environments of other tools: listed, described, used as kernels, written down. Never changed and never removed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from traitlets import Bool, Integer, List, Unicode, default
from traitlets.config import LoggingConfigurable

from jupyter_envs import kernelspec, prefix
from jupyter_envs.discovery import CONDA_ROOTS, Discovery, Foreign, Places, discover
from jupyter_envs.engine.activation import virtual
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import Conflict, Forbidden, NotFound
from jupyter_envs.exports import Source
from jupyter_envs.manager import virtual_environments
from jupyter_envs.manager.channel_names import ChannelNames
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.planning import requested_names
from jupyter_envs.manager.records import lock_of, source_of_foreign
from jupyter_envs.manager.values import Detail, ForeignSummary
from jupyter_envs.models import Lock, Package, Spec
from jupyter_envs.store import Store
from jupyter_envs.uninterrupted import past_no_return
from jupyter_envs.usage import Tally

# A list is read again and again by a page; nobody makes environments that often.
SECONDS_KEPT = 5.0
WITHOUT_KERNEL = {
    "conda": "conda install --prefix {prefix} ipykernel",
    "pixi": "pixi add ipykernel",
    "venv": "{prefix}/bin/python -m pip install ipykernel",
    "virtualenv": "{prefix}/bin/python -m pip install ipykernel",
    "pipenv": "pipenv install ipykernel",
    "uv": "uv pip install --python {prefix} ipykernel",
}


class ForeignSettings(LoggingConfigurable):
    """Where to look for what other tools made. `Manager` has these settings."""

    discover = Bool(True, help="Look for environments of conda, pixi, venv, virtualenv, pipenv and uv.").tag(
        config=True
    )
    discovery_dirs = List(
        Unicode(), help="Project folders to search for .venv, .pixi and the like; the server's own folder is one, too."
    ).tag(config=True)
    discovery_depth = Integer(2, min=0, help="How many levels below a project folder are searched.").tag(config=True)
    conda_roots = List(
        Unicode(), help="Installations of conda, mamba and micromamba, whose environments are found."
    ).tag(config=True)
    virtualenv_dirs = List(Unicode(), help="Folders of virtual environments, such as pipenv's.").tag(config=True)

    @default("conda_roots")
    def _default_conda_roots(self) -> list[str]:
        root = os.environ.get("MAMBA_ROOT_PREFIX")
        return [*CONDA_ROOTS, *([root] if root else [])]

    @default("virtualenv_dirs")
    def _default_virtualenv_dirs(self) -> list[str]:
        data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
        home = os.environ.get("WORKON_HOME")
        return [*([home] if home else []), f"{data}/virtualenvs", "~/.virtualenvs"]


class Foreigners:
    """What other tools made, seen through one manager's settings.

    ``projects`` and ``envs_dirs`` are further folders to look into, which the server or the command line knows.
    """

    def __init__(self, settings: ForeignSettings, store: Store, platform: str) -> None:
        self.projects: tuple[Path, ...] = ()
        self.envs_dirs: tuple[Path, ...] = ()
        self._settings = settings
        self._store = store
        self._platform = platform
        self._kept: tuple[float, Discovery] | None = None
        self._adopted: Mapping[str, tuple[str, list[str]]] = {}
        self._sizes: dict[Path, tuple[int, int]] = {}

    async def search(self, *, fresh: bool = False) -> Discovery:
        """All of them, as found now or (unless ``fresh``) a moment ago."""
        if not self._settings.discover:
            return Discovery()
        if self._kept is None or fresh or time.monotonic() - self._kept[0] > SECONDS_KEPT:
            await asyncio.to_thread(self._search)
        return self._kept[1] if self._kept else Discovery()

    def _search(self, prefixes: Sequence[Path] = ()) -> Discovery:
        self._adopted = kernelspec.adopted()
        found = discover(self._places(prefixes))
        self._kept = (time.monotonic(), found)
        return found

    def _places(self, prefixes: Sequence[Path] = ()) -> Places:
        settings, home = self._settings, Path.home()
        names = {where: name for where, (name, _) in self._adopted.items()}
        named = (*map(Path, names), *prefixes)
        return Places(
            home,
            conda_roots=paths(settings.conda_roots),
            envs_dirs=(home / ".conda" / "envs", *self.envs_dirs),
            virtualenv_dirs=paths(settings.virtualenv_dirs),
            projects=(*paths(settings.discovery_dirs), *self.projects),
            own=self._store.root,
            depth=settings.discovery_depth,
            names=names,
            taken=frozenset(self._store.names()),
            prefixes=named,
        )

    async def summaries(self, running: Mapping[str, int]) -> list[ForeignSummary]:
        """All of them, by name."""
        found = await self.search()
        return [self.summary(foreign, running) for foreign in found.found]

    def summary(self, foreign: Foreign, running: Mapping[str, int]) -> ForeignSummary:
        """One of them, with the kernels that were registered for it and how many of them run."""
        own = tuple(self._adopted.get(str(foreign.prefix), ("", []))[1])
        kernels = sum(running.get(kernel, 0) for kernel in own)
        return ForeignSummary(foreign, own, kernels, self._sizes.get(foreign.prefix, (0, 0)))

    async def measure(self, foreign: Foreign) -> tuple[int, int]:
        """Count its own bytes and those that it shares, which its summary says from then on. May take seconds."""
        counted = await asyncio.to_thread(Tally, foreign.prefix)
        self._sizes[foreign.prefix] = counted.own, counted.shared
        return self._sizes[foreign.prefix]

    async def get(self, name: str) -> Foreign | None:
        """The one of this name, or None."""
        found = (foreign for foreign in (await self.search()).found if foreign.name == name)
        return next(found, None)

    async def at(self, path: Path) -> Foreign:
        """The one at a path, wherever that is. Raises `NotFound`."""
        place = Path(os.path.realpath(os.path.expanduser(path)))  # noqa: ASYNC240, PTH111
        found = await asyncio.to_thread(self._search, [place])
        for foreign in found.found:
            if foreign.prefix == place:
                return foreign
        problems = (problem.message for problem in found.problems if problem.path == str(place))
        hints = ("Give the folder that holds conda-meta or pyvenv.cfg.",)
        raise NotFound(next(problems, f"{path} is not an environment."), hints=hints, path=str(path))

    async def refuse(self, name: str) -> None:
        """Raise `Forbidden` if the name is a foreign environment's: those are not ours to change or remove."""
        foreign = await self.get(name)
        if foreign is not None:
            raise Forbidden(
                f"{name} was made by {foreign.source} ({foreign.prefix}): Jupyter Envs never changes or removes it.",
                hints=("Use the tool that made it; or clone it, and change the clone.",),
                name=name,
            )

    async def require_unregistered(self, name: str) -> None:
        """Raise `Conflict` where a kernel of this name runs another tool's environment: not ours to restore."""
        foreign = await self.get(name)
        if foreign is not None and str(foreign.prefix) in kernelspec.adopted():
            raise Conflict(
                f"The kernel {name} runs {foreign.prefix}, which {foreign.source} made: it is not changed here.",
                hints=(
                    "Bring its packages back with the tool that made it; “jupyter envs status” shows which.",
                    f"Or take its kernel away (jupyter envs adopt {name} --undo), and build one of ours from the lock.",
                ),
                name=name,
            )

    async def installed(self, foreign: Foreign, lock: Lock | None) -> list[Package]:
        """Its packages, to be held against a lock. Raises `DiskTrouble`."""
        found = await asyncio.to_thread(prefix.installed, foreign.prefix, self._platform)
        if foreign.is_conda or lock is None:
            return found
        return virtual_environments.standing_for(lock.for_platform(self._platform), found, foreign.python)

    async def written(
        self, foreign: Foreign, session: Session, ground: Ground, names: ChannelNames
    ) -> tuple[Spec, Lock]:
        """What it would be asked to be, and its lock; of a virtual environment, channels and index are asked.

        Raises `Conflict` where a hash is not known, `DiskTrouble`, and what the engine raises.
        """
        source = await self.source(foreign)
        if not foreign.is_conda:
            return await virtual_environments.written(foreign, source, session, ground)
        named = await names.named(source)
        return named.spec, lock_of(foreign, named)

    async def source(self, foreign: Foreign) -> Source:
        """It as an export wants it. Raises `DiskTrouble`."""
        return await asyncio.to_thread(source_of_foreign, foreign, self._platform)

    async def detail(self, foreign: Foreign, running: Mapping[str, int]) -> Detail:
        """It with its packages. Raises `DiskTrouble`."""
        source = await self.source(foreign)
        requested = requested_names(source.spec)
        names = tuple(package.name for package in source.packages if package.name in requested)
        return Detail(self.summary(foreign, running), source.packages, source.spec, names)

    async def adopt(self, foreign: Foreign, session: Session, running: Mapping[str, int]) -> ForeignSummary:
        """Register its kernels; its folder stays as it is.

        Raises `Conflict` when it has none, `NameTaken` when somebody else's kernel has its name.
        """
        place = kernelspec.Place(foreign.name, "", foreign.prefix, foreign=True)
        if not await asyncio.to_thread(kernelspec.find, foreign.prefix):
            raise without_kernel(foreign)
        kernelspec.require_free(foreign.name, place)
        variables = await activation(foreign, session)
        await past_no_return(register, place, variables)
        self._adopted, self._kept = kernelspec.adopted(), None
        return self.summary(foreign, running)

    def release(self, name: str) -> list[str]:
        """Remove the kernels that were registered for a foreign environment, which may be gone. Raises `NotFound`."""
        where = next((where for where, (known, _) in kernelspec.adopted().items() if known == name), None)
        if where is None:
            raise NotFound(f"{name} was not adopted: no kernel is registered for it.", name=name)
        released = kernelspec.release(where)
        self._adopted, self._kept = kernelspec.adopted(), None
        return released


def register(place: kernelspec.Place, variables: Mapping[str, str]) -> None:
    """Write the kernelspecs of a foreign environment, and take away those that it has no kernel for any more."""
    names = kernelspec.publish(place, variables)
    kernelspec.release(str(place.prefix), keep=names)


def paths(values: Sequence[str]) -> tuple[Path, ...]:
    """Folders as they are configured."""
    return tuple(Path(value).expanduser().absolute() for value in values)


async def activation(foreign: Foreign, session: Session) -> dict[str, str]:
    """The variables that activating sets, as `kernel.json` wants them. Runs a conda environment's scripts."""
    if not foreign.is_conda:
        return virtual(foreign.prefix)
    return await session.capture(foreign.prefix, foreign.name, {})


def without_kernel(foreign: Foreign) -> Conflict:
    """The error for an environment that cannot be a kernel as it is, with what can be done."""
    command = WITHOUT_KERNEL[foreign.kind].format(prefix=foreign.prefix)
    clone = f"Or clone it, which adds ipykernel to the clone: jupyter envs clone {foreign.name} NEWNAME"
    hints = (f"Add it with the tool that made the environment: {command}", clone)
    return Conflict(f"{foreign.name} has no ipykernel, so no notebook can use it.", hints=hints, name=foreign.name)
