"""Which programs run from the prefixes below a folder, and which of them are kernels. Asks the system; changes nothing.

What a kernel was started from stands in its own command line, so this is true whoever started it, and whatever its
kernelspec says by now.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_CONNECTION = re.compile(r"kernel-?[^/\\]*\.json\Z")
_FIRST = 3  # a program may be run by a shell or by env


@dataclass(frozen=True)
class Running:
    """A process whose program is ``program``; ``connection`` is the connection file of a kernel, else empty."""

    pid: int
    program: str
    connection: str = ""

    def is_below(self, folder: Path) -> bool:
        """Whether the program is in a folder or below it."""
        return self.program.startswith(f"{folder}{os.sep}")


def below(root: Path) -> list[Running]:
    """The programs that run from below a folder, as far as this user may see them."""
    starts = tuple({f"{root}{os.sep}", f"{os.path.realpath(root)}{os.sep}"})
    return [Running(pid, programs[0], connection_of(argv)) for pid, programs, argv in _processes(starts)]


def running_from(prefixes: Iterable[Path]) -> set[Path]:
    """The prefixes out of which a program runs, whoever started it."""
    wanted = {prefix: f"{prefix}{os.sep}" for prefix in prefixes}
    found = [program for _, programs, _ in _processes(tuple(wanted.values())) for program in programs] if wanted else []
    return {prefix for prefix, start in wanted.items() if any(program.startswith(start) for program in found)}


def kernels_of(prefixes: Iterable[Path]) -> list[int]:
    """The process ids of the kernels that run from prefixes, whoever started them; forked children do not count."""
    starts = tuple(f"{prefix}{os.sep}" for prefix in prefixes)
    found: dict[str, int] = {}
    for pid, _, argv in _processes(starts) if starts else ():
        connection = connection_of(argv)
        if connection:
            found[connection] = min(pid, found.get(connection, pid))
    return sorted(found.values())


def connection_of(argv: Iterable[str]) -> str:
    """The connection file that a kernel was given; empty for what is no kernel.

    It is named so by Jupyter's servers; a kernel that something else started may have one of any name, behind ``-f``.
    """
    words = list(argv)
    named = [word for word in words if _CONNECTION.search(word)]
    behind = [word for option, word in pairwise(words) if option == "-f" and word.endswith(".json")]
    return next(iter([*named, *behind]), "")


def kernels(programs: Iterable[Running], folder: Path) -> Counter[str]:
    """How many kernels run from each of the prefixes in a folder, by the prefix's own folder name.

    A kernel's children that were forked have its connection file, and do not count.
    """
    seen: dict[str, str] = {}
    for program in programs:
        if program.connection and program.is_below(folder):
            rest = program.program[len(str(folder)) + 1 :]
            seen.setdefault(program.connection, rest.split(os.sep, 1)[0])
    return Counter(seen.values())


def _processes(starts: tuple[str, ...]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Id, programs and command line of each process that has a program whose path begins with one of ``starts``."""
    for pid, executable, argv in _from_proc() if os.path.isdir("/proc/self") else _from_ps():  # noqa: PTH112
        programs = [word for word in (*argv[:_FIRST], executable) if word.startswith(starts)]
        if programs:
            yield pid, programs, argv


def _from_proc() -> Iterator[tuple[int, str, list[str]]]:
    for entry in os.listdir("/proc"):  # noqa: PTH208  (a server asks for every list)
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:  # noqa: PTH123
                argv = file.read().decode(errors="surrogateescape").split("\0")[:-1]
        except OSError:
            continue
        yield int(entry), _executable(entry), argv


def _executable(pid: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115
    except OSError:
        # gone meanwhile, or somebody else's
        return ""


def _from_ps() -> Iterator[tuple[int, str, list[str]]]:
    done = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if pid.isdigit():
            yield int(pid), "", command.split()
