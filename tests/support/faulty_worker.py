"""The program of an engine process that dies, really, in the way and at the moment that ``~/fault`` names."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_envs.engine import worker
from jupyter_envs.engine.operations import OPERATIONS
from jupyter_envs.engine.progress import Tracker

SIGNALS = {"abort": signal.SIGABRT, "segfault": signal.SIGSEGV, "kill": signal.SIGKILL, "hang": signal.SIGSTOP}
HOW = (*SIGNALS, "memory", "garbage", "exit")


def wanted() -> tuple[str, str]:
    """``(moment, how)``, or two empty texts."""
    try:
        moment, how = (Path.home() / "fault").read_text().split()
    except OSError:
        return "", ""
    return moment, how


def die(how: str, pipe: int) -> None:
    """Die now."""
    if how in SIGNALS:
        os.kill(os.getpid(), SIGNALS[how])
    elif how == "exit":
        os._exit(0)
    elif how == "garbage":
        os.write(pipe, b"\x00\xff{]]\n")
    elif how == "memory":
        # no more address space than there is in use, then a library that does not check what malloc answers
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used, used))
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        ctypes.memset(libc.malloc(1 << 30), 0, 1 << 20)


def watch(prefix: Path, how: str, pipe: int) -> None:
    """Die when the prefix has begun to exist."""

    def wait() -> None:
        while not prefix.exists():
            time.sleep(0.0005)
        die(how, pipe)

    threading.Thread(target=wait, daemon=True).start()


def with_fault(install: Callable[[dict[str, Any], Tracker], Any], pipe: int) -> Callable[..., Any]:
    """The operation, with a death in it."""

    async def faulty(args: dict[str, Any], tracker: Tracker) -> Any:
        moment, how = wanted()
        if moment == "linking":
            watch(Path(args["prefix"]), how, pipe)
        result = await install(args, tracker)
        if moment == "after":
            die(how, pipe)
        if moment == "answered":
            threading.Timer(0.05, die, (how, pipe)).start()
        return result

    return faulty


def main() -> None:
    """Answer requests, until the fault comes."""
    pipe = os.dup(1)
    moment, how = wanted()
    if moment == "start":
        die(how, pipe)
    OPERATIONS["install"] = with_fault(OPERATIONS["install"], pipe)
    worker.main()
