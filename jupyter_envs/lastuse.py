"""When an environment was last used: the time of a file in its folder, renewed at each use that we see.

Seen are kernels that a Jupyter server with the extension starts, notebooks that `jupyter envs run` runs, and pins that
are written. A kernel that something else started (an editor, nbclient, a scheduler) is seen while it runs, by its
connection file, and not afterwards. Access times of files are no help: the files are shared, and many disks keep none.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

STAMP = "used"


def renew(folder: Path) -> None:
    """The environment in ``folder`` is used now. Never an error: a full disk must not keep a kernel from starting."""
    with contextlib.suppress(OSError):
        stamp = os.open(folder / STAMP, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            os.utime(stamp)
        finally:
            os.close(stamp)


def last(folder: str) -> float | None:
    """Seconds since the epoch of the last use that was seen."""
    try:
        return os.lstat(f"{folder}{os.sep}{STAMP}").st_mtime
    except OSError:
        return None


def connected(runtime_dir: Path) -> dict[str, float]:
    """The kernels that have a connection file, by name, each with the time of its newest one."""
    found: dict[str, float] = {}
    for path in runtime_dir.glob("kernel-*.json"):
        try:
            name, time = str(json.loads(path.read_bytes())["kernel_name"]), path.stat().st_mtime
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found[name] = max(time, found.get(name, 0.0))
    return found


def latest(times: Iterable[float | None]) -> float | None:
    """The latest of those that are known."""
    return max((time for time in times if time is not None), default=None)
