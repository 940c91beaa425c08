"""What pip, uv, conda or a hand changed in an environment is written into its spec and its lock.

Nothing is installed: the prefix stays as it is and gets a new entry in the history, whose lock says what is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jupyter_envs import piplines, prefix
from jupyter_envs.engine.answers import Pending
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import wheels_only, wishes
from jupyter_envs.manager.additions import recover
from jupyter_envs.manager.planning import Resolved, Wanted, propose
from jupyter_envs.manager.plans import require_confirmed
from jupyter_envs.manager.values import Proposal
from jupyter_envs.manager.workshop import Workshop
from jupyter_envs.models import Difference, Package, Plan, Reporter, Spec
from jupyter_envs.origins import Origin
from jupyter_envs.pin import differences
from jupyter_envs.prefix import Contents
from jupyter_envs.redact import redact


async def plan_adoption(shop: Workshop, name: str, reporter: Reporter) -> Plan:
    """What `adopt` would write down: the plan says what differs from the lock, and its notes what cannot be locked."""
    async with shop.engine.session(reporter) as session:
        return (await propose_adoption(shop, name, session)).plan


async def adopt(shop: Workshop, name: str, reporter: Reporter, confirmed: str | None) -> None:
    """Write down what is there; nothing happens where the lock says that already.

    Raises `PlanChanged`, `NotFound`, `EnvironmentBusy`, `Unreachable`; then nothing has changed.
    """
    shop.store.require(name)
    async with shop.engine.session(reporter) as session:
        with shop.store.writing(name):
            await recover(shop, name, session, reporter)
            proposal = await propose_adoption(shop, name, session)
            require_confirmed(proposal, confirmed)
            environment = shop.store.get(name)
            if not differences(shop.locked(name), proposal.packages):
                return
            await shop.builder.adopt(
                name, proposal, reason(proposal.plan), session, reporter, generation=environment.current, check=False
            )


async def propose_adoption(shop: Workshop, name: str, session: Session) -> Proposal:
    """The environment as it is, as a proposal that needs no installing."""
    current = shop.store.get(name).current
    spec, lock = shop.store.spec(name, current), shop.store.lock(name, current)
    locked, folder = lock.for_platform(shop.platform), shop.store.prefix(name, current)
    interpreter = wheels_only.interpreter_of(lock, shop.platform)
    python = interpreter.version if interpreter else ""
    packages, notes = await with_origins(await shop.contents(name), spec, session, python=python)
    changes = differences(locked, packages)
    adopted = await adopted_spec(spec, changes, packages, folder, session)
    resolved = Resolved(adopted, tuple(packages), lock.channels, tuple(notes), interpreter=interpreter)
    return propose(Wanted(name, adopted), resolved, Pending((), {}), locked, shop.platform)


def reason(plan: Plan) -> str:
    """For the history: ``adopted + tqdm, ~ numpy``."""
    parts = [f"+ {package.name}" for package in plan.added]
    parts += [f"~ {change.name}" for change in (*plan.changed, *plan.rebuilt)]
    parts += [f"- {package.name}" for package in plan.removed]
    return f"adopted {', '.join(parts)}"[: wishes.REASON_LENGTH]


async def with_origins(
    contents: Contents, spec: Spec, session: Session, *, python: str = ""
) -> tuple[list[Package], list[str]]:
    """The packages that can be locked, each with its address and hash; and a note for each that cannot."""
    known: list[Package] = []
    notes: list[str] = []
    waiting: list[Package] = []
    for package in contents.packages:
        origin = contents.origins.get(package.name) if package.manager == "pip" else None
        local = origin is not None and origin.file
        found = of_file(package, origin.file, origin.sha256) if origin and local else package
        if found.url and found.sha256:
            known.append(found)
        elif why := unlockable(found, origin):
            notes.append(not_locked(package, why))
        else:
            waiting.append(package)
    found_there, missing = await from_index(waiting, contents.packages, spec, session, python=python)
    return [*known, *found_there], [*notes, *missing]


def unlockable(package: Package, origin: Origin | None) -> str:
    """Why no lock can hold a package that has no address with a hash; empty where an index may know it."""
    if package.manager == "conda":
        return "its record has no address or no sha256"
    if origin is None:
        return ""
    if origin.archive:
        return "it was installed from an archive whose hash nothing tells"
    where = f"a repository, {origin.address}" if origin.address else "a folder"
    return f"it was installed from {where}"


def not_locked(package: Package, why: str) -> str:
    """The note for a package that stays out of the lock."""
    return redact(f"{package.name} {package.version} is not taken into the lock: {why}.")


def of_file(package: Package, url: str, sha256: str) -> Package:
    """A package that was installed from a wheel on this machine, if the file or its hash is still known."""
    file = Path(unquote(urlsplit(url).path))
    if not sha256 and file.is_file():
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return replace(package, url=url if file.suffix == ".whl" else "", sha256=sha256)


async def from_index(
    packages: Sequence[Package], installed: Sequence[Package], spec: Spec, session: Session, *, python: str = ""
) -> tuple[list[Package], list[str]]:
    """Look wheels up in the package index, all at once, or one by one where the index does not have them all.

    ``python`` is the interpreter's version where conda has none.
    """
    if not packages:
        return [], []
    options = [line for line in spec.pip if piplines.classify(line).kind == "index"]
    conda = [package for package in installed if package.name == "python"]
    platform = packages[0].platform

    async def look_up(some: Sequence[Package]) -> list[Package]:
        lines = [*options, *(f"{package.name}=={package.version}" for package in some)]
        found = await session.resolve_pip(lines, conda, platform, dependencies=False, python=python)
        return list(found.packages)

    try:
        return await look_up(packages), []
    except EnvsError as error:
        if len(packages) == 1:
            why = "the package index has no wheel of this version"
            return [], [not_locked(packages[0], f"{why} ({error.code})")]
    each = [await from_index([package], installed, spec, session, python=python) for package in packages]
    return [package for found, _ in each for package in found], [note for _, notes in each for note in notes]


async def adopted_spec(
    spec: Spec, changes: Sequence[Difference], packages: Sequence[Package], folder: Path, session: Session
) -> Spec:
    """What the environment file has to ask for, so that what is there is an answer to it."""
    gone = [change for change in changes if change.after is None]
    spec = wishes.without_conda(spec, [change.name for change in gone if change.manager == "conda"])
    spec = wishes.without_pip(spec, [change.name for change in gone if change.manager == "pip"])
    new = {(change.manager, change.name) for change in changes if change.after is not None}
    there = [package for package in packages if (package.manager, package.name) in new]
    conda = [package for package in there if package.manager == "conda"]
    wheels = [package for package in there if package.manager == "pip"]
    spec = wishes.with_conda(spec, await conda_wishes(spec, conda, folder, session))
    return wishes.with_pip(spec, pip_wishes(spec, wheels, folder))


async def conda_wishes(spec: Spec, packages: Sequence[Package], folder: Path, session: Session) -> list[str]:
    """Match specs for what somebody asked conda for, and for what the spec does not allow as it is."""
    asked = {wishes.normal(wishes.conda_name(text)): text for text in spec.conda}
    pairs = [(asked[package.name], package) for package in packages if package.name in asked]
    allowed = await session.satisfies(pairs) if pairs else []
    wrong = [package for (_, package), good in zip(pairs, allowed, strict=True) if not good]
    noted = prefix.requested(folder, [package.name for package in packages if package.name not in asked])
    return [*(f"{package.name}={package.version}" for package in wrong), *noted]


def pip_wishes(spec: Spec, wheels: Sequence[Package], folder: Path) -> list[str]:
    """Requirement lines for what somebody asked pip for, not for what came along."""
    asked = wishes.pip_requirements(spec)
    lines = []
    for package in wheels:
        requirement = asked.get(package.name)
        if requirement is not None and requirement.specifier.contains(package.version, prereleases=True):
            continue
        if requirement is not None or prefix.was_requested(folder, package.name):
            lines.append(f"{package.name}=={package.version}")
    return lines
