"""Several processes at once: one environment that all want, and many environments from one cold package cache."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine.cache_check import damaged_entries
from jupyter_envs.errors import EnvironmentBusy, NameTaken
from jupyter_envs.holders import this_process
from jupyter_envs.manager import CreateRequest, Manager

from .support.counts import rounds, tell
from .support.lab import PROJECT
from .support.managing import Recorder
from .support.small_channel import small_channel

RACE = """
import asyncio, json, sys
from pathlib import Path
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter

manager = Manager(**json.loads(sys.argv[1]))
request = CreateRequest(name=sys.argv[2], packages=tuple(sys.argv[3:]))
print("ready", flush=True)
sys.stdin.readline()
try:
    asyncio.run(manager.create(request, DiskDocuments(Path.cwd()), SilentReporter()))
    print("made")
except EnvsError as error:
    print(error.code)
"""
WISHES = (("kern=1.0",), ("kern=2.0",), ("extra",), ("more",), ("kern=1.0", "extra"), ("kern=2.0", "more"))


def racer(settings: dict[str, Any], name: str, wish: tuple[str, ...]) -> subprocess.Popen[str]:
    """A process that is about to create an environment."""
    argv = [sys.executable, "-c", RACE, json.dumps(settings), name, *wish]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(racers: list[subprocess.Popen[str]]) -> list[str]:
    """Let them run; what each said."""
    for process in racers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=240)[0].strip() for process in racers]


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> dict[str, Any]:
    channel = small_channel(tmp_path / "channel", 40)
    return {"root_dir": str(home / "envs"), "cache_dir": str(tmp_path / "cache"), "default_channels": [channel]}


def check(settings: dict[str, Any], name: str, wish: tuple[str, ...]) -> None:
    """The environment is whole, and what this wish asked for."""

    async def look() -> None:
        manager = Manager(**settings)
        detail = await manager.environment(name)
        assert {f"{package.name}={package.version}".split("=")[0] for package in detail.packages} == {
            word.split("=")[0] for word in wish
        }
        for word in wish:
            wanted, _, version = word.partition("=")
            (found,) = [package for package in detail.packages if package.name == wanted]
            assert not version or found.version == version
            prefix = Path(detail.to_json()["prefix"])
            for number in range(40):
                assert (prefix / f"share/{wanted}/{number}").read_text() == f"{wanted} {found.version} {number}\n"
        assert (await manager.diagnose()).findings == ()

    asyncio.run(look())


@pytest.mark.parametrize("same", [True, False], ids=["same", "different"])
@pytest.mark.parametrize("count", [2, 8])
def test_one_environment_that_all_want(settings: dict[str, Any], count: int, same: bool) -> None:
    full = 50
    for _ in range(done := rounds(1, full)):
        wishes = [WISHES[0] if same else WISHES[number % len(WISHES)] for number in range(count)]
        said = go([racer(settings, "one", wish) for wish in wishes])
        assert said.count("made") == 1, said
        assert set(said) <= {"made", NameTaken.code, EnvironmentBusy.code}, said
        check(settings, "one", wishes[said.index("made")])
        asyncio.run(Manager(**settings).remove("one", Recorder()))
    tell("T06", f"rounds of {count} processes, {'same' if same else 'different'} packages", done, full)


def test_many_environments_from_a_cold_cache(settings: dict[str, Any], tmp_path: Path) -> None:
    full, count = 25, 8
    for round in range(done := rounds(1, full)):
        cold = {**settings, "cache_dir": str(tmp_path / f"cache{round}")}
        wishes = {f"e{number}": WISHES[number % len(WISHES)] for number in range(count)}
        assert go([racer(cold, name, wish) for name, wish in wishes.items()]) == ["made"] * count
        for name, wish in wishes.items():
            check(cold, name, wish)
            asyncio.run(Manager(**cold).remove(name, Recorder()))
        assert list(damaged_entries(Path(cold["cache_dir"]), deep=True)) == []
    tell("T07", f"rounds of {count} processes, cold cache", done, full)


def test_whoever_makes_it_is_named(settings: dict[str, Any]) -> None:
    manager = Manager(**settings)

    async def run() -> None:
        with manager._store.writing("one"), pytest.raises(EnvironmentBusy) as caught:
            request = CreateRequest(name="one", packages=("extra",))
            await manager.create(request, DiskDocuments(Path.cwd()), Recorder())
        assert caught.value.fields["pid"] == this_process("a").pid

    asyncio.run(run())
