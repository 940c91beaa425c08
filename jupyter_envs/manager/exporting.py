"""Exports: our environments by name, any conda environment by its folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from jupyter_envs import exports, prefix
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import NotFound
from jupyter_envs.exports import Export, Source
from jupyter_envs.machine import homes
from jupyter_envs.models import Package, Spec
from jupyter_envs.store import Store


def source_of(store: Store, name: str, platform: str, generation: str | None = None) -> Source:
    """One of our environments, or an earlier generation of it. Raises `NotFound`, `DiskTrouble`."""
    environment = store.get(name)
    chosen = generation or environment.current
    if all(known.id != chosen for known in environment.generations):
        known_ids = ", ".join(known.id for known in environment.generations)
        raise NotFound(f"{name} has no generation {chosen}.", hints=(f"It has {known_ids}.",), name=name)
    contents = prefix.contents(store.prefix(name, chosen), platform)
    lock = store.lock(name, chosen)
    packages = prefix.with_hashes(contents.packages, lock.for_platform(platform), contents.origins)
    # a locked wheel is installed by its address, wherever that comes from: what was asked for says it
    locked = {package.name for package in set(packages) & set(lock.packages) if package.manager == "pip"}
    origins = {package: origin for package, origin in contents.origins.items() if package not in locked}
    spec = replace(store.spec(name, chosen), name=name)
    return Source(name, platform, tuple(packages), spec, lock, origins, homes())


def source_of_prefix(folder: Path, platform: str) -> Source:
    """Any conda environment. Raises `NotFound` for a folder that is none, `DiskTrouble` for a damaged record."""
    if not is_prefix(folder):
        raise NotFound(
            f"{folder} is no conda environment: it has no folder conda-meta.",
            hints=("Give the folder that has bin, lib and conda-meta in it.",),
            path=str(folder),
        )
    contents = prefix.contents(folder, platform)
    subdirs = Counter(one.subdir for one in contents.packages if one.subdir not in ("", "noarch"))
    own = subdirs.most_common(1)[0][0] if subdirs else platform
    packages = tuple(replace(package, platform=own) for package in contents.packages)
    spec = Spec(
        name=folder.resolve().name,
        channels=exports.channels_of(packages),
        conda=prefix.requested(folder, (one.name for one in packages if one.manager == "conda")),
        variables=prefix.variables(folder),
    )
    return Source(folder.resolve().name, own, packages, spec, None, contents.origins, homes())


async def export(source: Source, format: str, *, versions: bool, session: Session | None) -> Export:
    """The text. With a ``session``, the package index is asked for the hashes that are on no disk.

    Raises as `exports.write` does, and what the engine raises.
    """
    if session is None:
        return exports.write(source, format, versions=versions)
    known, asked = await with_hashes_of_index(source, session)
    made = exports.write(known, format, versions=versions)
    note = f"The package index was asked for the hash of {', '.join(asked)}: nobody knows what was installed here."
    return replace(made, notes=(*made.notes, note)) if asked else made


async def with_hashes_of_index(source: Source, session: Session) -> tuple[Source, list[str]]:
    """The environment with the index's addresses and hashes of pip packages that have none, and their names."""
    bare = [one for one in source.of("pip") if _is_from_index(one, source) and not one.sha256]
    if not bare:
        return source, []
    known = replace(source, origins={})  # what was installed by hand may be the index's as well
    lines = [exports.requirement(known, one) for one in source.of("pip") if _is_from_index(one, source)]
    found = await session.resolve_pip(
        [*exports.index_options(source.spec.pip), *lines], source.of("conda"), source.platform
    )
    wheels = {one.name: one for one in found.packages}
    hashed = {one.name: wheels[one.name] for one in bare if _is_that_wheel(one, wheels.get(one.name))}
    packages = tuple(hashed.get(one.name, one) if one.manager == "pip" else one for one in source.packages)
    origins = {name: origin for name, origin in source.origins.items() if name not in hashed}
    return replace(source, packages=packages, origins=origins), sorted(hashed)


def _is_from_index(package: Package, source: Source) -> bool:
    """Whether an index may have it: no folder and no repository."""
    origin = source.origins.get(package.name)
    return origin is None or (origin.archive and bool(origin.address))


def _is_that_wheel(package: Package, wheel: Package | None) -> bool:
    """Of what was installed from an address, another file of the same version is not the same."""
    if wheel is None or wheel.version != package.version:
        return False
    return not package.url or package.url.rpartition("/")[2] == wheel.url.rpartition("/")[2]


def is_prefix(folder: Path) -> bool:
    """Whether a folder is a conda environment."""
    return (folder / "conda-meta").is_dir()
