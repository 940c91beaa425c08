"""An environment that is there gets other packages: a plan first, then a generation of just that; and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_envs.engine.client import Pending, Session
from jupyter_envs.errors import Conflict, EnvsError, NotFound
from jupyter_envs.manager import wishes
from jupyter_envs.manager.moments import choose
from jupyter_envs.manager.planning import Wanted, of_lock, propose, resolve
from jupyter_envs.manager.plans import require_confirmed
from jupyter_envs.manager.values import ChangeRequest, Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Generation, Package, Plan, Reporter
from jupyter_envs.pin import differences

NAMES_SHOWN = 5


async def plan_change(shop: Workshop, request: ChangeRequest, reporter: Reporter) -> Plan:
    """What `change` would do. Writes nothing but downloaded channel data."""
    async with shop.engine.session(reporter) as session:
        proposal = await propose_change(shop, request, session)
    shop.plans.remember(request, proposal)
    return proposal.plan


async def change(shop: Workshop, request: ChangeRequest, reporter: Reporter, confirmed: str | None) -> None:
    """Make the environment what is wished for; nothing happens where it is that already.

    Raises `PlanChanged`, `NotFound`, `Conflict`, `EnvironmentBusy`, and whatever the parsers and the engine raise;
    then nothing has changed.
    """
    name = request.environment
    shop.store.require(name)
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            proposal = shop.plans.recall(confirmed, request) or await propose_change(shop, request, session)
            require_confirmed(proposal, confirmed)
            await carry_out(shop, proposal, wishes.reason(request), session, reporter)


async def propose_change(shop: Workshop, request: ChangeRequest, session: Session) -> Proposal:
    """Apply the wish to what was asked for, and solve that; what is locked stays unless an update is wished."""
    name = request.environment
    spec = shop.store.spec(name, shop.store.get(name).current)
    locked, installed = shop.locked(name), await shop.installed(name)
    wanted = wishes.wanted(request, spec, installed)
    wanted = replace(wanted, notes=(*wanted.notes, *handmade(locked, installed)))
    moving = {wishes.normal(package) for package in request.update}
    kept = tuple(package for package in locked if not request.update_all and wishes.normal(package.name) not in moving)
    rules = shop.rules()
    as_of = choose(request.as_of, shop.store.lock(name, shop.store.get(name).current).as_of.get(shop.platform, ""))
    near = replace(wanted, locked=kept, system=rules.system, as_of=as_of)
    resolved = await resolve(near, session, shop.platform, rules.channels, rules.builds)
    wishes.require_gone(request.remove, resolved.packages)
    pending = await session.pending(resolved.packages)
    return propose(wanted, resolved, pending, installed, shop.platform)


def handmade(locked: Sequence[Package], installed: Sequence[Package]) -> list[str]:
    """What people should know of changes that no lock has: a new generation is made without them."""
    names = [change.name for change in differences(locked, installed)]
    if not names:
        return []
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return [
        f"{', '.join(names[:NAMES_SHOWN])}{more} changed by hand since the lock was written;"
        " this is not kept unless you adopt the changes first."
    ]


async def carry_out(shop: Workshop, proposal: Proposal, reason: str, session: Session, reporter: Reporter) -> None:
    """Make the proposal the current generation, with as little work as it takes."""
    name = proposal.plan.environment
    current = shop.store.get(name).current
    if differences(proposal.packages, await shop.installed(name)):
        await shop.builder.build(name, proposal, reason, session, reporter)
    elif proposal.spec != shop.store.spec(name, current) or differences(proposal.packages, shop.locked(name)):
        await shop.builder.adopt(name, proposal, reason, session, reporter, generation=current)


async def roll_back(shop: Workshop, name: str, target: str | None, reporter: Reporter) -> None:
    """Make a generation current again, by a new entry in the history; ``None`` means the one before.

    At once where its prefix still is as it was locked; else the prefix is made again from the lock.
    Raises `NotFound`, `Conflict` when there is none before, `EnvironmentBusy`.
    """
    shop.store.require(name)
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            generation = chosen(shop.store.get(name), target)
            proposal = await recorded(shop, name, generation)
            reason = f"rolled back to {generation.id}"
            if await intact(shop, name, generation):
                await shop.builder.adopt(name, proposal, reason, session, reporter, generation=generation.id)
            else:
                await shop.builder.build(name, proposal, reason, session, reporter)


async def plan_roll_back(shop: Workshop, name: str, target: str | None) -> Plan:
    """What `roll_back` would change."""
    return (await recorded(shop, name, chosen(shop.store.get(name), target))).plan


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


async def recorded(shop: Workshop, name: str, generation: Generation) -> Proposal:
    """What made a generation, as a proposal to make it again."""
    spec, lock = shop.store.spec(name, generation.id), shop.store.lock(name, generation.id)
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
