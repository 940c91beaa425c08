"""The package cache on another file system than the environments: it works, costs a copy, and says so."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager

from .localchannel import LocalChannel
from .support.managing import Recorder
from .test_faults import mount


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "other"
    mount(folder, "size=200m")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_files_are_copied_and_the_log_and_doctor_say_so(other_disk: Path, home: Path, channel: LocalChannel) -> None:
    manager = Manager(
        root_dir=str(home / "envs"),
        cache_dir=str(other_disk / "cache"),
        default_channels=[channel.file_url],
        disk_headroom=0,
    )
    recorder = Recorder()

    async def run() -> None:
        request = CreateRequest(name="one", packages=("tinytext=2.0", "python"))
        summary = await manager.create(request, DiskDocuments(Path.cwd()), recorder)
        program = "import tinytext; print(tinytext.__version__)"
        done = subprocess.run(
            [summary.prefix / "bin/python", "-c", program], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "2.0"
        assert [line for line in recorder.lines if "were copied" in line]
        usage = await manager.disk.measure()
        assert usage.environments["one"][1] == 0, "nothing is shared"
        assert "no-hard-links" in {finding.code for finding in (await manager.diagnose()).findings}

    asyncio.run(run())


def test_on_one_disk_nothing_is_said(home: Path, channel: LocalChannel) -> None:
    manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"), default_channels=[channel.file_url])
    recorder = Recorder()
    request = CreateRequest(name="one", packages=("tinyconf",))
    asyncio.run(manager.create(request, DiskDocuments(Path.cwd()), recorder))
    assert not [line for line in recorder.lines if "copied" in line]
