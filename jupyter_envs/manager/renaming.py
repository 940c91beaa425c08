"""Another name for an environment.

A prefix holds its own path in many files, and the path holds the name. So the current generation is made again from its
lock under the new name, which takes hard links and no download, and the old one is removed. A new history begins.
"""

from __future__ import annotations

from collections.abc import Callable

from jupyter_envs import differences
from jupyter_envs.errors import Conflict
from jupyter_envs.manager import cloning
from jupyter_envs.manager.foreign import Foreigners
from jupyter_envs.manager.planning import Wanted, propose
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Reporter, Spec
from jupyter_envs.uninterrupted import past_no_return


async def rename(
    shop: Workshop,
    others: Foreigners,
    old: str,
    new: str,
    reporter: Reporter,
    *,
    free: Callable[[str], None],
    remove: Callable[[str], None],
) -> None:
    """Make ``old`` again as ``new``, with its note and tags, and remove it; ``free`` refuses a name that is taken.

    Raises `NotFound`, `NameTaken`, `InvalidName`, `EnvironmentBusy`, and `Conflict` for an environment whose lock does
    not tell what is in it; whatever is raised, the old one is as it was.
    """
    environment = shop.store.get(old)
    free(new)
    if differences.between(shop.locked(old), await shop.installed(old)):
        raise Conflict(
            f"{old} was changed by hand, so its lock does not tell what it is.",
            hints=(f"Write the changes down first: jupyter envs adopt-changes {old}",),
            name=old,
        )
    with shop.store.writing(old), shop.store.writing(new):
        async with shop.engine.session(reporter) as session:
            found = await cloning.original(old, shop.store, others, shop.platform)
            resolved = await cloning.resolve(found, new, session, shop.ground())
            pending = await session.pending(resolved.packages)
            proposal = propose(Wanted(new, Spec()), resolved, pending, (), shop.platform)
            free(new)
            await shop.builder.build(new, proposal, f"renamed from {old}", session, reporter)
        if environment.note or environment.tags:
            shop.store.describe(new, environment.note, environment.tags)
        await past_no_return(remove, old)
