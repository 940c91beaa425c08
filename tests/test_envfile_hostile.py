"""Whatever a file holds, it is read or refused, in bounded time and memory, and nothing is made of it but text."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_envs import envfile, formats, lockfile
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import InvalidFile
from jupyter_envs.models import SilentReporter

from .hostile_files import ACCEPTED, MEGABYTE, PIXI_LOCKS, REFUSED, TOML
from .support.counts import tell

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


@pytest.mark.parametrize("name", REFUSED)
def test_the_front_door_refuses_it_as_well(name: str) -> None:
    start = time.process_time()
    with pytest.raises(InvalidFile) as caught:
        formats.read(REFUSED[name])
    assert time.process_time() - start < SECONDS
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("source", ["pixi.toml", "pyproject.toml"])
@pytest.mark.parametrize("name", TOML)
def test_hostile_toml_is_refused_in_one_short_line(name: str, source: str) -> None:
    start = time.process_time()
    with pytest.raises(InvalidFile) as caught:
        formats.read(TOML[name], source=source)
    assert time.process_time() - start < SECONDS
    message = str(caught.value)
    assert len(message) < 1000
    assert message.isprintable()


def test_a_hostile_pixi_lock_is_refused_in_one_short_line() -> None:
    """By the engine's process, and that goes on answering."""

    async def run() -> None:
        async with Engine(Path("unused")).session(SilentReporter()) as session:
            for name, text in PIXI_LOCKS.items():
                with pytest.raises(InvalidFile) as caught:
                    await session.read_pixi_lock(formats.read(text, source="pixi.lock").text, "default")
                message = str(caught.value)
                assert len(message) < 1000, name
                assert message.isprintable(), name

    asyncio.run(run())


def test_the_limit_is_the_callers() -> None:
    with pytest.raises(InvalidFile, match="larger than 10 bytes"):
        envfile.parse("dependencies: []\n", limit=10)
    assert envfile.parse("# " + "x" * MEGABYTE + "\ndependencies: [a]\n", limit=2 * MEGABYTE).conda == ("a",)


READ_ALL = """
from pathlib import Path
from tests.hostile_files import ACCEPTED, REFUSED, TOML
from jupyter_envs import formats
from jupyter_envs.errors import InvalidFile
files = [(data, "environment.yml") for data in [*ACCEPTED.values(), *REFUSED.values()]]
for data, source in [*files, *((data, "pixi.toml") for data in TOML.values())]:
    try:
        formats.read(data, source=source)
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


def test_the_count() -> None:
    refused = len(REFUSED) + len(TOML) + len(PIXI_LOCKS)
    tell("T01, hostile files", f"files, {refused} refused and {len(ACCEPTED)} read", refused + len(ACCEPTED), 56)
