"""Signs of life: writing is one, waking a thread is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jupyter_envs.engine.liveness import written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what a process writes")

ASKED = """
import os, sys
number = os.eventfd(0)
nowhere = open(os.devnull, "wb", buffering=0)
for line in sys.stdin:
    if line == "wake\\n":
        os.eventfd_write(number, 1)
    else:
        nowhere.write(b"x" * 512)
    os.write(1, b"its done\\n")
"""


@contextmanager
def child() -> Iterator[subprocess.Popen[str]]:
    """A process of a group of its own that does what it is asked for."""
    with subprocess.Popen(
        [sys.executable, "-c", ASKED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def done(process: subprocess.Popen[str], what: str) -> int:
    """Have it done, and what is counted then; each answer is nine bytes, one beyond a wake-up."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{what}\n")
    assert process.stdout.readline() == "its done\n"
    found = written(process.pid)
    assert found is not None
    return found


def test_waking_threads_is_no_work() -> None:
    with child() as process:
        before = done(process, "wake")
        assert [done(process, "wake") - before for _ in range(5)] == [1, 2, 3, 4, 5]


def test_writing_is_work() -> None:
    with child() as process:
        before = done(process, "wake")
        assert done(process, "write") - before == 512 - 8 + 1


def test_a_group_that_is_not_there() -> None:
    with child() as process:
        gone = process.pid
    assert written(gone) is None
