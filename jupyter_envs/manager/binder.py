"""The use case Binder: the files that a repository needs there, what is wrong with it, and the link.

One `Survey` reads notebooks, locks and the checkout; `report` makes of it what is shown, `write` changes files.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_envs import binder
from jupyter_envs.binder import File, Link, State, Target, Wish
from jupyter_envs.errors import EnvsError, Forbidden, InvalidInput, PlanChanged
from jupyter_envs.formats import Limits
from jupyter_envs.manager import preflight
from jupyter_envs.manager.binder_values import BinderReport, BinderRequest, Change, Finding, Places
from jupyter_envs.manager.notebooks import Pinned, read_pinned
from jupyter_envs.manager.preflight import Ground
from jupyter_envs.manager.unpacked import unpacked_sizes
from jupyter_envs.models import Spec
from jupyter_envs.redact import show

POST_BUILD = f"{binder.FOLDER}/postBuild"
MOST_NOTEBOOKS = 100


@dataclass(frozen=True)
class Defaults:
    """What the configuration says: the hub, the base image of Dockerfiles, and where unpacked packages are."""

    hub: str
    image: str
    cache_dir: Path


@dataclass(frozen=True)
class Survey:
    """What is there: notebooks with their pins, the environments that they need, the repository.

    ``base`` is the path, in the documents, of the folder that ``binder/`` belongs into; None if it is outside of them.
    ``kept`` are those of the notebooks that nobody named now, but that the files are for already.
    """

    notebooks: tuple[Pinned, ...]
    targets: tuple[Target, ...]
    ground: Ground
    base: str | None
    kept: tuple[str, ...] = ()

    def inside(self, path: str) -> str:
        """A path of the documents as one of the repository."""
        return posixpath.relpath(path, self.base) if self.base else path


async def survey(request: BinderRequest, documents: Places, limits: Limits) -> Survey:
    """Read everything that decides. Raises `InvalidInput` for no notebook or one of another repository, and more."""
    if not request.notebooks:
        raise InvalidInput("Which notebook?", key="notebooks")
    notebooks = tuple([await read_pinned(path, documents, limits) for path in dict.fromkeys(request.notebooks)])
    first = documents.place(notebooks[0].path)
    published = binder.parse_repository(request.repository) if request.repository else None
    ground = await asyncio.to_thread(preflight.look, first.parent if first else None, request.ref, published)
    base = _base(ground, [pinned.path for pinned in notebooks], documents)
    others = await _others(notebooks, base, documents, limits) if request.mode == "locked" else ()
    everything = (*notebooks, *others)
    targets = tuple(targets_of(everything, base))
    return Survey(everything, targets, ground, base, tuple(pinned.path for pinned in others))


async def _others(named: Sequence[Pinned], base: str | None, documents: Places, limits: Limits) -> tuple[Pinned, ...]:
    """The further notebooks that the files are for already: writing for one must not take another's kernel away."""
    script = None if base is None else await documents.read(posixpath.join(base, POST_BUILD))
    if script is None or base is None or binder.state_of(script, "") is State.FOREIGN:
        return ()
    known, found = {pinned.path for pinned in named}, []
    for name in binder.notebooks_of(script)[:MOST_NOTEBOOKS]:
        path = posixpath.normpath(posixpath.join(base, name))
        with suppress(EnvsError):
            # one that is gone, or that has no pin any more, needs no environment
            if path not in known and (pinned := await read_pinned(path, documents, limits)).lock is not None:
                found.append(pinned)
                known.add(path)
    return tuple(found)


def targets_of(notebooks: Sequence[Pinned], base: str | None = None) -> Iterator[Target]:
    """One target for each environment and lock, in the same order whoever names the notebooks in which order."""
    groups: dict[tuple[str, str], list[Pinned]] = {}
    for pinned in notebooks:
        if pinned.pin is not None and pinned.lock is not None:
            groups.setdefault((pinned.pin.environment, pinned.lock.digest()), []).append(pinned)
    for (name, _), group in sorted(groups.items()):
        kernels = tuple(sorted({kernel for pinned in group if (kernel := preflight.kernel_of(pinned))}))
        paths = sorted(posixpath.relpath(pinned.path, base) if base else pinned.path for pinned in group)
        lock, spec = group[0].lock, group[0].spec
        assert lock is not None
        yield Target(name, lock, spec or Spec(), tuple(paths), kernels)


def _base(ground: Ground, notebooks: Sequence[str], documents: Places) -> str | None:
    """Where ``binder/`` goes: the repository's top, or without one the folder that all notebooks are in."""
    if ground.checkout is None:
        return posixpath.commonpath([posixpath.dirname(path) for path in notebooks])
    for path in notebooks:
        place = documents.place(path)
        if place is None or not place.is_relative_to(ground.checkout.top):
            raise InvalidInput(f"{path} is in another repository than {notebooks[0]}.", path=path)
    root = documents.place("")
    if root is None or not ground.checkout.top.is_relative_to(root):
        return None
    inside = ground.checkout.top.relative_to(root).as_posix()
    return "" if inside == "." else inside


def wanted(request: BinderRequest, targets: Sequence[Target], image: str) -> tuple[File, ...]:
    """The files to be. Raises `InvalidInput` where a package cannot be named or an image is not pinned."""
    wish = Wish(puller=bool(request.content))
    if request.mode == "merge":
        if len(targets) > 1:
            raise InvalidInput("Merge mode has one environment for the whole repository.", key="mode")
        return tuple(file for target in targets for file in binder.merge_files(target, wish))
    recipe = (binder.recipe(targets, request.base_image or image),) if request.dockerfile else ()
    return (*binder.write_files(targets, wish), *recipe) if targets else recipe


async def changes(files: Sequence[File], base: str | None, documents: Places) -> tuple[Change, ...]:
    """The files to be, each beside what is there."""
    found = []
    for file in files:
        before = None if base is None else await documents.read(posixpath.join(base, file.path))
        found.append(Change(file.path, file.text, before, binder.state_of(before, file.text)))
    return tuple(found)


async def write(found: Sequence[Change], base: str | None, documents: Places, *, over: bool) -> tuple[Change, ...]:
    """Write what is not as it should be; what people wrote only with ``over``. Returns what is there afterwards."""
    if base is None:
        raise Forbidden("The repository's top folder is outside of this server's root folder: nothing was written.")
    after = []
    for change in found:
        if change.state is not State.SAME and (over or not change.state.is_peoples):
            path = posixpath.join(base, change.path)
            if folder := posixpath.dirname(path):
                await documents.make_folder(folder)
            await documents.write(path, change.text)
            after.append(replace(change, before=change.text, state=State.SAME))
        else:
            after.append(change)
    return tuple(after)


async def prepare(request: BinderRequest, documents: Places, limits: Limits, defaults: Defaults) -> BinderReport:
    """Look, write if that is asked for, and report what is there then. Raises as the functions above."""
    seen = await survey(request, documents, limits)
    problems, files = await asyncio.to_thread(_files, request, seen.targets, defaults.image)
    found = await changes(files, seen.base, documents)
    draft = _report(request, seen, defaults.hub, found)
    written: tuple[str, ...] = ()
    if request.write:
        if request.confirmed and request.confirmed != draft.hash:
            raise PlanChanged("The files are not any more as they were shown.", hints=("Look at them again.",))
        after = await write(found, seen.base, documents, over=request.overwrite and bool(request.confirmed))
        written = tuple(new.path for old, new in zip(found, after, strict=True) if old != new)
        found = after
    findings = [*await _findings(request, seen, found, documents), *problems]
    sizes = await asyncio.to_thread(unpacked_sizes, binder.needed(seen.targets), defaults.cache_dir)
    return replace(
        _report(request, seen, defaults.hub, found),
        findings=tuple(findings),
        written=written,
        estimate=binder.estimate(seen.targets, sizes),
    )


def _files(
    request: BinderRequest, targets: Sequence[Target], image: str
) -> tuple[tuple[Finding, ...], tuple[File, ...]]:
    """The files, or what keeps them from being made; a wrong request is raised."""
    if request.dockerfile:
        binder.check_image(request.base_image or image)
    clashes = [problem for problem in binder.problems(targets) if problem.code == "kernel-clash"]
    if clashes:
        # said by the preflight; two environments would write the same lists
        return (), ()
    try:
        return (), wanted(request, targets, image)
    except InvalidInput as error:
        if error.fields.get("package") is None:
            raise
        return (Finding("not-writable", error.message, error.hints[0]),), ()


async def _findings(request: BinderRequest, seen: Survey, found: Sequence[Change], documents: Places) -> list[Finding]:
    findings = list(seen.ground.findings)
    for pinned in seen.notebooks:
        findings += preflight.of_notebook(pinned, request.mode == "merge")
    findings += preflight.of_targets(seen.targets)
    findings += preflight.of_files(found, await _stale(found, seen.base, documents), request.notebooks)
    findings += await asyncio.to_thread(preflight.of_top, _top(seen, documents))
    if seen.base is None:
        findings.append(_OUTSIDE)
    elif seen.ground.checkout is not None:
        paths = [*_needed(seen), *(change.path for change in found if change.before is not None)]
        findings += await asyncio.to_thread(_states, seen, list(dict.fromkeys(paths)))
    return findings


_OUTSIDE = Finding(
    "top-outside",
    "The repository's top folder, where binder/ belongs, is outside of this server's root folder.",
    "Start Jupyter in the repository's top folder, or use jupyter envs binder on the command line.",
)


def _top(seen: Survey, documents: Places) -> Path | None:
    """The folder that ``binder/`` belongs into, on the disk."""
    if seen.ground.checkout is not None:
        return seen.ground.checkout.top
    return documents.place(seen.base) if seen.base is not None else None


def _states(seen: Survey, paths: Sequence[str]) -> tuple[Finding, ...]:
    ground = seen.ground
    try:
        filtered = [preflight.of_commit(ground, pinned, seen.inside(pinned.path)) for pinned in seen.notebooks]
        return (*preflight.of_states(ground, paths), *(finding for found in filtered for finding in found))
    except EnvsError as error:
        return (Finding("no-git", error.message, "Try again."),)


def _needed(seen: Survey) -> Iterator[str]:
    """The notebooks with their files, as paths of the repository."""
    for pinned in seen.notebooks:
        yield seen.inside(pinned.path)
        if pinned.pin is not None:
            yield seen.inside(pinned.beside(pinned.pin.file))
            yield seen.inside(pinned.beside(pinned.pin.lock))


async def _stale(found: Sequence[Change], base: str | None, documents: Places) -> list[str]:
    """Generated files below ``binder/`` that are not among those to be."""
    folder = None if base is None else documents.place(posixpath.join(base, binder.FOLDER))
    if folder is None or base is None:
        return []
    names = await asyncio.to_thread(_listed, folder)
    paths = [f"{binder.FOLDER}/{name}" for name in names]
    known = {change.path for change in found}
    stale = []
    for path in paths:
        if path not in known and (text := await documents.read(posixpath.join(base, path))) is not None:
            stale += [path] if binder.state_of(text, "") is State.GENERATED else []
    return stale


def _listed(folder: Path) -> list[str]:
    """The lists and scripts of a folder; what is larger than any of ours is none."""
    try:
        files = [file for file in folder.iterdir() if file.suffix in (".lock", ".yml", "") and file.is_file()]
        return sorted(file.name for file in files if file.stat().st_size < 20_000_000)  # noqa: PLR2004
    except OSError:
        return []


def _report(request: BinderRequest, seen: Survey, hub: str, found: tuple[Change, ...]) -> BinderReport:
    hub = binder.check_hub(request.hub or hub)
    ground = seen.ground
    limits = binder.LIMITS if request.mode == "merge" else ()
    kept = (f"Also built, as before: {', '.join(map(show, seen.kept))}.",) if seen.kept else ()
    pushed = ("Whether it is pushed is what git knew when it last fetched.",) if ground.checkout else ()
    return BinderReport(
        notebooks=tuple(pinned.path for pinned in seen.notebooks),
        mode=request.mode,
        hub=hub,
        repository=ground.repository,
        commit=ground.commit,
        links=tuple(_links(request, seen, hub)),
        findings=(),
        notes=(*ground.notes, *kept, *limits, *pushed),
        changes=found,
        written=(),
        estimate=binder.estimate(seen.targets),
    )


def _links(request: BinderRequest, seen: Survey, hub: str) -> Iterator[Link]:
    """A link for each notebook; none where the repository or its commit is not known."""
    repository, commit = seen.ground.repository, seen.ground.commit
    if repository is None or (repository.provider in binder.WITH_REF and not binder.is_commit(commit)):
        return
    exact = repository.at(commit)
    content = binder.parse_repository(request.content) if request.content else None
    for pinned in seen.notebooks:
        # without a base the paths of the documents lead nowhere in the repository
        notebook = seen.inside(pinned.path) if seen.base is not None else ""
        if content is not None:
            yield binder.puller_link(exact, content, notebook, hub=hub)
        else:
            yield binder.launch_link(exact, notebook, hub=hub)
