"""The two files of a pin, beside its notebook: which names they have, and what is written into the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_envs import envfile, formats, pylock, requirements_file
from jupyter_envs.errors import EnvsError, FileExists
from jupyter_envs.formats import LIMITS, Limits
from jupyter_envs.manager.notebooks import asks_for, beside, read_pinned
from jupyter_envs.manager.requests import Documents
from jupyter_envs.models import Pin, Spec


@dataclass(frozen=True)
class Names:
    """An environment file and its lock, relative to the notebook; what is not ``written`` is another tool's."""

    file: str
    lock: str
    written: bool = True


async def write_file(
    path: str, name: str, spec: Spec, documents: Documents, limits: Limits = LIMITS
) -> tuple[str, str]:
    """Write the environment file where that is needed; ``(environment file, lock file)``, relative to the notebook.

    Secrets in addresses are not written; one that stands in the user's own file stays there. The notebook's own
    environment.yml or requirements file follows its environment, line by line, unless somebody edited it since it was
    locked; a file of another kind (pixi.toml) is kept while it asks for the same. Raises `FileExists` when no name is
    left.
    """
    old = await read_own(path, name, documents, limits)
    if old is not None:
        pinned, text = old
        same = await asks_for(beside(path, pinned.file), text, spec, documents, limits)
        amended = None if same else amend(pinned.file, text, spec, limits)
        if amended is not None:
            await documents.write(beside(path, pinned.file), amended)
        if same or amended is not None:
            return pinned.file, pinned.lock
    file, lock, missing = await choose_files(path, name, spec, documents, limits)
    if missing:
        writer = requirements_file.write if file.endswith(".txt") else envfile.write
        await documents.write(beside(path, file), writer(envfile.without_secrets(spec)))
    return file, lock


def amend(file: str, text: str, spec: Spec, limits: Limits) -> str | None:
    """The file's text with what ``spec`` asks for; None for one of a kind that is not written."""
    kind = formats.recognise(text, file)
    if kind not in ("environment", "requirements"):
        return None
    there = formats.read(text, source=file, limits=limits).spec
    safe = envfile.without_secrets(spec, there)
    if kind == "environment":
        return envfile.amend(text, safe)
    return requirements_file.amend(text, safe) if requirements_file.holds(safe) else None


async def read_own(path: str, name: str, documents: Documents, limits: Limits = LIMITS) -> tuple[Pin, str] | None:
    """A notebook's pin to an environment with the text of its file, if that is still what was locked."""
    try:
        pinned = await read_pinned(path, documents, limits)
        text = await documents.read(pinned.beside(pinned.pin.file)) if pinned.pin else None
    except EnvsError:
        return None
    if pinned.pin is None or pinned.pin.environment != name or text is None or not pinned.spec or not pinned.lock:
        return None
    locked = [
        pinned.lock.content_hash.get(platform) == envfile.content_hash(pinned.spec, platform)
        for platform in pinned.lock.platforms
    ]
    return (pinned.pin, text) if locked and all(locked) else None


def names(name: str, spec: Spec) -> Iterator[Names]:
    """What the files may be called, the best first; an environment.yml is for what a requirements file cannot hold."""
    if spec.engine == "pypi":
        yield Names("Pipfile.lock", "pylock.toml", written=False)
        yield Names("Pipfile", "pylock.toml", written=False)
    if requirements_file.holds(spec):
        yield Names("requirements.txt", "pylock.toml")
        yield Names(f"requirements-{name}.txt", f"pylock.{name.replace('.', '-')}.toml")
    for stem in ("environment", name):
        yield Names(f"{stem}.yml", f"{stem}.conda-lock.yml")


async def choose_files(
    path: str, name: str, spec: Spec, documents: Documents, limits: Limits = LIMITS
) -> tuple[str, str, bool]:
    """``(environment file, lock file, whether the first must be written)``, relative to the notebook.

    A file that is there and asks for the same is kept as it is, comments and all; one that asks for something
    else is never overwritten, and no lock of another tool is. Raises `FileExists` when no name is left.
    """
    free: list[Names] = []
    for known in names(name, spec):
        text = await documents.read(beside(path, known.file))
        if not await is_ours(beside(path, known.lock), documents):
            continue
        if text is not None and await asks_for(beside(path, known.file), text, spec, documents, limits):
            return known.file, known.lock, False
        free += [known] if text is None and known.written else []
        if free and spec.engine == "conda":
            break
    if free:
        return free[0].file, free[0].lock, True
    files = " and ".join(known.file for known in names(name, spec) if known.written)
    raise FileExists(
        f"{files} beside {path} ask for other packages than the environment {name} has.",
        hints=("Move or rename one of the files, then pin again.",),
        path=path,
    )


async def is_ours(path: str, documents: Documents) -> bool:
    """Whether a lock may be written there: nothing is, or what only we write."""
    text = await documents.read(path) if path.endswith(".toml") else None
    return text is None or pylock.is_ours(text)
