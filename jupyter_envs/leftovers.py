"""What a crash leaves below a store's root and beside Jupyter's kernels: found here, removed by whoever asks for it.

Nothing here is listed by an `environment.json`. What an environment that is being made right now has so far looks
the same; so whoever removes something holds the writer's right of that name, and looks again before.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_envs import kernelspec
from jupyter_envs.naming import NAME, NAME_LENGTH
from jupyter_envs.store import Store

PART = re.compile(r"\.(environment\.json|current)\.[0-9a-f]{8}")
TRASH = re.compile(r"(.+)-[0-9a-f]{8}")


@dataclass(frozen=True)
class Leftover:
    """A path that nothing uses, and the name of the environment that it was for."""

    name: str
    path: Path


def find(store: Store) -> list[Leftover]:
    """All of them, by path."""
    if not store.root.is_dir():
        return list(_kernel_parts())
    folders = [folder for folder in store.root.iterdir() if NAME.fullmatch(folder.name)]
    found = [leftover for folder in folders if folder.is_dir() for leftover in _of(store, folder)]
    return sorted([*found, *_trash(store.root), *_kernel_parts()], key=lambda leftover: leftover.path)


def remove(leftover: Leftover, store: Store) -> None:
    """Remove it, if it is still one. Raises `EnvironmentBusy`; OSError is the caller's."""
    with store.writing(leftover.name):
        if leftover not in find(store):
            return
        if leftover.path.is_dir() and not leftover.path.is_symlink():
            shutil.rmtree(leftover.path)
        else:
            leftover.path.unlink()


def _of(store: Store, folder: Path) -> Iterator[Leftover]:
    """Those of one environment, or all of a folder that is none."""
    if folder.is_symlink():
        return
    if not store.exists(folder.name):
        # one that had been published has a link to its prefix: then the record is lost, which is another matter
        if not (folder / "current").is_symlink():
            yield Leftover(folder.name, folder)
        return
    generations = store.listed(folder.name)
    if not generations:
        return
    prefixes = {store.prefix(folder.name, generation.id).name for generation in generations}
    unfinished = store.pending(folder.name)
    ids = {generation.id for generation in generations} | ({unfinished.id} if unfinished else set())
    parts = [path for path in folder.iterdir() if PART.fullmatch(path.name)]
    unlisted = [path for path in folder.glob("g/*") if path.name not in prefixes]
    records = [path for path in folder.glob("records/*") if path.name not in ids]
    yield from (Leftover(folder.name, path) for path in (*parts, *unlisted, *records))


def _trash(root: Path) -> Iterator[Leftover]:
    """What a removal had not come to the end of."""
    trash = root / ".trash"
    if trash.is_dir() and not trash.is_symlink():
        for path in trash.iterdir():
            found = TRASH.fullmatch(path.name)
            yield Leftover(found[1] if found else path.name, path)


def _kernel_parts() -> Iterator[Leftover]:
    """Kernelspecs that were written aside and never put in their place."""
    yield from (Leftover(path.name.removeprefix(kernelspec.ASIDE)[:NAME_LENGTH], path) for path in kernelspec.parts())
