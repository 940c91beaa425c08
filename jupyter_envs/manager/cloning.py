"""A copy of an environment in the store: ours, or one of another tool.

Every package is fetched again by its address and held against its SHA-256; nothing is copied from the original's
folder. What cannot be had that way is named in the plan's notes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_envs import exports
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import Conflict, EnvsError, Unreachable
from jupyter_envs.exports import Source
from jupyter_envs.manager import virtual_environments, wheels_only
from jupyter_envs.manager.exporting import source_of
from jupyter_envs.manager.foreign import Foreigners
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.planning import KERNEL_ADDED, Resolved
from jupyter_envs.manager.records import exact, listed, without_hash
from jupyter_envs.models import KERNEL_PACKAGE, Interpreter, Package
from jupyter_envs.naming import check_name
from jupyter_envs.store import Store, missing
from jupyter_envs.virtual import System


@dataclass(frozen=True)
class Original:
    """What is cloned; ``ours`` says that it is in the store, ``virtual`` names the folder of a virtual environment."""

    source: Source
    ours: bool
    virtual: Path | None = None


async def original(text: str, store: Store, others: Foreigners, platform: str) -> Original:
    """The environment of this name or in this folder. Raises `NotFound`, and `Conflict` for another platform's."""
    path = os.sep in text or text in (".", "..")
    if not path and store.exists(text):
        return Original(await asyncio.to_thread(source_of, store, text, platform), ours=True)
    foreign = await others.at(Path(text)) if path else await others.get(text)
    if foreign is None:
        raise missing(check_name(text))
    source = await others.source(foreign)
    if source.platform != platform:
        raise Conflict(f"{foreign.name} is for {source.platform}, not for this machine ({platform}).", name=text)
    return Original(source, ours=False, virtual=None if foreign.is_conda else foreign.prefix)


async def resolve(found: Original, name: str, session: Session, ground: Ground) -> Resolved:
    """The same packages, by address and hash; PyPI's are looked up where the original does not know them."""
    if found.virtual is None:
        return await resolve_conda(found, name, session, ground.platform, ground.system)
    source = replace(found.source, name=name)
    same = await virtual_environments.resolved(found.virtual, source, session, ground)
    return await with_kernel(same, session, ground) if lacks_kernel(same.packages) else same


async def resolve_conda(found: Original, name: str, session: Session, platform: str, system: System) -> Resolved:
    """`resolve` for what conda's records tell of."""
    source = found.source
    unknown = without_hash(source.packages)
    known = tuple(package for package in source.packages if package not in unknown)
    lost = [package for package in unknown if package.manager == "conda" or package.name in source.origins]
    asked = [package for package in unknown if package not in lost]
    interpreter = await interpreter_for(source, session, platform)
    python = interpreter.version if interpreter else ""
    wheels, missing = await look_up(asked, known, session, platform, system, python=python)
    packages = (*known, *wheels)
    notes = [f"{listed([*lost, *missing])}: nothing tells where it is from, so the clone does not have it."]
    spec = replace(source.spec, name=name, pip=(*source.spec.pip, *added_by_hand(source, wheels)))
    if not found.ours and lacks_kernel(packages):
        kernel, note = await kernel_for(packages, session, platform, system)
        packages, notes = (*packages, *kernel), [*notes, note]
        spec = replace(spec, conda=(*spec.conda, KERNEL_PACKAGE)) if kernel else spec
    notes = notes if lost or missing else notes[1:]
    channels = source.lock.channels if source.lock else exports.channels_of(packages)
    return Resolved(spec, packages, tuple(channels), tuple(notes), interpreter=interpreter)


async def interpreter_for(source: Source, session: Session, platform: str) -> Interpreter | None:
    """The Python for a copy of PyPI packages alone. Raises `NotFound`."""
    known = wheels_only.interpreter_of(source.lock, platform) if source.lock else None
    if known is None or source.lock is None:
        return None
    return await wheels_only.find_python(source.lock, session, platform)


def added_by_hand(source: Source, wheels: Sequence[Package]) -> tuple[str, ...]:
    """Requirement lines for what pip installed and the Spec does not ask for."""
    lines = exact(wheels, "pip")
    return tuple(line for line in lines if line not in source.spec.pip)


async def look_up(
    asked: Sequence[Package],
    known: Sequence[Package],
    session: Session,
    platform: str,
    system: System,
    *,
    python: str = "",
) -> tuple[tuple[Package, ...], tuple[Package, ...]]:
    """``(found, missing)``: wheels of just these versions in the package index, all at once or one by one."""
    if not asked:
        return (), ()
    conda = [package for package in known if package.manager == "conda"]
    found = await wheels_of(asked, conda, session, platform, system, python=python)
    if found is None:
        found = []
        for package in asked:
            found += await wheels_of([package], conda, session, platform, system, python=python) or []
    names = {package.name for package in found}
    return tuple(found), tuple(package for package in asked if package.name not in names)


async def wheels_of(
    asked: Sequence[Package],
    conda: Sequence[Package],
    session: Session,
    platform: str,
    system: System,
    *,
    python: str = "",
) -> list[Package] | None:
    """The wheels of these versions, without what they need; None if they cannot be had together."""
    try:
        wheels = await session.resolve_pip(exact(asked, "pip"), conda, platform, system=system, python=python)
    except Unreachable:
        return []
    except EnvsError:
        return None
    wanted = {(package.name, package.version) for package in asked}
    return [package for package in wheels.packages if (package.name, package.version) in wanted]


async def with_kernel(same: Resolved, session: Session, ground: Ground) -> Resolved:
    """The same with ipykernel: from the package index, so that it goes with the wheels, or else from the channels."""
    conda = [package for package in same.packages if package.manager == "conda"]
    names = {package.name for package in same.packages if package.manager == "pip"}
    lines = (*same.spec.pip, KERNEL_PACKAGE)
    try:
        wheels = await session.resolve_pip(lines, conda, ground.platform, system=ground.system)
    except EnvsError:
        kernel, note = await kernel_for(conda, session, ground.platform, ground.system)
        if met := names & {package.name for package in kernel}:
            kernel, note = (), f"It has no ipykernel; that of the channels would meet its {', '.join(sorted(met))}."
        asked = (*same.spec.conda, KERNEL_PACKAGE) if kernel else same.spec.conda
        packages, spec = (*same.packages, *kernel), replace(same.spec, conda=asked)
    else:
        packages, spec, note = (*conda, *wheels.packages), replace(same.spec, pip=lines), KERNEL_ADDED
    return replace(same, packages=packages, spec=spec, notes=(*same.notes, note))


def lacks_kernel(packages: Sequence[Package]) -> bool:
    """Whether there is a Python that no notebook could use."""
    names = {package.name for package in packages}
    return "python" in names and KERNEL_PACKAGE not in names


async def kernel_for(
    packages: Sequence[Package], session: Session, platform: str, system: System
) -> tuple[tuple[Package, ...], str]:
    """ipykernel and what it needs beside just these packages, or nothing; and a note that says so."""
    conda = [package for package in packages if package.manager == "conda"]
    specs = [f"{package.name}[version='=={package.version}',build='{package.build}']" for package in conda]
    try:
        found = await session.solve(
            exports.channels_of(conda), [*specs, KERNEL_PACKAGE], platform, locked=conda, system=system
        )
    except EnvsError as error:
        return (), f"It has no ipykernel, and none could be added: {error.message.splitlines()[0]}"
    names = {package.name for package in conda}
    return tuple(package for package in found.packages if package.name not in names), KERNEL_ADDED
