"""The generations of an environment: which there are, going back to one, and how long they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from traitlets import Int
from traitlets.config import Configurable

from jupyter_envs import running
from jupyter_envs.engine.client import Pending
from jupyter_envs.errors import Conflict, EnvsError, NotFound
from jupyter_envs.manager.planning import Wanted, of_lock, propose
from jupyter_envs.manager.values import Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Generation, Plan
from jupyter_envs.pin import differences
from jupyter_envs.store import Store


class HistorySettings(Configurable):
    """How much of the past is kept."""

    kept_generations = Int(
        10, min=0, help="How many generations of an environment are kept besides the current one; 0 keeps none."
    ).tag(config=True)
    kept_days = Int(
        0,
        min=0,
        help="Days after which a generation that is not current is removed, whatever their number; 0 for never.",
    ).tag(config=True)


def kernels_elsewhere(programs: Iterable[running.Running], current: Path) -> int:
    """How many kernels run from other prefixes of the environment than the ``current`` one."""
    return sum(count for name, count in running.kernels(programs, current.parent).items() if name != current.name)


def collect(store: Store, name: str, number: int, days: int) -> list[Path]:
    """Remove generations that are too many or too old and that nothing runs from; the prefixes that are gone.

    Never raises: what cannot be removed now is removed another time.
    """
    try:
        environment = store.get(name)
        old = outdated(environment, number, days, datetime.now(timezone.utc))
        programs = running.below(store.prefix(name, environment.current).parent) if old else []
        used = [one.id for one in old if any(program.is_below(store.prefix(name, one.id)) for program in programs)]
        return store.drop(name, [generation.id for generation in old if generation.id not in used])
    except (EnvsError, OSError):
        return []


def outdated(environment: Environment, number: int, days: int, now: datetime) -> list[Generation]:
    """The generations that need not be kept: besides the current one, all but the newest ``number``; and the old."""
    others = [generation for generation in environment.generations if generation.id != environment.current]
    kept = others[-number:] if number else []
    limit = now - timedelta(days=days)
    return [
        generation
        for generation in others
        if generation not in kept or (days and datetime.fromisoformat(generation.created) < limit)
    ]


async def plan_roll_back(shop: Workshop, name: str, target: str | None) -> Plan:
    """What `roll_back` would change."""
    return (await recorded(shop, name, chosen(shop.store.get(name), target).id)).plan


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


async def recorded(shop: Workshop, name: str, generation: str) -> Proposal:
    """What made a generation, as a proposal to make it again."""
    spec, lock = shop.store.spec(name, generation), shop.store.lock(name, generation)
    wanted = Wanted(name, spec, lock)
    resolved = replace(of_lock(wanted, lock, shop.platform, shop.rules().builds), spec=spec)
    proposal = propose(wanted, resolved, Pending((), {}), await shop.installed(name), shop.platform)
    return replace(proposal, content_hash=lock.content_hash)


async def intact(shop: Workshop, name: str, generation: Generation) -> bool:
    """Whether the prefix of a generation is there and still as locked."""
    if not shop.store.prefix(name, generation.id).is_dir():
        return False
    try:
        return not differences(shop.locked(name, generation.id), await shop.installed(name, generation.id))
    except EnvsError:
        return False
