"""Virtual environments of other tools, written down so that they can be built again, and held against that.

Such an environment says neither which files its packages came from nor how its Python was built. So its lock has the
package index's wheels of the same versions, and for the interpreter conda's package of the same version, with what that
needs. Elsewhere that is built as any lock is. Here, the environment's own Python stands for that part of the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_envs import envfile, prefix
from jupyter_envs.discovery import Foreign
from jupyter_envs.engine.answers import Solution
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import Conflict, Unsolvable
from jupyter_envs.exports import Source
from jupyter_envs.manager.adopting import with_origins
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.planning import Resolved
from jupyter_envs.manager.records import exact
from jupyter_envs.models import Lock, Package, Spec
from jupyter_envs.prefix import Contents
from jupyter_envs.versions import minor

# what tools put into each new environment to install with; no notebook asks for it
INSTALLERS = frozenset({"pip", "setuptools", "wheel"})
PYTHON = "python"


async def written(foreign: Foreign, source: Source, session: Session, ground: Ground) -> tuple[Spec, Lock]:
    """What it would be asked to be, and its lock.

    Raises `Conflict`, naming them, for packages that no lock can hold; `Unsolvable` and `Unreachable` for channels
    that do not have its Python.
    """
    found = await resolved(foreign.prefix, source, session, ground)
    if found.notes:
        raise Conflict(
            f"{foreign.name} cannot be locked: {len(found.notes)} of its packages cannot be had again.",
            hints=(*found.notes, f"Clone it without them, and pin to the clone: jupyter envs clone {foreign.name} NEW"),
            name=foreign.name,
        )
    lock = Lock(found.packages, found.channels, (ground.platform,))
    return found.spec, envfile.locked_from(lock, found.spec)


async def resolved(folder: Path, source: Source, session: Session, ground: Ground) -> Resolved:
    """A Python and the same wheels; the notes name what nobody has."""
    asked, solution = await interpreter(source, session, ground)
    packages = used(source.packages, folder)
    contents = Contents((*solution.packages, *packages), source.origins)
    found, notes = await with_origins(contents, Spec(), session)
    spec = Spec(source.name, tuple(ground.channels), (asked,), exact(found, "pip"))
    return Resolved(spec, tuple(found), tuple(ground.channels), tuple(notes))


async def interpreter(source: Source, session: Session, ground: Ground) -> tuple[str, Solution]:
    """A match spec for its Python and what it resolves to: the very version, or else one of the same minor version."""
    version = next((text.partition("==")[2] for text in source.spec.conda), "")
    if not version:
        raise Conflict(f"{source.name} does not say which Python it has.", name=source.name)
    try:
        return await solved(f"{PYTHON}=={version}", session, ground)
    except Unsolvable:
        return await solved(f"{PYTHON}={minor(version)}", session, ground)


async def solved(spec: str, session: Session, ground: Ground) -> tuple[str, Solution]:
    """A match spec and what it resolves to."""
    return spec, await session.solve(ground.channels, [spec], ground.platform, system=ground.system)


def used(packages: Sequence[Package], folder: Path) -> tuple[Package, ...]:
    """The packages without those that are only there to install others with."""
    needed = set(needs(packages, folder))
    return tuple(package for package in packages if package.name not in INSTALLERS or package.name in needed)


def needs(packages: Sequence[Package], folder: Path) -> Iterator[str]:
    """The names that the packages need, but for what the installers need of each other."""
    for package in packages:
        place = prefix.distribution_folder(folder, package.name) if package.name not in INSTALLERS else None
        if place is not None:
            yield from prefix.required(place)


def standing_for(locked: Sequence[Package], installed: Sequence[Package], python: str | None) -> list[Package]:
    """What is installed, as the packages that a lock would have for it.

    The environment's own Python counts as the locked one, and as what that needs, when it is of the same minor version:
    the wheels ask for no more. What is only there to install others with counts where the lock has it.
    """
    names = {package.name for package in locked}
    there = [package for package in installed if package.name not in INSTALLERS or package.name in names]
    wanted = next((one for one in locked if one.manager == "conda" and one.name == PYTHON), None)
    if wanted is None or not python:
        return there
    own = wanted if minor(wanted.version) == minor(python) else replace(wanted, version=python, build="", sha256="")
    return [own, *below(wanted, locked), *there]


def below(package: Package, locked: Iterable[Package]) -> list[Package]:
    """The locked conda packages that one of them needs, directly or not."""
    conda = {one.name: one for one in locked if one.manager == "conda"}
    found: dict[str, Package] = {}
    waiting = [package]
    while waiting:
        for text in waiting.pop().depends:
            name = text.split()[0] if text.split() else ""
            if name in conda and name not in found and name != package.name:
                found[name] = conda[name]
                waiting.append(conda[name])
    return list(found.values())
