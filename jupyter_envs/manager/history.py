"""The generations of an environment: which there are, going back to one, and how long they are kept."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_envs import running
from jupyter_envs.engine.answers import Pending
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import Conflict, EnvsError, NotFound
from jupyter_envs.manager import wheels_only
from jupyter_envs.manager.garbage import Policy, expired
from jupyter_envs.manager.planning import Wanted, of_lock, propose
from jupyter_envs.manager.values import Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Generation, Package, Plan, Reporter
from jupyter_envs.pin import differences
from jupyter_envs.running import running_from
from jupyter_envs.store import Store

NOTHING_PENDING = Pending((), {})


def kernels_elsewhere(programs: Iterable[running.Running], current: Path) -> int:
    """How many kernels run from other prefixes of the environment than the ``current`` one."""
    return sum(count for name, count in running.kernels(programs, current.parent).items() if name != current.name)


def collect(store: Store, name: str, policy: Policy) -> list[Path]:
    """Remove the earlier generations that the policy does not keep and that nothing runs from; the prefixes that went.

    Called by who has the right to write, when a new generation is published. Never raises: what cannot be removed now
    is taken by `gc`.
    """
    try:
        old = expired(store.get(name), policy, time.time())
        busy = running_from([store.prefix(name, identity) for identity in old])
        gone = [identity for identity in old if store.prefix(name, identity) not in busy]
        if not gone:
            return []
        places = {identity: store.prefix(name, identity) for identity in gone}
        store.forget(name, gone)
        prefixes = sorted(set(places.values()) - set(store.prefixes(name)))
        for folder in (*prefixes, *(store.records(name, identity) for identity in gone)):
            shutil.rmtree(folder, ignore_errors=True)
        return prefixes
    except (EnvsError, OSError):
        return []


async def plan_roll_back(shop: Workshop, name: str, target: str | None, reporter: Reporter) -> Plan:
    """What `roll_back` would change; and what it would fetch, where the prefix of then is not there any more."""
    generation = chosen(shop.store.get(name), target)
    if await intact(shop, name, generation):
        return (await recorded(shop, name, generation.id)).plan
    async with shop.engine.session(reporter) as session:
        return (await made_again(shop, name, generation.id, session)).plan


def chosen(environment: Environment, target: str | None) -> Generation:
    """The generation to go back to."""
    if target is None:
        if len(environment.generations) == 1:
            raise Conflict(f"{environment.name} has no generation before this one.", hints=("Nothing to go back to.",))
        return environment.generations[-2]
    found = [generation for generation in environment.generations if generation.id == target]
    if not found:
        raise NotFound(
            f"{environment.name} has no generation {target}.",
            hints=(f"“jupyter envs history {environment.name}” shows them.",),
            generation=target,
        )
    return found[0]


async def recorded(shop: Workshop, name: str, generation: str, pending: Pending = NOTHING_PENDING) -> Proposal:
    """What made a generation, as a proposal to make it again, held against what is installed now."""
    return remade(shop, name, generation, await shop.installed(name), pending)


async def made_again(shop: Workshop, name: str, generation: str, session: Session) -> Proposal:
    """`recorded`, for a generation whose prefix is not there any more: with what has to be fetched, and its Python."""
    pending = await session.pending(shop.locked(name, generation))
    found = await recorded(shop, name, generation, pending)
    if found.interpreter is None:
        return found
    python = await wheels_only.find_python(shop.store.lock(name, generation), session, shop.platform)
    return replace(found, plan=wheels_only.with_python(found.plan, python), interpreter=python)


def remade(
    shop: Workshop, name: str, generation: str, installed: Sequence[Package], pending: Pending = NOTHING_PENDING
) -> Proposal:
    """`recorded`, held against the ``installed`` packages."""
    spec, lock = shop.store.spec(name, generation), shop.store.lock(name, generation)
    wanted = Wanted(name, spec, lock)
    resolved = replace(of_lock(wanted, lock, shop.platform, shop.ground().builds), spec=spec)
    return replace(propose(wanted, resolved, pending, installed, shop.platform), content_hash=lock.content_hash)


async def intact(shop: Workshop, name: str, generation: Generation) -> bool:
    """Whether the prefix of a generation is there and still as locked."""
    if not shop.store.prefix(name, generation.id).is_dir():
        return False
    try:
        return not differences(shop.locked(name, generation.id), await shop.installed(name, generation.id))
    except EnvsError:
        return False
