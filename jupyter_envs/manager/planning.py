"""From a request to a proposal: what would be installed, and what that means for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jupyter_envs import envfile, matchspec, pipsection
from jupyter_envs.channels import LICENCE_NOTE, has_licence_terms
from jupyter_envs.differences import normal_name
from jupyter_envs.engine.answers import Pending, Solution, Wheels
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import InvalidInput, InvalidSpec, NotFound, Unreachable, Unsolvable
from jupyter_envs.manager import mixing, wheels_only
from jupyter_envs.manager.moments import choose
from jupyter_envs.manager.requests import CreateRequest
from jupyter_envs.manager.values import Proposal
from jupyter_envs.models import KERNEL_PACKAGE, Difference, Interpreter, Lock, Package, Plan, Spec
from jupyter_envs.pin import differences
from jupyter_envs.virtual import THIS_SYSTEM, System

KERNEL_ADDED = "ipykernel was added: without it no notebook could use this environment."

SHARED_COPIED = (
    "Files of the shared cache {} are copied, and take their space again: hard links to them are not possible here."
)
MAY_BRING_SCRIPTS = (
    "Packages still to be downloaded may bring activation scripts, which run once; link scripts never run."
)


@dataclass(frozen=True)
class Wanted:
    """A request, read: a name and a Spec, or a Lock that needs no solving.

    A Spec is solved near the ``locked`` packages, for a machine as in ``system``, as of the moment ``as_of``; PyPI's
    packages alone for a ``python`` as there was, where one is here.
    """

    name: str
    spec: Spec
    lock: Lock | None = None
    kernel_in_spec: bool = False
    notes: tuple[str, ...] = ()
    locked: tuple[Package, ...] = ()
    system: System = THIS_SYSTEM
    as_of: str = ""
    python: str = ""


def under(wanted: Wanted, as_of: str, system: System) -> Wanted:
    """The same, for a machine as in ``system`` and as of a date. Raises `InvalidInput` for a date beside a lock."""
    if wanted.lock is not None and as_of:
        raise InvalidInput(
            "A lock says itself which packages are installed; a date has no meaning beside it.",
            hints=("Give the date with packages or with an environment file.",),
            key="as_of",
        )
    return replace(wanted, system=system, as_of=choose(as_of, wanted.as_of))


def named(given: str | None, fallback: str | None) -> str:
    """The environment's name, from the request or from the file."""
    name = given or fallback
    if not name:
        raise InvalidInput(
            "The environment needs a name.", hints=("Give one, or write a line “name:” into the file.",), key="name"
        )
    return name


def spec_of_lock(name: str, lock: Lock, platform: str) -> Spec:
    """What a lock asks for when nothing else is known: exactly its packages."""
    packages = lock.for_platform(platform)
    conda = tuple(f"{package.name}=={package.version}" for package in packages if package.manager == "conda")
    pip = tuple(f"{package.name}=={package.version}" for package in packages if package.manager == "pip")
    return Spec(name, lock.channels, conda, pip, python="" if conda else wheels_only.python_of(lock, platform))


@dataclass(frozen=True)
class Resolved:
    """Packages for one platform, the Spec and the channels that they came from, and what people should be told."""

    spec: Spec
    packages: tuple[Package, ...]
    channels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    as_of: str = ""
    interpreter: Interpreter | None = None


async def resolve(
    wanted: Wanted, session: Session, platform: str, default_channels: Sequence[str], builds: bool = False
) -> Resolved:
    """Find the packages: from the lock if there is one, else by solving the Spec; ``builds`` allows source archives.

    Raises `NotFound` when the lock does not cover the platform, `Unsolvable`, `Unreachable`, `InvalidSpec`.
    """
    if wanted.lock is not None:
        found = of_lock(wanted, wanted.lock, platform, builds)
        return await with_interpreter(found, wanted.lock, session, platform)
    spec = envfile.select(wanted.spec, platform)
    if spec.engine == "pypi":
        return await resolve_wheels(wanted, spec, session, platform, channels=default_channels, builds=builds)
    if not spec.conda:
        raise InvalidSpec(
            "The environment would be empty: no package is asked for.",
            hints=("Add at least “python” to its packages.",),
        )
    channels = [channel for channel in spec.channels if channel != "nodefaults"] or list(default_channels)
    pipsection.read(spec.pip, builds=builds)  # what cannot be locked is refused before anything is solved
    names = pipsection.names(spec.pip)

    async def solve(specs: Sequence[str]) -> Solution:
        return await session.solve(
            channels, specs, platform, names, locked=wanted.locked, system=wanted.system, as_of=wanted.as_of
        )

    solution = await solve(spec.conda)
    notes = wanted.notes
    asked = wanted.spec
    if solution.lacks_kernel:
        solution = await solve([*spec.conda, KERNEL_PACKAGE])
        notes = (*notes, *([] if any(package.name == KERNEL_PACKAGE for package in wanted.locked) else [KERNEL_ADDED]))
        if wanted.kernel_in_spec:
            asked = replace(asked, conda=(*asked.conda, KERNEL_PACKAGE))
    wheels = Wheels()
    if spec.pip:
        wheels = await session.resolve_pip(
            spec.pip, solution.packages, platform, locked=wanted.locked, system=wanted.system, as_of=wanted.as_of
        )
    notes = (*notes, *mixing.notes(names, solution.packages, wheels.packages))
    licence = (LICENCE_NOTE,) if has_licence_terms(channels) else ()
    notes = (*notes, *licence, *notes_on_withdrawn(wheels), *notes_on_date(wanted.as_of, solution, wheels))
    return Resolved(asked, (*solution.packages, *wheels.packages), tuple(channels), notes, wanted.as_of)


async def resolve_wheels(
    wanted: Wanted, spec: Spec, session: Session, platform: str, *, channels: Sequence[str], builds: bool
) -> Resolved:
    """PyPI's packages alone, for a Python that is here; where none fits, for conda's."""
    pipsection.read(spec.pip, builds=builds)
    try:
        interpreter = await session.find_python(spec.python, wanted.python)
    except NotFound as lacking:
        return await with_condas_python(wanted, lacking, session, platform, channels=channels, builds=builds)
    found = await wheels_only.find(
        spec, interpreter, session, platform, locked=wanted.locked, system=wanted.system, as_of=wanted.as_of
    )
    added = found.kernel_added and all(package.name != KERNEL_PACKAGE for package in wanted.locked)
    asked = wanted.spec
    if found.kernel_added and wanted.kernel_in_spec:
        asked = replace(asked, pip=(*asked.pip, KERNEL_PACKAGE))
    notes = (*wanted.notes, *([KERNEL_ADDED] if added else []))
    notes = (*notes, *mixing.notes(pipsection.names(spec.pip), (), found.wheels.packages))
    notes = (*notes, *notes_on_withdrawn(found.wheels))
    notes = (*notes, *notes_on_date(wanted.as_of, Solution((), False), found.wheels))
    return Resolved(asked, found.wheels.packages, (), notes, wanted.as_of, interpreter)


async def with_condas_python(
    wanted: Wanted, lacking: NotFound, session: Session, platform: str, *, channels: Sequence[str], builds: bool
) -> Resolved:
    """The same packages beside conda's Python. Raises ``lacking`` where no channel has one, or none answers."""
    spec = replace(wanted.spec, conda=(matchspec.of_python(wanted.spec.python),), python="")
    note = f"{lacking.message} Conda's is taken: this is an environment with conda packages."
    try:
        return await resolve(
            replace(wanted, spec=spec, notes=(*wanted.notes, note)), session, platform, channels, builds
        )
    except (Unreachable, Unsolvable) as error:
        first = error.message.splitlines()[0]
        hints = (*lacking.hints, f"Conda's Python cannot be had either: {first}")
        raise NotFound(lacking.message, hints=hints, **lacking.fields) from error


async def with_interpreter(found: Resolved, lock: Lock, session: Session, platform: str) -> Resolved:
    """A lock of PyPI packages alone, for a Python of this machine that its wheels fit. Raises `NotFound`."""
    if found.interpreter is None:
        return found
    return replace(found, interpreter=await wheels_only.find_python(lock, session, platform))


def notes_on_withdrawn(wheels: Wheels) -> Iterator[str]:
    """What people should be told of releases that their authors have withdrawn (PEP 592)."""
    if wheels.yanked:
        yield f"Withdrawn by those who published it: {', '.join(wheels.yanked)}."


def notes_on_date(as_of: str, solution: Solution, wheels: Wheels) -> Iterator[str]:
    """What people should be told of a solve as of a date."""
    if not as_of:
        return
    yield f"As of {as_of}: what came later was not considered."
    if newer := sorted({*solution.newer, *wheels.newer}):
        yield f"Newer than that, because their versions are named: {', '.join(newer)}."
    if solution.undated:
        yield f"Their channel states no time for these, which counts as older: {', '.join(solution.undated)}."


def of_lock(wanted: Wanted, lock: Lock, platform: str, builds: bool) -> Resolved:
    """The lock's own packages. Raises `NotFound`, and `Forbidden` for what must be built where that is not allowed."""
    packages = lock.for_platform(platform)
    if not packages:
        covered = ", ".join(lock.platforms) or "nothing"
        raise NotFound(
            f"The lock covers {covered}, not this machine ({platform}).",
            hints=("Lock for this machine first.",),
            platform=platform,
        )
    pipsection.check_builds(packages, builds)
    asks = wanted.spec.conda or wanted.spec.pip
    same = asks and lock.content_hash.get(platform) == envfile.content_hash(wanted.spec, platform)
    spec = wanted.spec if same else spec_of_lock(wanted.name, lock, platform)
    notes = mixing.notes([], packages, packages)
    as_of, interpreter = lock.as_of.get(platform, ""), wheels_only.interpreter_of(lock, platform)
    return Resolved(spec, packages, lock.channels, notes, as_of, interpreter)


def propose(
    wanted: Wanted, resolved: Resolved, pending: Pending, current: Sequence[Package], platform: str
) -> Proposal:
    """The plan that is shown, held against the ``current`` packages of the environment (none for a new one)."""
    changes = differences(current, resolved.packages)
    # conda and pip may each have a package of one name
    new = {(change.manager, change.name) for change in changes if change.before is None}
    gone = {(change.manager, change.name) for change in changes if change.after is None}
    here = {package.identity for package in current}
    wheels = [package for package in resolved.packages if package.manager == "pip" and package.identity not in here]
    fetched = [*pending.downloads, *wheels]
    lock = Lock(resolved.packages, platforms=(platform,))
    plan = Plan(
        environment=wanted.name,
        added=requested_first(
            resolved.spec, [one for one in resolved.packages if (one.manager, normal_name(one)) in new]
        ),
        removed=tuple(one for one in current if (one.manager, normal_name(one)) in gone),
        changed=tuple(change for change in changes if is_change(change) and not is_rebuild(change)),
        rebuilt=tuple(change for change in changes if is_rebuild(change)),
        channels=resolved.channels,
        pip=resolved.spec.pip,
        variables=resolved.spec.variables,
        to_fetch=len(fetched),
        download=sum(package.size or 0 for package in fetched),
        runs_code=(
            *(
                f"{name}: {script} runs when the environment is built"
                for name in pending.scripts
                for script in pending.scripts[name]
            ),
            *mixing.builds(wheels),
        ),
        notes=(
            *resolved.notes,
            *([MAY_BRING_SCRIPTS] if pending.missing else []),
            *(SHARED_COPIED.format(folder) for folder in pending.copied),
        ),
        digest=lock.digest(platform),
    )
    hashes = {platform: envfile.content_hash(resolved.spec, platform)}
    plan = wheels_only.with_python(plan, resolved.interpreter)
    return Proposal(plan, resolved.spec, resolved.packages, hashes, resolved.as_of, resolved.interpreter)


def requested_names(spec: Spec) -> set[str]:
    """The names of the packages that were asked for by name, conda's and PyPI's."""
    conda = {matchspec.parse(matchspec.strip_comment(text)).name for text in spec.conda}
    return conda | set(pipsection.names(spec.pip))


def requested_first(spec: Spec, packages: Sequence[Package]) -> tuple[Package, ...]:
    """The same packages, those that were asked for in front."""
    names = requested_names(spec)
    return tuple(sorted(packages, key=lambda package: (package.name not in names, package.name)))


def is_change(change: Difference) -> bool:
    """Whether a package is there before and after, but not the same."""
    return change.before is not None and change.after is not None


def is_rebuild(change: Difference) -> bool:
    """Whether only the build is another one; `differences` then writes it behind the version."""
    before, after = (change.before or "").split(), (change.after or "").split()
    return len(before) > 1 and len(after) > 1 and before[0] == after[0]


def reason_of(request: CreateRequest, exists: bool) -> str:
    """Why a generation is made, in the words of its history."""
    if request.pin is not None:
        return (
            "updated from its file" if request.update else "restored from the lock" if exists else "built from the lock"
        )
    if request.lock is not None:
        return "created from a lock"
    if request.clone is not None:
        return f"cloned from {request.clone}"[:200]
    return "created from a file" if request.file is not None else f"created with {', '.join(request.packages)}"[:200]
