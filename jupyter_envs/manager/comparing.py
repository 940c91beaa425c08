"""What differs between two environments, generations, prefixes, locks or environment files."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_envs import formats
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import NotFound
from jupyter_envs.formats import Limits
from jupyter_envs.machine import current_platform
from jupyter_envs.manager.exporting import source_of, source_of_prefix
from jupyter_envs.manager.foreign import Foreigners
from jupyter_envs.manager.including import include
from jupyter_envs.manager.requests import Documents
from jupyter_envs.manager.sources import lock_of
from jupyter_envs.models import Package, SilentReporter, Spec
from jupyter_envs.naming import check_name
from jupyter_envs.store import Store

Wishes = Spec
Packages = Sequence[Package]


@dataclass(frozen=True)
class Side:
    """One of two things to compare: a file by its ``text``, or else what ``name`` says.

    ``name`` is a file's path in ``documents``, where the files lie that its pip section names; or an environment's
    name, ``NAME@GENERATION``, or a conda environment's folder.
    """

    name: str
    text: str | bytes | None = None
    documents: Documents | None = None


async def read_side(side: Side, store: Store, others: Foreigners, engine: Engine, limits: Limits) -> Wishes | Packages:
    """The wishes of an environment file, with those of the files that it includes, or the packages of anything else.

    Raises `NotFound`, `InvalidInput`, `DiskTrouble`; for a ``pixi.lock`` also what the engine raises.
    """
    if side.text is not None:
        return await _read_text(side, side.text, engine, limits)
    if os.sep in side.name or side.name in (".", ".."):
        return (await asyncio.to_thread(source_of_prefix, Path(side.name), current_platform())).packages
    name, _, generation = side.name.partition("@")
    if store.exists(check_name(name)):
        source = await asyncio.to_thread(source_of, store, name, current_platform(), generation or None)
        return source.packages
    foreign = None if generation else await others.get(name)
    if foreign is not None:
        return (await others.source(foreign)).packages
    raise NotFound(
        f"There is no environment, file or folder {side.name}.",
        hints=("Name an environment, NAME@GENERATION, a lock, an environment file, or ./FOLDER of an environment.",),
        name=side.name,
    )


async def _read_text(side: Side, text: str | bytes, engine: Engine, limits: Limits) -> Wishes | Packages:
    found = formats.read(text, source=side.name, limits=limits)
    if found.spec is not None:
        return found.spec if side.documents is None else await include(found.spec, side.name, side.documents, limits)
    if found.lock is not None:
        return found.lock.packages
    async with engine.session(SilentReporter()) as session:
        return (await lock_of(found, None, session)).packages
