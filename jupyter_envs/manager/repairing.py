"""What `jupyter envs doctor --repair` does about what it has found: one small step for each finding."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from jupyter_envs import kernelspec, leftovers, prefix
from jupyter_envs.conda_list import list_for_conda
from jupyter_envs.engine import cache
from jupyter_envs.engine.client import Pending
from jupyter_envs.errors import EnvsError, NotFound
from jupyter_envs.files import disk
from jupyter_envs.manager.additions import recover
from jupyter_envs.manager.diagnosis import Finding, Report
from jupyter_envs.manager.planning import Wanted, of_lock, propose
from jupyter_envs.manager.values import Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Environment, Generation, Reporter
from jupyter_envs.store import Store, point, sizes
from jupyter_envs.uninterrupted import past_no_return

ROUNDS = 5
REASON = "found again by doctor"


@dataclass(frozen=True)
class Mended:
    """A finding, and why it could not be mended; empty where it could."""

    finding: Finding
    trouble: str = ""

    def to_json(self) -> dict[str, str]:
        """``{code, message, subject, mends, trouble}``."""
        found = self.finding
        texts = {"code": found.code, "message": found.message, "subject": found.subject, "mends": found.mends}
        return {**texts, "trouble": self.trouble}


async def repair_all(
    shop: Workshop, cache_dir: Path, diagnose: Callable[[], Awaitable[Report]], reporter: Reporter
) -> tuple[Mended, ...]:
    """Mend one thing after the other; mending one may show another. What cannot be mended holds up nothing else."""
    done: dict[tuple[str, str], Mended] = {}
    for _ in range(ROUNDS):
        found = [finding for finding in (await diagnose()).findings if finding.mends]
        new = [finding for finding in found if (finding.code, finding.subject) not in done]
        for finding in new:
            done[finding.code, finding.subject] = await attempt(shop, cache_dir, finding, reporter)
        if not new:
            break
    return tuple(done.values())


async def attempt(shop: Workshop, cache_dir: Path, finding: Finding, reporter: Reporter) -> Mended:
    """Mend one thing."""
    try:
        with disk("Mending"):
            if finding.code in REBUILT:
                await REBUILT[finding.code](shop, finding.subject, reporter)
            elif finding.code == "damaged-cache":
                await past_no_return(drop, cache_dir, Path(finding.subject))
            else:
                await past_no_return(AT_ONCE[finding.code], shop.store, finding.subject)
    except EnvsError as error:
        return Mended(finding, error.message)
    return Mended(finding)


async def rebuild(shop: Workshop, name: str, reporter: Reporter) -> None:
    """A new generation of the lock of the current one, whose files are damaged or gone."""
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            await shop.builder.build(name, proposal(shop, name), "built again by doctor", session, reporter)


def proposal(shop: Workshop, name: str) -> Proposal:
    """What made the current generation, without a look at what is installed."""
    current = shop.store.get(name).current
    spec, lock = shop.store.spec(name, current), shop.store.lock(name, current)
    wanted = Wanted(name, spec, lock)
    resolved = replace(of_lock(wanted, lock, shop.platform, shop.rules().builds), spec=spec)
    return replace(propose(wanted, resolved, Pending((), {}), [], shop.platform), content_hash=lock.content_hash)


async def finish(shop: Workshop, name: str, reporter: Reporter) -> None:
    """An addition that was interrupted is finished or undone."""
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            await recover(shop, name, session, reporter)


async def write_record(shop: Workshop, name: str, reporter: Reporter) -> None:
    """`environment.json` again, from the prefixes and from what was written down of each; then its kernels."""
    with shop.store.writing(name):
        environment = await asyncio.to_thread(found_again, shop.store, name, shop.platform)
        await past_no_return(shop.store.rewrite, environment)
    await write_kernels(shop, name, reporter)


def found_again(store: Store, name: str, platform: str) -> Environment:
    """An environment by its prefixes. Raises `NotFound` when not one is whole."""
    folder = store.root / name
    records = sorted(folder.glob("records/*/conda-lock.yml"), key=lambda path: path.stat().st_mtime)
    found = [made for path in records if (made := generation(store, name, path, platform)) is not None]
    if not found:
        hint = f"Remove it: jupyter envs remove {name}"
        raise NotFound(f"Nothing of the environment {name} is whole.", hints=(hint,), name=name)
    link = folder / "current"
    led = link.readlink().name if link.is_symlink() else ""
    current = led if led in {made.id for made in found} else found[-1].id
    return Environment(name, current, tuple(found))


def generation(store: Store, name: str, lock_file: Path, platform: str) -> Generation | None:
    """A generation by its lock and its prefix; None where one of them is not whole."""
    identity = lock_file.parent.name
    place = store.root / name / "g" / identity
    try:
        lock, _ = store.lock(name, identity), store.spec(name, identity)
        packages = prefix.installed(place, platform)
    except (EnvsError, OSError, UnicodeDecodeError):
        return None
    if not packages:
        return None
    own, shared = sizes(place)
    made = datetime.fromtimestamp(lock_file.stat().st_mtime, timezone.utc).isoformat(timespec="seconds")
    return Generation(
        id=identity,
        created=made,
        reason=REASON,
        digest=lock.digest(platform),
        packages=len(lock.for_platform(platform)),
        python=prefix.python_version(packages),
        own=own,
        shared=shared,
        kernels=tuple(kernelspec.names(name, place)),
    )


async def write_kernels(shop: Workshop, name: str, reporter: Reporter) -> None:
    """The kernels of the current generation."""
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            current = shop.store.get(name).current
            place = kernelspec.Place(name, current, shop.store.prefix(name, current))
            variables = await session.capture(place.prefix, name, shop.store.spec(name, current).variables)
            await past_no_return(kernelspec.publish, place, variables)


def set_link(store: Store, name: str) -> None:
    """``current`` leads to the current generation."""
    with store.writing(name):
        point(store.root / name / "current", store.prefix(name, store.get(name).current))


def remove_leftover(store: Store, path: str) -> None:
    """What a crash left."""
    for leftover in leftovers.find(store):
        if str(leftover.path) == path:
            leftovers.remove(leftover, store)


def remove_kernel(store: Store, name: str) -> None:
    """A kernel of ours that starts nothing."""
    if any(known == name and not program.exists() for known, program in kernelspec.published()):
        kernelspec.discard(kernelspec.kernels_dir() / name)


def free_lock(store: Store, name: str) -> None:
    """A lock whose holder is dead is anybody's, so taking and giving it back is enough."""
    with store.writing(name):
        pass


def take_line_out(store: Store, line: str) -> None:
    """A line of conda's list that names nothing."""
    list_for_conda(Path(line), present=False)


def drop(cache_dir: Path, entry: Path) -> None:
    """An entry of the package cache. Raises `Conflict` while somebody installs."""
    with cache.exclusive(cache_dir):
        cache.discard(entry)


REBUILT: dict[str, Callable[[Workshop, str, Reporter], Awaitable[None]]] = {
    "no-prefix": rebuild,
    "damaged-packages": rebuild,
    "damaged-record": write_record,
    "lost-record": write_record,
    "no-kernel": write_kernels,
    "unfinished": finish,
}
AT_ONCE: dict[str, Callable[[Store, str], None]] = {
    "wrong-link": set_link,
    "unlisted": remove_leftover,
    "dead-kernel": remove_kernel,
    "stale-lock": free_lock,
    "gone-listed": take_line_out,
}
