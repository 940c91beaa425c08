"""Which entries of the package cache are not whole: by name and size, or by every file's hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_envs.engine.cache import FIRST_REVISION, lock_path, packages_dir, read_lock

BLOCK = 1 << 20


def damaged_entries(cache_dir: Path, *, deep: bool = False) -> Iterator[tuple[Path, str]]:
    """``(entry, what is wrong with it)``; ``deep`` reads every file."""
    folder = packages_dir(cache_dir)
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.name.startswith("."):
            reason = damage(entry, deep=deep)
            if reason is not None:
                yield entry, reason


def damage(entry: Path, *, deep: bool = False) -> str | None:
    """What is wrong with an entry; None for a whole one."""
    if not lock_path(entry).exists():
        return "it was not fetched to the end"
    try:
        revision, sha256 = read_lock(entry)
        listed = json.loads((entry / "info" / "paths.json").read_bytes())["paths"]
        if revision != FIRST_REVISION or len(sha256) != 64:  # noqa: PLR2004
            return "its own record is damaged"
        return next((reason for item in listed if (reason := wrong(entry, item, deep=deep)) is not None), None)
    except (OSError, ValueError, KeyError, TypeError):
        return "its list of files cannot be read"


def wrong(entry: Path, item: dict[str, Any], *, deep: bool) -> str | None:
    """What is wrong with one file of an entry."""
    path = entry / item["_path"]
    if item.get("path_type") in ("softlink", "directory"):
        return None if os.path.lexists(path) else f"{item['_path']} is missing"
    try:
        size = path.lstat().st_size
    except OSError:
        return f"{item['_path']} is missing"
    if "size_in_bytes" in item and size != item["size_in_bytes"]:
        return f"{item['_path']} has another size"
    if deep and item.get("sha256") and sha256_of(path) != item["sha256"]:
        return f"{item['_path']} was changed"
    return None


def sha256_of(path: Path) -> str:
    """A file's hash."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
