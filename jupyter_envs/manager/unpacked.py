"""What packages take once they are unpacked, where this machine has them in its cache: no index says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from jupyter_envs.engine.cache import entry_path, is_cached
from jupyter_envs.models import Package


def unpacked_sizes(packages: Iterable[Package], cache_dir: Path) -> Mapping[str, int]:
    """Bytes by SHA-256, of those conda packages whose very archive is in the cache. Reads; never raises."""
    found = {}
    for package in packages:
        if package.manager == "conda" and package.sha256 and is_cached(package, cache_dir):
            size = _listed(entry_path(package, cache_dir) / "info" / "paths.json")
            if size is not None:
                found[package.sha256] = size
    return found


def _listed(paths: Path) -> int | None:
    """The sum over a package's own list of its files; None where that does not say."""
    try:
        entries = json.loads(paths.read_bytes())["paths"]
        sizes = [entry["size_in_bytes"] for entry in entries if entry.get("path_type") != "softlink"]
        return sum(sizes) if all(isinstance(size, int) and size >= 0 for size in sizes) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
