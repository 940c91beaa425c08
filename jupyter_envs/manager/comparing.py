"""What differs between two environments, generations, prefixes, locks or environment files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_envs import envfile, explicit_list, lockfile
from jupyter_envs.errors import NotFound
from jupyter_envs.manager.exporting import is_prefix, source_of, source_of_prefix
from jupyter_envs.models import Package, Spec
from jupyter_envs.store import Store, check_name

LOCK_MARK = "package:"


@dataclass(frozen=True)
class Side:
    """One of two things to compare: a file by its ``text``, or else what ``name`` says.

    ``name`` is a file's name for messages, an environment's name, ``NAME@GENERATION``, or a conda environment's folder.
    """

    name: str
    text: str | bytes | None = None


def read_side(side: Side, store: Store, platform: str) -> Spec | Sequence[Package]:
    """The wishes of an environment file, or the packages of anything else. Raises `NotFound`, `InvalidInput`."""
    if side.text is not None:
        return read_text(side.text, side.name)
    if os.sep in side.name or side.name in (".", ".."):
        return source_of_prefix(Path(side.name), platform).packages
    name, _, generation = side.name.partition("@")
    check_name(name)
    if store.exists(name):
        return source_of(store, name, platform, generation or None).packages
    if is_prefix(Path(side.name)):
        return source_of_prefix(Path(side.name), platform).packages
    raise NotFound(
        f"There is no environment, file or folder {side.name}.",
        hints=("Name an environment, NAME@GENERATION, a lock, an environment file, or an environment's folder.",),
        name=side.name,
    )


def read_text(text: str | bytes, name: str) -> Spec | Sequence[Package]:
    """A lock's packages or an environment file's wishes. Raises `InvalidFile`."""
    plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
    is_lock = explicit_list.is_explicit(plain) or any(line.startswith(LOCK_MARK) for line in plain.splitlines())
    if is_lock:
        return lockfile.parse(text, source=name).packages
    return envfile.parse(text, source=name)
