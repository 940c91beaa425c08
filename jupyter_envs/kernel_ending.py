"""Ends the kernels that run from some prefixes, whoever started them; says which they were.

A server that watches a kernel starts it again when it ends. So who takes a prefix away ends its kernels before, which
may fail and then nothing has happened, and once more when the prefix is out of its place and nothing starts from it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from jupyter_envs.errors import EnvironmentInUse
from jupyter_envs.holders import started
from jupyter_envs.running import kernels_of

SECONDS_TO_END = 3.0
SECONDS_TO_DIE = 5.0
SECONDS_BETWEEN = 0.02


def end_kernels(prefixes: Sequence[Path]) -> list[int]:
    """Ask the kernels of these prefixes to end, end those that do not; the ids of their processes.

    Raises `EnvironmentInUse` for kernels that are not ours to end, such as another user's.
    """
    known = {pid: started(pid) for pid in kernels_of(prefixes)}
    for sent, seconds in ((signal.SIGTERM, SECONDS_TO_END), (signal.SIGKILL, SECONDS_TO_DIE)):
        for pid in running(known):
            send(pid, sent)
        end = time.monotonic() + seconds
        while running(known) and time.monotonic() < end:
            time.sleep(SECONDS_BETWEEN)
    left = running(known)
    if left:
        raise EnvironmentInUse(
            f"{len(left)} kernels could not be ended: the processes {', '.join(map(str, left))}.",
            hints=("They may be another user's. Nothing was removed.",),
            kernels=len(left),
            processes=left,
        )
    return sorted(known)


def running(known: dict[int, str | None]) -> list[int]:
    """Those of the processes that have not ended; the id of one that has may be another's by now."""
    return [pid for pid, since in known.items() if since is not None and started(pid) == since]


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a kernel, and to what it has started itself, if it has a group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
