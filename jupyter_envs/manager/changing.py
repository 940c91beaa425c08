"""An environment that is there gets other packages: a plan first, then a generation of just that; and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_envs.engine.answers import Pending
from jupyter_envs.engine.session import Session
from jupyter_envs.manager import wheels_only, wishes
from jupyter_envs.manager.additions import add, additions, recover
from jupyter_envs.manager.history import chosen, intact, made_again, recorded
from jupyter_envs.manager.moments import choose
from jupyter_envs.manager.planning import propose, resolve
from jupyter_envs.manager.plans import require_confirmed
from jupyter_envs.manager.requests import ChangeRequest, Documents
from jupyter_envs.manager.sources import edited
from jupyter_envs.manager.values import Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Package, Plan, Reporter
from jupyter_envs.pin import differences

NAMES_SHOWN = 5


async def plan_change(shop: Workshop, request: ChangeRequest, reporter: Reporter, documents: Documents | None) -> Plan:
    """What `change` would do. Writes nothing but downloaded channel data."""
    async with shop.engine.session(reporter) as session:
        proposal = await propose_change(shop, request, session, documents)
    shop.plans.remember(request, proposal)
    return proposal.plan


async def change(
    shop: Workshop,
    request: ChangeRequest,
    reporter: Reporter,
    confirmed: str | None,
    documents: Documents | None,
) -> None:
    """Make the environment what is wished for; nothing happens where it is that already.

    Raises `PlanChanged`, `NotFound`, `Conflict`, `EnvironmentBusy`, and whatever the parsers and the engine raise;
    then nothing has changed.
    """
    name = request.environment
    shop.store.require(name)
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            await recover(shop, name, session, reporter)
            seen = shop.plans.recall(confirmed, request)
            proposal = seen or await propose_change(shop, request, session, documents)
            require_confirmed(proposal, confirmed)
            await carry_out(shop, proposal, wishes.reason(request), session, reporter)


async def propose_change(
    shop: Workshop, request: ChangeRequest, session: Session, documents: Documents | None
) -> Proposal:
    """Apply the wish to what was asked for, and solve that; what is locked stays unless an update is wished."""
    name = request.environment
    spec = shop.store.spec(name, shop.store.get(name).current)
    locked, installed = shop.locked(name), await shop.installed(name)
    wishes.check(request)
    ground = shop.ground()
    file = await edited(request, documents, ground.limits)
    wanted = wishes.wanted(request, spec, installed, file)
    wanted = replace(wanted, notes=(*wanted.notes, *handmade(locked, installed)))
    moving = {wishes.normal(package) for package in request.update}
    kept = tuple(package for package in locked if not request.update_all and wishes.normal(package.name) not in moving)
    lock = shop.store.lock(name, shop.store.get(name).current)
    as_of = choose(request.as_of, lock.as_of.get(shop.platform, ""))
    python = lock.python.get(shop.platform, "")
    near = replace(wanted, locked=kept, system=ground.system, as_of=as_of, python=python)
    resolved = await resolve(near, session, shop.platform, ground.channels, ground.builds)
    wishes.require_gone(request.remove, resolved.packages)
    pending = await session.pending(resolved.packages)
    proposal = propose(wanted, resolved, pending, installed, shop.platform)
    added = () if wheels_only.moved(lock, proposal.interpreter) else additions(locked, installed, proposal.packages)
    notes = (*proposal.plan.notes, *for_running_kernels(added, pending))
    return replace(proposal, plan=replace(proposal.plan, additive=bool(added), notes=notes))


def for_running_kernels(added: Sequence[Package], pending: Pending) -> list[str]:
    """What an addition does not bring to kernels that run: what activation sets is read when a kernel starts."""
    names = sorted(package.name for package in added if package.name in pending.scripts)
    if not names:
        return []
    return [
        f"What the activation of {', '.join(names)} sets reaches only kernels that start afterwards;"
        " restart those that run if they need it."
    ]


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
    current, installed = shop.store.get(name).current, await shop.installed(name)
    moved = wheels_only.moved(shop.store.lock(name, current), proposal.interpreter)
    added = () if moved else additions(shop.locked(name), installed, proposal.packages)
    if added and await add(shop, proposal, reason, session, reporter, added=added):
        return
    if moved or differences(proposal.packages, installed):
        await shop.builder.build(name, proposal, reason, session, reporter)
    elif proposal.spec != shop.store.spec(name, current) or differences(proposal.packages, shop.locked(name)):
        await shop.builder.adopt(name, proposal, reason, session, reporter, generation=current)


async def roll_back(shop: Workshop, name: str, target: str | None, reporter: Reporter, confirmed: str | None) -> None:
    """Make a generation current again, by a new entry in the history; ``None`` means the one before.

    At once where its prefix still is as it was locked; else the prefix is made again from the lock.
    Raises `NotFound`, `Conflict` when there is none before, `PlanChanged`, `EnvironmentBusy`.
    """
    shop.store.require(name)
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            await recover(shop, name, session, reporter)
            generation = chosen(shop.store.get(name), target)
            whole = await intact(shop, name, generation)
            if whole:
                proposal = await recorded(shop, name, generation.id)
            else:
                proposal = await made_again(shop, name, generation.id, session)
            require_confirmed(proposal, confirmed)
            reason = f"rolled back to {generation.id}"
            if whole:
                await shop.builder.adopt(name, proposal, reason, session, reporter, generation=generation.id)
            else:
                await shop.builder.build(name, proposal, reason, session, reporter)
