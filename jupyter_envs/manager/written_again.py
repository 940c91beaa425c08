"""The environment file and the lock of a generation, found damaged, and written again from what is left of them.

A lock is proved by its digest, which `environment.json` has, and an environment file by its hash, which the lock has.
What cannot be proved is written from what is installed, and what may be lost is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_envs import envfile, exports, prefix
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import Conflict, EnvsError
from jupyter_envs.manager.adopting import with_origins
from jupyter_envs.manager.planning import spec_of_lock
from jupyter_envs.manager.records import exact
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Generation, Lock, Package, Reporter, Spec
from jupyter_envs.prefix import Contents
from jupyter_envs.store import Store

DAMAGED_LOCK, DAMAGED_FILE = "damaged-lock", "damaged-file"
AS_INSTALLED = "It says what is installed now, which is not what it said."
NOT_AS_ASKED = "What was asked for was found out from what is installed: versions and variables may be other ones."


def damaged(store: Store, record: Environment, platform: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with what is written down of an environment: a finding's code, its message, its subject."""
    for generation in record.generations:
        subject = f"{record.name}/{generation.id}"
        which = f"{record.name}, generation {generation.id}"
        try:
            other = store.lock(record.name, generation.id).digest(platform) != generation.digest
        except EnvsError as error:
            yield DAMAGED_LOCK, error.message, subject
        else:
            if other:
                yield DAMAGED_LOCK, f"The lock of {which}, is not the one that it was made from.", subject
        try:
            store.spec(record.name, generation.id)
        except EnvsError as error:
            yield DAMAGED_FILE, error.message, subject


async def lock_again(shop: Workshop, subject: str, reporter: Reporter) -> str:
    """The lock of a generation: of another one that has the same, or by what is installed; what may be lost.

    Raises `Conflict`, naming them, for packages whose addresses and hashes nothing tells any more.
    """
    name, generation = known(shop.store, subject)
    with shop.store.writing(name):
        lock = next((one for one in locks(shop.store) if one.digest(shop.platform) == generation.digest), None)
        if lock is None:
            async with shop.engine.session(reporter) as session:
                lock = await lock_of_prefix(shop, name, generation, session)
        spec = readable_spec(shop.store, name, generation.id)
        lock = envfile.locked_from(lock, spec) if spec else replace(lock, content_hash={})
        shop.store.record_again(name, generation.id, lock=lock)
        digest = lock.digest(shop.platform)
        if digest == generation.digest:
            return ""
        environment = shop.store.get(name)
        packages = len(lock.for_platform(shop.platform))
        changed = replace(generation, digest=digest, packages=packages)
        others = tuple(changed if one.id == generation.id else one for one in environment.generations)
        shop.store.rewrite(replace(environment, generations=others))
        return AS_INSTALLED


async def lock_of_prefix(shop: Workshop, name: str, generation: Generation, session: Session) -> Lock:
    """What is installed, as a lock; wheels as other locks know them, or else the package index."""
    place = shop.store.prefix(name, generation.id)
    contents = prefix.contents(place, shop.platform) if place.is_dir() else None
    if contents is None or not contents.packages:
        hint = f"Go back to another generation (jupyter envs rollback {name}), or remove the environment."
        raise Conflict(f"The lock of {name} is lost, and so are its files.", hints=(hint,), name=name)
    wheels = [package for lock in locks(shop.store) for package in lock.packages]
    packages = prefix.with_hashes(contents.packages, wheels, contents.origins)
    found, notes = await with_origins(by_version(packages, contents), Spec(), session)
    if notes:
        raise Conflict(f"The lock of {name} is lost: {' '.join(notes)}", hints=notes, name=name)
    return Lock(tuple(found), exports.channels_of(found), (shop.platform,))


def by_version(packages: Sequence[Package], contents: Contents) -> Contents:
    """The same, but what was installed by its address, as wheels of a lock are, is looked for by its version."""
    addressed = {name for name, one in contents.origins.items() if one.archive and one.address and not one.sha256} & {
        package.name for package in packages if not package.sha256
    }
    origins = {name: origin for name, origin in contents.origins.items() if name not in addressed}
    return Contents(
        tuple(replace(one, url="") if one.manager == "pip" and one.name in addressed else one for one in packages),
        origins,
    )


async def file_again(shop: Workshop, subject: str, reporter: Reporter) -> str:
    """The environment file of a generation: of another one that was locked from the same, or by what is installed."""
    name, generation = known(shop.store, subject)
    with shop.store.writing(name):
        lock = shop.store.lock(name, generation.id)
        wanted = lock.content_hash.get(shop.platform)
        for spec in specs(shop.store):
            if envfile.content_hash(spec, shop.platform) == wanted:
                shop.store.record_again(name, generation.id, spec=replace(spec, name=name))
                return ""
        spec = as_installed(shop.store.prefix(name, generation.id), name, lock, shop.platform)
        shop.store.record_again(name, generation.id, spec=spec, lock=envfile.locked_from(lock, spec))
        return "" if envfile.content_hash(spec, shop.platform) == wanted else NOT_AS_ASKED


def as_installed(place: Path, name: str, lock: Lock, platform: str) -> Spec:
    """What must have been asked for: conda's by the history of the prefix, wheels that did not just come along."""
    packages = lock.for_platform(platform)
    conda = prefix.requested(place, [one.name for one in packages if one.manager == "conda"])
    wheels = [one for one in packages if one.manager == "pip" and prefix.was_requested(place, one.name)]
    whole = spec_of_lock(name, lock, platform)
    return replace(whole, conda=conda, pip=exact(wheels, "pip") or whole.pip) if conda else whole


def known(store: Store, subject: str) -> tuple[str, Generation]:
    """An environment's name and its generation, of ``name/id``."""
    name, _, identity = subject.partition("/")
    return name, next(one for one in store.get(name).generations if one.id == identity)


def locks(store: Store) -> Iterator[Lock]:
    """All locks that can be read."""
    for name, identity in generations(store):
        try:
            yield store.lock(name, identity)
        except EnvsError:
            continue


def specs(store: Store) -> Iterator[Spec]:
    """All environment files that can be read."""
    return filter(None, (readable_spec(store, name, identity) for name, identity in generations(store)))


def readable_spec(store: Store, name: str, identity: str) -> Spec | None:
    """The environment file of a generation, if it can be read."""
    try:
        return store.spec(name, identity)
    except EnvsError:
        return None


def generations(store: Store) -> Iterator[tuple[str, str]]:
    """The name and the id of every generation of the store."""
    for name, record in store.listing():
        if isinstance(record, Environment):
            yield from ((name, generation.id) for generation in record.generations)
