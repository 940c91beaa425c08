"""Whatever a file holds, it is read or refused, in bounded time and memory, and nothing is made of it but text."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from jupyter_envs import envfile, lockfile
from jupyter_envs.errors import InvalidFile

from .hostile_files import ACCEPTED, MEGABYTE, REFUSED

SECONDS = 2.0  # of processor time


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_in_one_short_line(name: str) -> None:
    start = time.process_time()
    with pytest.raises(InvalidFile) as caught:
        envfile.parse(REFUSED[name])
    assert time.process_time() - start < SECONDS
    message = str(caught.value)
    assert len(message) < 1000
    assert message.isprintable()


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_large_but_harmless_file_is_read(name: str) -> None:
    start = time.process_time()
    envfile.parse(ACCEPTED[name])
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_no_lock_either(name: str) -> None:
    start = time.process_time()
    with pytest.raises(InvalidFile):
        lockfile.parse(REFUSED[name])
    assert time.process_time() - start < SECONDS


def test_the_limit_is_the_callers() -> None:
    with pytest.raises(InvalidFile, match="larger than 10 bytes"):
        envfile.parse("dependencies: []\n", limit=10)
    assert envfile.parse("# " + "x" * MEGABYTE + "\ndependencies: [a]\n", limit=2 * MEGABYTE).conda == ("a",)


READ_ALL = """
from pathlib import Path
from tests.hostile_files import ACCEPTED, REFUSED
from jupyter_envs import envfile
from jupyter_envs.errors import InvalidFile
for data in [*ACCEPTED.values(), *REFUSED.values()]:
    try:
        envfile.parse(data)
    except InvalidFile:
        pass
(peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(peak.split()[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what the peak was")
def test_memory_stays_bounded(pytestconfig: pytest.Config) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) * 1024 < 200 * MEGABYTE
