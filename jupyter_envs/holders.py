"""Which process holds something, and whether that process is dead for sure.

A process is known by its host, its id, the time of its start and the boot of its machine. It is dead only by proof:
on this machine no such process runs, or the machine was started again since. Silence is no proof.
"""

from __future__ import annotations

import os
import socket
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

# a living holder on a machine that merely looks like this one would have been heard of meanwhile
SECONDS_OF_SILENCE = 30.0


@dataclass(frozen=True)
class Holder:
    """A process. What a system cannot tell is empty, and then proves nothing."""

    token: str
    host: str
    machine: str
    pid: int
    started: str
    boot: str
    namespace: str
    since: str
    flock: bool = False

    def to_json(self) -> dict[str, Any]:
        """All of it, as it is written into a lock."""
        return asdict(self)


def this_process(token: str) -> Holder:
    """The running process, under a name of its own for each lock that it takes."""
    pid = os.getpid()
    since = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Holder(token, host(), machine(), pid, started(pid) or "", boot(), namespace(), since)


def from_json(data: Any) -> Holder:
    """What `Holder.to_json` wrote; raises TypeError or ValueError for anything else."""
    if not isinstance(data, dict):
        raise ValueError("not a holder")
    known = Holder(**data)
    wanted = Holder("", "", "", 0, "", "", "", "")
    if any(type(getattr(known, key)) is not type(value) for key, value in asdict(wanted).items()):
        raise ValueError("not a holder")
    return known


def is_here(holder: Holder) -> bool:
    """Whether the process is on this very machine, since its last start."""
    return same_machine(holder) and bool(holder.boot) and holder.boot == boot()


def same_machine(holder: Holder) -> bool:
    """Whether the process is or was on this machine."""
    return (holder.host, holder.machine) == (host(), machine())


def is_dead(holder: Holder, silent: float) -> bool:
    """Whether the process is dead for sure; ``silent`` is for how many seconds nothing was heard of it."""
    if not same_machine(holder) or not holder.boot or not boot():
        return False
    if holder.boot != boot():
        return silent >= SECONDS_OF_SILENCE
    if holder.namespace != namespace():
        return False
    now = started(holder.pid)
    return now is None or bool(holder.started and now and holder.started != now)


def started(pid: int) -> str | None:
    """When a process started, in the system's own words; None if there is none, "" where that is not told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None if not exists(pid) else ""
    # a zombie has ended, and only nobody has asked how
    return None if fields[0] in "ZX" else fields[19]


def exists(pid: int) -> bool:
    """Whether there is a process of that id."""
    if os.name == "nt":
        return True  # a signal would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@cache
def host() -> str:
    """The machine's name."""
    return socket.gethostname()


@cache
def machine() -> str:
    """The machine's own id, where it has one."""
    return _read("/etc/machine-id")


@cache
def boot() -> str:
    """The id of the machine's last start, where it has one."""
    return _read("/proc/sys/kernel/random/boot_id")


@cache
def namespace() -> str:
    """In which numbering of processes this one lives: a container has its own."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
