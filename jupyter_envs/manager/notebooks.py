"""A notebook's pin and the two files beside it, through `Documents`."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_envs import envfile, formats, lockfile, pin
from jupyter_envs.errors import EnvsError, InvalidFile, NotFound
from jupyter_envs.formats import LIMITS, Limits
from jupyter_envs.manager.including import include
from jupyter_envs.manager.requests import Documents
from jupyter_envs.models import Lock, Pin, Spec


@dataclass(frozen=True)
class Pinned:
    """What a notebook says and what its files hold; None where there is no file, or one that is not understood."""

    path: str
    notebook: dict[str, Any]
    pin: Pin | None
    spec: Spec | None
    lock: Lock | None

    def beside(self, file: str) -> str:
        """The path of a file that the pin names."""
        return beside(self.path, file)


def beside(path: str, file: str) -> str:
    """A path relative to the notebook as one relative to the root."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), file))


async def read_notebook(path: str, documents: Documents) -> dict[str, Any]:
    """A notebook as nbformat writes it. Raises `NotFound`, or `InvalidFile` for what is not a notebook."""
    text = await documents.read(path)
    if text is None:
        raise NotFound(f"There is no notebook {path}.", hints=("Check its path; it may have been moved.",), path=path)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidFile(f"{path} is not a notebook: {error}", path=path) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("metadata", {}), dict):
        raise InvalidFile(f"{path} is not a notebook.", hints=("Give the path of an .ipynb file.",), path=path)
    return notebook


async def save_notebook(path: str, notebook: dict[str, Any], documents: Documents) -> None:
    """Write a notebook in nbformat's own form, so that nothing but the change shows in a diff."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
    await documents.write(path, text + "\n")


async def read_pinned(path: str, documents: Documents, limits: Limits = LIMITS) -> Pinned:
    """A notebook with its pin and the files of its pin."""
    notebook = await read_notebook(path, documents)
    found = pin.read(notebook.get("metadata", {}))
    return await with_files(path, notebook, found, documents, limits)


async def with_files(
    path: str, notebook: dict[str, Any], found: Pin | None, documents: Documents, limits: Limits = LIMITS
) -> Pinned:
    """A notebook with the files of a pin that it has, or is about to get."""
    if found is None:
        return Pinned(path, notebook, None, None, None)
    text = await documents.read(beside(path, found.file))
    lock = await documents.read(beside(path, found.lock))
    return Pinned(
        path,
        notebook,
        found,
        await read_spec(beside(path, found.file), text, documents, limits) if text is not None else None,
        lockfile.parse_again(lock, found.lock, limits.lock, limits.depth) if lock is not None else None,
    )


def file_of(pinned: Pinned) -> Spec:
    """What a pin's environment file asks for. Raises `NotFound` where the file is not there."""
    if pinned.spec is None:
        file = pinned.beside(pinned.pin.file if pinned.pin else "environment.yml")
        raise NotFound(
            f"The environment file {file} is not there.",
            hints=("Bring the file back, or pin the notebook again.",),
            path=file,
        )
    return pinned.spec


async def read_lock(path: str, documents: Documents, limits: Limits = LIMITS) -> Lock | None:
    """The lock at a path; None where there is none, or one that cannot be read and is about to be replaced."""
    text = await documents.read(path)
    try:
        return lockfile.parse(text, limit=limits.lock, max_depth=limits.depth) if text is not None else None
    except EnvsError:
        return None


def keeping_others(old: Lock | None, new: Lock) -> Lock:
    """``new``, with what ``old`` has for platforms that ``new`` does not cover: a team's machines differ."""
    if old is None:
        return new
    others = tuple(platform for platform in old.platforms if platform not in new.platforms)
    kept = tuple(package for package in old.packages if package.platform in others)

    def joined(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
        return {**{platform: value for platform, value in before.items() if platform in others}, **now}

    return Lock(
        packages=(*kept, *new.packages),
        channels=new.channels,
        platforms=tuple(dict.fromkeys((*old.platforms, *new.platforms))),
        content_hash=joined(old.content_hash, new.content_hash),
        as_of=joined(old.as_of, new.as_of),
        system=joined(old.system, new.system),
        python=joined(old.python, new.python),
    )


async def asks_for(path: str, text: str, spec: Spec, documents: Documents, limits: Limits = LIMITS) -> bool:
    """Whether an environment file asks for just this; one that cannot be read asks for something else."""
    try:
        return envfile.asks_same(await read_spec(path, text, documents, limits), spec)
    except EnvsError:
        return False


async def read_spec(path: str, text: str, documents: Documents, limits: Limits = LIMITS) -> Spec:
    """What an environment file asks for, with the files that its pip section names. Raises `InvalidFile`."""
    name = posixpath.basename(path)
    found = formats.read(text, source=name, limits=limits)
    if found.spec is None:
        raise InvalidFile(
            f"{name} is a lock, where a file belongs that says what is asked for.",
            hints=("Name an environment.yml or a pixi.toml as the pin's file, and the lock as its lock.",),
            path=path,
        )
    return await include(found.spec, path, documents, limits)


def with_pin(notebook: dict[str, Any], new: Pin | None, kernel: dict[str, str] | None = None) -> dict[str, Any]:
    """A notebook with another pin (or none), and with the kernel that runs it."""
    metadata = notebook.get("metadata", {})
    changed = pin.remove(metadata) if new is None else pin.write(metadata, new)
    if kernel is not None:
        changed = {**changed, "kernelspec": kernel}
    return {**notebook, "metadata": changed}
