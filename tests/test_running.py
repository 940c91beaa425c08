"""Which programs run from where: kernels that an earlier generation started, and generations that must not go yet."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_envs import running
from jupyter_envs.manager import ChangeRequest, Manager, Summary
from jupyter_envs.manager.garbage import Policy
from jupyter_envs.manager.history import collect
from jupyter_envs.store import Store

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager
from .test_additions import Kernel

NAME = "lab"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A program of its own that waits, and its process, which looks like a kernel."""
    path = tmp_path / "store" / "g" / "one" / "bin" / "sleep"
    path.parent.mkdir(parents=True)
    shutil.copy2(shutil.which("sleep") or "/bin/sleep", path)
    code = "import os, sys; os.execv(sys.argv[1], [sys.argv[1], '600'])"
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as process:
        yield path, process
        process.kill()


def test_a_program_is_found_while_it_runs(program: tuple[Path, subprocess.Popen[bytes]], tmp_path: Path) -> None:
    path, process = program
    root = tmp_path / "store"
    while not running.below(root):
        assert process.poll() is None
    (found,) = running.below(root)
    assert (found.pid, found.program, found.connection) == (process.pid, str(path), "")
    assert found.is_below(root / "g" / "one")
    assert not found.is_below(root / "g" / "on"), "a sibling whose name begins alike"
    assert running.below(tmp_path / "other") == []
    places = [root / "g" / "one", root / "g" / "on", root / "g" / "two"]
    assert running.running_from(places) == {places[0]}
    process.kill()
    process.wait()
    assert running.below(root) == []
    assert running.running_from(places) == running.running_from([]) == set()


def test_forked_children_are_no_kernels_of_their_own() -> None:
    folder = Path("/store/lab/g")
    found = [
        running.Running(1, "/store/lab/g/a/bin/python", "/run/kernel-1.json"),
        running.Running(2, "/store/lab/g/a/bin/python", "/run/kernel-1.json"),
        running.Running(3, "/store/lab/g/a/bin/python"),
        running.Running(4, "/store/lab/g/b/bin/python", "/run/kernel-2.json"),
        running.Running(5, "/store/other/g/b/bin/python", "/run/kernel-3.json"),
    ]
    assert running.kernels(found, folder) == {"a": 1, "b": 1}


def test_what_a_command_line_says() -> None:
    assert running.connection_of(["python", "-m", "ipykernel_launcher", "-f", "/run/kernel-a-b.json"])
    assert running.connection_of(["python", "-m", "ipykernel_launcher", "-f", "/tmp/tmpx.json"]) == "/tmp/tmpx.json"
    assert not running.connection_of(["python", "train.py", "--config", "settings.json"])


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path) -> Manager:
    return make_manager(home, channel.file_url, package_cache, kept_generations=1, gc_min_age=0)


async def install(manager: Manager, *packages: str) -> Summary:
    return await manager.change(ChangeRequest(NAME, packages), Recorder())


def test_a_kernel_of_an_earlier_generation_is_told_and_keeps_its_files(manager: Manager) -> None:
    async def work() -> None:
        first = await create(manager, NAME, "python", "tinytext=1.0")
        async with Kernel() as kernel:
            assert first.older_kernels == 0
            (listed,) = await manager.environments()
            assert listed.older_kernels == 0
            second = await install(manager, "tinytext=2.0")
            assert second.older_kernels == 1
            assert second.to_json()["older_kernels"] == 1
            # as many changes as would push the first one out
            await install(manager, "tinytext=1.0")
            await install(manager, "tinytext=2.0")
            assert first.prefix.is_dir(), "a kernel runs from it"
            assert not second.prefix.is_dir()
            assert await kernel.run("import tinytext; print(tinytext.__version__)") == "1.0"
        await install(manager, "tinytext=1.0")
        assert not first.prefix.is_dir()
        detail = await manager.environment(NAME)
        assert detail.to_json()["older_kernels"] == 0
        assert len(detail.to_json()["history"]) == 2
        store = Path(manager.root_dir) / NAME
        assert {path.name for path in (store / "records").iterdir()} == {
            item["id"] for item in detail.to_json()["history"]
        }
        assert len(list((store / "g").iterdir())) == 2

    asyncio.run(work())


def test_a_shared_prefix_stays_until_its_last_generation_goes(manager: Manager) -> None:
    async def work() -> None:
        first = await create(manager, NAME, "tinytext")
        second = await install(manager, "tinyblob")
        third = await install(manager, "tinyactivate")
        assert first.prefix == second.prefix == third.prefix
        assert third.environment is not None
        assert len(third.environment.generations) == 2
        assert third.prefix.is_dir()
        store = Store(Path(manager.root_dir))
        assert collect(store, NAME, Policy(0, 0, 0)) == []
        assert len(store.get(NAME).generations) == 1
        assert third.prefix.is_dir()

    asyncio.run(work())
