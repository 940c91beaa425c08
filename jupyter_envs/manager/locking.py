"""Locking: from an environment file and the lock that there is to the next lock, and what that changes.

Versions stay unless they are to be updated; a platform that is not asked for stays as it is. Nothing is read or
written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jupyter_envs import envfile, lockfile
from jupyter_envs.differences import Change, between
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import InvalidInput, InvalidSpec, Unsolvable
from jupyter_envs.manager.ground import Ground
from jupyter_envs.manager.moments import choose
from jupyter_envs.manager.notebooks import keeping_others
from jupyter_envs.manager.planning import Resolved, Wanted, resolve
from jupyter_envs.manager.wishes import normal
from jupyter_envs.models import Lock, Package, Spec
from jupyter_envs.virtual import THIS_SYSTEM, System, check_platform

EVERYTHING = "all"
# a lock is made on one machine and used in clouds and continuous integration, which run this
USUAL_PLATFORM = "linux-64"


@dataclass(frozen=True)
class LockRequest:
    """What to lock, and how.

    ``old`` is the lock that there is. ``platforms`` are those to solve for, see `wanted_platforms` for none.
    ``update`` names the packages whose versions need not stay; `EVERYTHING` among them stands for all.
    ``as_of`` is a date, `moments.NO_DATE` for today, or empty for what ``old`` was locked as of.
    """

    spec: Spec
    old: Lock | None = None
    platforms: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    as_of: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LockPlan:
    """The next lock, the platforms that were solved for it, and what changes, by platform and name."""

    lock: Lock
    platforms: tuple[str, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    is_new: bool

    def to_json(self) -> dict[str, Any]:
        """For programs; ``packages`` is the number of packages of each platform."""
        return {
            "platforms": list(self.platforms),
            "packages": {platform: len(self.lock.for_platform(platform)) for platform in self.lock.platforms},
            "changes": [asdict(change) for change in self.changes],
            "notes": list(self.notes),
            "as_of": dict(self.lock.as_of),
            "digest": self.lock.digest(),
        }

    def text(self, source: str, name: str = "") -> str:
        """The lock's file by its ``name``; ``source`` is the environment file, relative to it."""
        return lockfile.write_as(name, self.lock, sources=(source,))


def wanted_platforms(spec: Spec, old: Lock | None, here: str) -> tuple[str, ...]:
    """The platforms that a file is locked for: those that it names; else this one, linux-64 and those of ``old``."""
    usual = (here, USUAL_PLATFORM, *(old.platforms if old else ()))
    return tuple(check_platform(platform) for platform in dict.fromkeys(spec.platforms or usual))


def outdated(spec: Spec, lock: Lock | None, here: str, system: System = THIS_SYSTEM) -> tuple[str, ...]:
    """The platforms whose part of the lock is not what the file asks for now, not for such a machine, or not there."""
    hashes = lock.content_hash if lock else {}
    # what the lock has and the file does not name any more is checked as well: it is used where it is found
    platforms = dict.fromkeys((*wanted_platforms(spec, lock, here), *(lock.platforms if lock else ())))
    systems = lock.system if lock else {}
    return tuple(
        platform
        for platform in platforms
        if hashes.get(platform) != envfile.content_hash(spec, platform)
        or systems.get(platform, "") != system.in_words(platform)
    )


def near(request: LockRequest, platform: str, system: System) -> Wanted:
    """What to solve for one platform: near what is locked, as of the date that is asked for or was the lock's."""
    old = request.old
    as_of = choose(request.as_of, old.as_of.get(platform, "") if old else "")
    locked = kept(old.for_platform(platform) if old else (), request.update)
    name = request.spec.name or ""
    python = old.python.get(platform, "") if old else ""
    return Wanted(name, request.spec, notes=request.notes, locked=locked, system=system, as_of=as_of, python=python)


def kept(packages: Sequence[Package], update: Iterable[str]) -> tuple[Package, ...]:
    """The packages whose versions are to stay."""
    names = {normal(name) for name in update}
    return tuple(package for package in packages if EVERYTHING not in names and normal(package.name) not in names)


async def plan_lock(request: LockRequest, session: Session, ground: Ground) -> LockPlan:
    """Solve for each platform, and hold the next lock against the one that there is.

    Raises `InvalidInput` for a platform that is none or a package to update that is not locked, and what a solve
    raises; the message of a solve names the platform.
    """
    platforms = request.platforms or wanted_platforms(request.spec, request.old, ground.platform)
    for platform in platforms:
        check_platform(platform)
    _check_update(request)
    lock, notes = request.old, dict.fromkeys(request.notes)
    for platform in platforms:
        found = await _solve(request, session, ground, platform)
        words = ground.system.in_words(platform)
        part = Lock(
            found.packages,
            found.channels,
            (platform,),
            as_of={platform: found.as_of} if found.as_of else {},
            system={platform: words} if words else {},
            python={platform: found.interpreter.version} if found.interpreter else {},
        )
        lock = keeping_others(lock, envfile.locked_from(part, request.spec))
        notes |= dict.fromkeys(found.notes)
    assert lock is not None
    before = request.old.packages if request.old else ()
    return LockPlan(lock, tuple(platforms), between(before, lock.packages), tuple(notes), request.old is None)


async def _solve(request: LockRequest, session: Session, ground: Ground, platform: str) -> Resolved:
    try:
        wanted = near(request, platform, ground.system)
        return await resolve(wanted, session, platform, ground.channels, ground.builds)
    except (Unsolvable, InvalidSpec) as error:
        raise type(error)(f"For {platform}: {error.message}", hints=error.hints, **error.fields) from error


def _check_update(request: LockRequest) -> None:
    names = {normal(package.name) for package in request.old.packages} if request.old else set()
    for name in request.update:
        if name != EVERYTHING and normal(name) not in names:
            raise InvalidInput(
                f"{name} cannot be updated: it is not in the lock.",
                hints=("Name a package that is locked, or “all”.",),
                key="update",
            )
