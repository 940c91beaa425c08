"""Which programs run on this machine, as far as this user may know."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")


def running_from(prefixes: Iterable[Path]) -> set[Path]:
    """The prefixes out of which a program runs, whoever started it: its file or its first argument is there."""
    wanted = {prefix: f"{prefix}{os.sep}" for prefix in prefixes}
    if not wanted:
        return set()
    programs = list(by_proc() if PROC.is_dir() else by_ps())
    return {prefix for prefix, start in wanted.items() if any(program.startswith(start) for program in programs)}


def by_proc() -> Iterator[str]:
    """From Linux's own list."""
    for process in PROC.iterdir():
        if process.name.isdigit():
            try:
                yield (process / "cmdline").read_bytes().partition(b"\0")[0].decode(errors="replace")
                yield str((process / "exe").readlink())
            except OSError:
                # gone meanwhile, or somebody else's
                continue


def by_ps() -> Iterator[str]:
    """From the program that every other POSIX system has."""
    found = subprocess.run(["ps", "-axww", "-o", "command="], capture_output=True, text=True, check=False)
    yield from found.stdout.splitlines()
