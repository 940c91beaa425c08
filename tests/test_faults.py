"""A full or read-only disk, and several managers on one store: the old state or the new one, and one message."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_envs import kernelspec
from jupyter_envs.errors import DiskTrouble, EnvironmentBusy, NameTaken
from jupyter_envs.manager import Manager

from .localchannel import LocalChannel
from .support.lab import PROJECT
from .support.managing import create, make_manager, tree

pytestmark = pytest.mark.usefixtures("home")


def mount(folder: Path, options: str) -> None:
    """A file system of the test's own; only root may do that."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting a small file system needs root")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "small"
    mount(folder, "size=6m")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    """Leave no room."""
    with (folder / "filler").open("wb") as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(b"x" * 65536)
            file.flush()


def test_a_full_disk_under_the_environments(
    small_disk: Path, home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    manager = Manager(
        root_dir=str(small_disk / "envs"), cache_dir=str(package_cache), default_channels=[channel.file_url]
    )

    async def run() -> None:
        await create(manager, "small", "tinyblob")
        before = tree(small_disk / "envs" / "small")
        with pytest.raises(DiskTrouble) as caught:
            await create(manager, "large", "python")
        assert caught.value.code == "disk"
        assert "space" in caught.value.message.lower()
        assert [summary.name for summary in await manager.environments()] == ["small"]
        assert not (small_disk / "envs" / "large").exists()
        assert tree(small_disk / "envs" / "small") == before
        assert not (kernelspec.kernels_dir() / "large").exists()

    asyncio.run(run())


def test_a_full_disk_under_the_cache_heals_when_there_is_room(
    small_disk: Path, home: Path, channel: LocalChannel
) -> None:
    manager = Manager(
        root_dir=str(home / "envs"),
        cache_dir=str(small_disk / "cache"),
        default_channels=[channel.file_url],
        disk_headroom=0,
    )

    async def run() -> None:
        fill(small_disk)
        with pytest.raises(DiskTrouble):
            await create(manager, "one", "tinyblob")
        assert await manager.environments() == []
        (small_disk / "filler").unlink()
        await create(manager, "one", "tinyblob")

    asyncio.run(run())


def test_a_full_disk_under_the_kernels_takes_the_environment_back(
    small_disk: Path, home: Path, channel: LocalChannel, package_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(small_disk / "data"))
    (small_disk / "data").mkdir()
    manager = make_manager(home, channel.file_url, package_cache)
    fill(small_disk)

    async def run() -> None:
        with pytest.raises(DiskTrouble):
            await create(manager, "one", "python")
        assert await manager.environments() == []
        assert [name for name in tree(home / "envs") if not name.startswith(".locks")] == []

    asyncio.run(run())


def test_a_read_only_disk(tmp_path: Path, home: Path, channel: LocalChannel, package_cache: Path) -> None:
    folder = tmp_path / "fixed"
    mount(folder, "size=1m,ro")
    try:
        manager = Manager(
            root_dir=str(folder / "envs"), cache_dir=str(package_cache), default_channels=[channel.file_url]
        )
        with pytest.raises(DiskTrouble, match="Read-only"):
            asyncio.run(create(manager, "one", "tinyblob"))
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


RACER = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter

settings = json.loads(sys.argv[2])
manager = Manager(**settings["manager"])
request = CreateRequest(name="one", packages=tuple(settings["packages"]))
try:
    asyncio.run(manager.create(request, DiskDocuments(Path.cwd()), SilentReporter()))
    print("made")
except EnvsError as error:
    print(error.code)
"""
ROUNDS = 4
RACERS = 3


def test_processes_that_make_the_same_environment(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    """One makes it, the others are told; the environment is one of those that were asked for, whole."""
    options = {"root_dir": str(home / "envs"), "cache_dir": str(package_cache), "default_channels": [channel.file_url]}
    manager = Manager(**options)
    wishes = [["tinytext=1.0", "python"], ["tinytext=2.0", "python"], ["tinyblob", "tinyactivate"]]
    for _ in range(ROUNDS):
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(PROJECT), json.dumps({"manager": options, "packages": wish})],
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ,
            )
            for wish in wishes[:RACERS]
        ]
        said = [racer.communicate(timeout=120)[0].strip() for racer in racers]
        assert said.count("made") == 1, said
        assert set(said) <= {"made", NameTaken.code, EnvironmentBusy.code}
        winner = wishes[said.index("made")]

        async def look(winner: list[str] = winner) -> None:
            detail = await manager.environment("one")
            lock = detail.summary.environment
            assert lock is not None
            assert detail.digest == lock.generation.digest
            assert detail.summary.environment is not None
            assert winner[0].split("=")[0] in {package.name for package in detail.packages}
            assert (await manager.diagnose()).findings == ()

        asyncio.run(look())
        remove = [sys.executable, "-m", "jupyter_envs", "remove", "one", "--yes", f"--Manager.root_dir={home / 'envs'}"]
        subprocess.run(remove, check=True, capture_output=True, cwd=PROJECT)
    print(f"{ROUNDS} rounds of {RACERS} processes: one environment each")
