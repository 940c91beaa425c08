"""Changes that only add packages reach the kernels that are running: they are linked into the prefix in use.

The journal is `environment.json` itself. Before anything is linked it names the generation to be, whose spec and lock
are written down already; the last step makes that generation current. After a crash in between the next writer
finishes it, or, where that is not possible, makes the current generation again from its lock.
"""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_envs import pipsection
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager.history import recorded
from jupyter_envs.manager.values import Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Package, Reporter, SilentReporter
from jupyter_envs.pin import differences
from jupyter_envs.store import Draft
from jupyter_envs.uninterrupted import to_the_end


def additions(
    locked: Sequence[Package], installed: Sequence[Package], wanted: Sequence[Package]
) -> tuple[Package, ...]:
    """The packages to be linked, if that is all that has to happen to get from what is installed to what is wanted.

    Nothing where the prefix is not as locked, for a Python interpreter, and for what has to be built.
    """
    changes = differences(installed, wanted)
    if not changes or any(change.before is not None for change in changes) or differences(locked, installed):
        return ()
    new = {(change.manager, change.name) for change in changes}
    added = tuple(package for package in wanted if (package.manager, package.name) in new)
    built = (package.manager == "pip" and pipsection.is_source(package.url) for package in added)
    return () if any(built) or any(package.name == "python" for package in added) else added


async def add(
    shop: Workshop, proposal: Proposal, reason: str, session: Session, reporter: Reporter, *, added: Sequence[Package]
) -> bool:
    """Link the ``added`` packages into the current prefix; False, and nothing done, where a file of theirs is there.

    Raises what the engine raises; then the environment has its packages as before.
    """
    name = proposal.plan.environment
    draft = shop.store.draft(name, shared=shop.store.get(name).current)
    if await session.prepare(added, draft.prefix, proposal.spec.pip):
        return False
    try:
        await shop.builder.add(draft, proposal, reason, session, reporter, added=added)
    except BaseException:
        await session.end()
        await to_the_end(undo(shop, name))
        raise
    return True


def interrupted(shop: Workshop) -> list[str]:
    """The environments to which packages were being added when a process died, or are being added now."""
    return [name for name, found in shop.store.listing() if isinstance(found, Environment) and found.pending]


async def finish(shop: Workshop, name: str, reporter: Reporter) -> None:
    """`recover` as a use case of its own. Raises `EnvironmentBusy` while somebody is at work on the environment."""
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            await recover(shop, name, session, reporter)


async def undo(shop: Workshop, name: str) -> None:
    """After an addition that failed: the current generation again, from its lock, in a prefix of its own."""
    draft = shop.store.pending(name)
    if draft is not None:
        async with shop.engine.session(SilentReporter()) as session:
            await rebuild(shop, draft, session, SilentReporter())


async def recover(shop: Workshop, name: str, session: Session, reporter: Reporter) -> None:
    """After a crash: finish what was begun, or undo it. Called by every writer, with the right to write.

    Raises what the engine raises when neither is possible; the intent then stays.
    """
    draft = shop.store.pending(name)
    if draft is None:
        return
    environment = shop.store.get(name)
    reporter.log(f"An addition to {name} was interrupted; it is finished now.")
    try:
        proposal = await recorded(shop, name, draft.id)
        locked = shop.locked(name)
        added = [package for package in proposal.packages if package.identity not in {one.identity for one in locked}]
        reason = environment.pending.reason if environment.pending else ""
        await shop.builder.add(draft, proposal, reason, session, reporter, added=added, again=True)
    except (EnvsError, OSError) as error:
        reporter.log(f"It cannot be finished ({error}); the generation before is made again.")
        await rebuild(shop, draft, session, reporter)


async def rebuild(shop: Workshop, draft: Draft, session: Session, reporter: Reporter) -> None:
    """The current generation again, from its lock; the prefix that may be half changed stays for kernels that run."""
    environment = shop.store.get(draft.name)
    proposal = await recorded(shop, draft.name, environment.current)
    reason = f"made {environment.current} again: “{environment.pending.reason if environment.pending else ''}” failed"
    await shop.builder.build(draft.name, proposal, reason, session, reporter)
