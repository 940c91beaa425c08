"""What `jupyter envs doctor --repair` does about what it has found: one small step for each finding."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from jupyter_envs import kernelspec, leftovers, prefix, pythons
from jupyter_envs.conda_list import list_for_conda
from jupyter_envs.engine import cache
from jupyter_envs.errors import EnvsError, NotFound
from jupyter_envs.files import disk
from jupyter_envs.manager.additions import recover
from jupyter_envs.manager.diagnosis import Finding, Report
from jupyter_envs.manager.history import remade
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.manager.written_again import file_again, lock_again, readable_spec
from jupyter_envs.models import Environment, Generation, Lock, Package, Reporter
from jupyter_envs.pin import differences
from jupyter_envs.store import Store, point, sizes
from jupyter_envs.uninterrupted import past_no_return

ROUNDS = 5
REASON = "found again by doctor"


@dataclass(frozen=True)
class Mended:
    """A finding, and why it could not be mended; empty where it could. ``lost`` is what was not to be had again."""

    finding: Finding
    trouble: str = ""
    lost: str = ""

    def to_json(self) -> dict[str, str]:
        """``{code, message, subject, mends, trouble, lost}``."""
        found = self.finding
        texts = {"code": found.code, "message": found.message, "subject": found.subject, "mends": found.mends}
        return {**texts, "trouble": self.trouble, "lost": self.lost}


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
    lost: str | None = None
    try:
        with disk("Mending"):
            if finding.code in REBUILT:
                lost = await REBUILT[finding.code](shop, finding.subject, reporter)
            elif finding.code == "damaged-cache":
                await past_no_return(drop, cache_dir, Path(finding.subject))
            else:
                await past_no_return(AT_ONCE[finding.code], shop.store, finding.subject)
    except EnvsError as error:
        return Mended(finding, error.message)
    return Mended(finding, lost=lost or "")


async def rebuild(shop: Workshop, name: str, reporter: Reporter) -> None:
    """A new generation of the lock of the current one, whose files are damaged or gone."""
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            # without a look at what is installed, which is what is damaged
            proposal = remade(shop, name, shop.store.get(name).current, ())
            await shop.builder.build(name, proposal, "built again by doctor", session, reporter)


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
    # where what was asked for is lost, too, that is mended first
    if readable_spec(shop.store, name, environment.current) is not None:
        await write_kernels(shop, name, reporter)


def found_again(store: Store, name: str, platform: str) -> Environment:
    """An environment by its prefixes. Raises `NotFound` when not one is whole."""
    folder = store.root / name
    records = sorted(folder.glob("records/*/conda-lock.yml"), key=lambda path: path.stat().st_mtime)
    found = [made for path in records if (made := generation(store, name, path, platform)) is not None]
    link = folder / "current"
    led = link.readlink().name if link.is_symlink() else ""
    if not found and led:
        found = [made for made in [by_prefix(name, folder / "g" / led, platform)] if made is not None]
    if not found:
        hint = f"Remove it: jupyter envs remove {name}"
        raise NotFound(f"Nothing of the environment {name} is whole.", hints=(hint,), name=name)
    # what was added to a prefix came after what it was made for
    current = next((made.id for made in reversed(found) if (made.folder or made.id) == led), found[-1].id)
    return Environment(name, current, tuple(found))


def generation(store: Store, name: str, lock_file: Path, platform: str) -> Generation | None:
    """A generation by its lock and its prefix; None where one of them is not whole."""
    identity = lock_file.parent.name
    try:
        lock, _ = store.lock(name, identity), store.spec(name, identity)
        place = prefix_of(store.root / name / "g", identity, lock, platform)
        packages = prefix.installed(place, platform)
    except (EnvsError, OSError, UnicodeDecodeError):
        return None
    if not packages:
        return None
    shown = described(name, place, packages, lock.digest(platform), lock_file.stat().st_mtime)
    return replace(shown, id=identity, folder="" if place.name == identity else place.name)


def by_prefix(name: str, place: Path, platform: str) -> Generation | None:
    """A generation whose lock is lost, by its prefix; None where that is not whole, either."""
    try:
        packages = prefix.installed(place, platform)
        digest = Lock(tuple(packages), platforms=(platform,)).digest(platform)
        return described(name, place, packages, digest, place.stat().st_mtime) if packages else None
    except (EnvsError, OSError):
        return None


def described(name: str, place: Path, packages: Sequence[Package], digest: str, made: float) -> Generation:
    """A generation with what is to be seen of its prefix; it was ``made`` at a time (seconds since the epoch)."""
    own, shared = sizes(place)
    return Generation(
        id=place.name,
        created=datetime.fromtimestamp(made, timezone.utc).isoformat(timespec="seconds"),
        reason=REASON,
        digest=digest,
        packages=len(packages),
        python=prefix.python_version(packages) or prefix.virtual_python(place),
        engine="conda" if (place / "conda-meta").is_dir() else "pypi",
        own=own,
        shared=shared,
        kernels=tuple(kernelspec.names(name, place)),
    )


def prefix_of(folder: Path, identity: str, lock: Lock, platform: str) -> Path:
    """Where a generation's prefix is: in a folder of its own, or where packages were added to an earlier one's."""
    locked = lock.for_platform(platform)
    for place in () if (folder / identity).is_dir() else sorted(folder.glob("*")):
        if not differences(locked, prefix.with_hashes(prefix.installed(place, platform), locked)):
            return place
    return folder / identity


async def write_kernels(shop: Workshop, name: str, reporter: Reporter) -> None:
    """The kernels of the current generation."""
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            current = shop.store.get(name).current
            place = kernelspec.Place(name, current, shop.store.prefix(name, current))
            for torn in shop.store.get(name).generation.kernels:
                take_torn_away(torn)
            variables = await session.capture(place.prefix, name, shop.store.spec(name, current).variables)
            await past_no_return(kernelspec.publish, place, variables)


def take_torn_away(name: str) -> None:
    """A kernel that the record of an environment names as its own, and that is damaged."""
    folder = kernelspec.kernels_dir() / name
    if kernelspec.is_torn(folder):
        kernelspec.discard(folder)


def set_link(store: Store, name: str) -> None:
    """``current`` leads to the current generation."""
    with store.writing(name):
        point(store.root / name / "current", store.prefix(name, store.get(name).current))


def remove_leftover(store: Store, path: str) -> None:
    """What a crash left."""
    for leftover in leftovers.find(store):
        if str(leftover.path) == path:
            leftovers.remove(leftover, store)


def clear_pythons(store: Store, path: str) -> None:
    """What is left of a download, unless somebody downloads by now: then it is theirs."""
    pythons.tidy(store.root)


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


REBUILT: dict[str, Callable[[Workshop, str, Reporter], Awaitable[str | None]]] = {
    "damaged-lock": lock_again,
    "damaged-file": file_again,
    "no-prefix": rebuild,
    "damaged-packages": rebuild,
    "no-python": rebuild,
    "damaged-record": write_record,
    "lost-record": write_record,
    "no-kernel": write_kernels,
    "unfinished": finish,
}
AT_ONCE: dict[str, Callable[[Store, str], None]] = {
    "wrong-link": set_link,
    "unlisted": remove_leftover,
    "half-python": clear_pythons,
    "dead-kernel": remove_kernel,
    "stale-lock": free_lock,
    "gone-listed": take_line_out,
}
