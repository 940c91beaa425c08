"""A disk that is full, read-only, failing, over quota or out of inodes, at each stage of a creation and of an update.

The disk is broken by a library that is preloaded (`support/broken_disk.c`), so that the fault hits one stage and no
other; `test_faults.py` has the same with real file systems.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import pythons
from jupyter_envs.errors import DiskTrouble
from jupyter_envs.manager import Manager

from .localchannel import LocalChannel
from .support.counts import LONG, tell
from .support.lab import PROJECT
from .support.managing import Recorder, create, make_manager, tree
from .support.no_python import Machine
from .support.one_action import act
from .support.pypi_index import PypiIndex
from .support.small_channel import small_channel

FAULTS = {
    "full": (errno.ENOSPC, "write"),
    "read-only": (errno.EROFS, "make"),
    "failing": (errno.EIO, "write"),
    "over quota": (errno.EDQUOT, "write"),
    "no inodes": (errno.ENOSPC, "make"),
}
# what is in the paths of a stage, and what is not
STAGES = {
    "download": ("/.fetch-", "/package/"),
    "extract": ("/package/", "//"),
    "link": ("/g/", "site-packages"),
    "pip": ("tinywheel", "//"),
    "kernelspec": ("/.jupyter-envs.one.", "//"),
    "record": ("/records/", "//"),
    "lock": (".writer/", "//"),
}
CASES = [(fault, stage) for fault in FAULTS for stage in STAGES]
# each stage and each fault at least once
SHORT = CASES if LONG else [case for number, case in enumerate(CASES) if number % 4 == 0]
DONE: list[tuple[str, str]] = []


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, compiled."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("a broken disk needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("shim") / "broken_disk.so"
    source = PROJECT / "tests" / "support" / "broken_disk.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


@dataclass(frozen=True)
class Disk:
    """The broken disk, and the settings of managers that work on it."""

    shim: Path
    fault_file: Path
    settings: Mapping[str, Any]

    def run(self, action: str, settings: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, Any]:
        """The error of an action on the broken disk."""
        last = self.said(action, settings, env)[-1]
        assert last != "done", "the fault was not met"
        error: dict[str, Any] = json.loads(last)
        return error

    def said(self, action: str, settings: Mapping[str, Any], env: Mapping[str, str]) -> list[str]:
        """What an action on the broken disk says."""
        argv = [sys.executable, "-m", "tests.support.one_action", json.dumps(settings), action]
        broken = {"LD_PRELOAD": str(self.shim), "FAULT_FILE": str(self.fault_file)}
        done = subprocess.run(
            argv,
            env={**os.environ, **broken, **env},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.stdout.strip().splitlines()


def unlocked(folder: Path) -> list[str]:
    """What is there, without locks."""
    return [path for path in tree(folder) if not path.startswith(".locks")] if folder.exists() else []


@pytest.mark.parametrize("part", [pythons.ARCHIVES, pythons.UNPACKED, pythons.MARK])
def test_a_disk_that_is_full_when_a_python_comes(machine: Machine, shim: Path, tmp_path: Path, part: str) -> None:
    manager = machine.manager()
    settings = {name: getattr(manager, name) for name in ("root_dir", "cache_dir", "pypi_index", "python_downloads")}
    disk = Disk(shim, tmp_path / "fault", settings)
    disk.fault_file.write_text(f"{errno.ENOSPC} write {part} //")
    error = disk.run("python", settings, {})
    assert error["code"] == "disk", error
    assert "Disk: " in error["message"] and error["hints"], error
    assert machine.is_clean()
    disk.fault_file.unlink()
    machine.create()


@pytest.mark.parametrize("case", SHORT, ids="-".join)
def test_a_broken_disk(
    home: Path, shim: Path, request: pytest.FixtureRequest, tmp_path: Path, case: tuple[str, str]
) -> None:
    fault, stage = case
    settings: dict[str, Any] = {
        "root_dir": str(home / "envs"),
        "cache_dir": str(tmp_path / "cache"),
        "default_channels": [small_channel(tmp_path / "channel", 20)],
    }
    if stage == "pip":
        channel: LocalChannel = request.getfixturevalue("channel")
        index: PypiIndex = request.getfixturevalue("pypi_index")
        settings["default_channels"].append(channel.file_url)
        settings["pypi_index"] = index.simple_url
        settings["cache_dir"] = str(request.getfixturevalue("package_cache"))
    asyncio.run(act(Manager(**settings), "create"))
    if stage in ("download", "extract"):
        settings["cache_dir"] = str(tmp_path / "empty")
    disk = Disk(shim, tmp_path / "fault", settings)
    number, kind = FAULTS[fault]
    part, without = STAGES[stage]

    # a creation leaves nothing
    disk.fault_file.write_text(f"{number} {kind} {part} {without}")
    data = tmp_path / "data"
    (data / "kernels").mkdir(parents=True)
    (data / "kernels" / "mine.txt").write_text("kept")
    new = {**settings, "root_dir": str(tmp_path / "new")}
    error = disk.run("pip" if stage == "pip" else "create", new, {"JUPYTER_DATA_DIR": str(data)})
    assert error["code"] == "disk", error
    assert "Disk: " in error["message"] and error["hints"], error
    assert unlocked(tmp_path / "new") == []
    assert [path for path in tree(data) if "jupyter-envs" not in path] == ["kernels", "kernels/mine.txt"]

    # an update leaves the old one as it was
    before, kernels = unlocked(home / "envs"), tree(home / ".local/share/jupyter/kernels")
    digest = asyncio.run(Manager(**settings).environment("one")).digest
    error = disk.run("update pip" if stage == "pip" else "update", settings, {})
    assert error["code"] == "disk", error
    disk.fault_file.unlink()
    assert unlocked(home / "envs") == before
    assert tree(home / ".local/share/jupyter/kernels") == kernels
    after = asyncio.run(Manager(**settings).environment("one"))
    assert (after.summary.to_json()["state"], after.digest) == ("ready", digest)
    asyncio.run(act(Manager(**settings), "update"))
    DONE.append((fault, stage))


@pytest.mark.parametrize("number", [errno.EPERM, errno.EMLINK, errno.EXDEV], ids=errno.errorcode.get)
def test_hard_links_that_are_refused_become_copies(home: Path, shim: Path, tmp_path: Path, number: int) -> None:
    """As where the system lets nobody link another user's files, or a file has all the names that it can have."""
    channel = small_channel(tmp_path / "channel", 20)
    settings = {"root_dir": str(home / "envs"), "cache_dir": str(tmp_path / "cache"), "default_channels": [channel]}
    disk = Disk(shim, tmp_path / "fault", settings)
    disk.fault_file.write_text(f"{number} link /g/ //")
    for action in ("create", "add", "update"):
        said = disk.said(action, settings, {})
        assert said[-1] == "done"
        assert [line for line in said if line.startswith("log: ") and "were copied" in line]
    summary = asyncio.run(Manager(**settings).environments())[0]
    files = [path for path in summary.prefix.rglob("share/*/*") if path.is_file()]
    assert len(files) >= 60
    assert all(path.stat().st_nlink == 1 for path in files)
    assert summary.to_json()["size"]["shared"] == 0
    assert asyncio.run(Manager(**settings).verify("one", Recorder())).damaged == ()


def test_the_number_of_broken_disks() -> None:
    tell("T05", "faults of the disk, each at a creation and an update", len(DONE), len(CASES))


def test_too_little_room_is_told_before_anything_is_downloaded(
    home: Path, channel: LocalChannel, tmp_path: Path
) -> None:
    manager = make_manager(home, channel.file_url, tmp_path / "cache", disk_headroom=10**18)
    with pytest.raises(DiskTrouble, match="not enough room on the disk") as caught:
        asyncio.run(create(manager, "one", "tinyblob"))
    assert caught.value.fields["free"] < caught.value.fields["needed"]
    assert unlocked(home / "envs") == []
    assert [path for path in tree(tmp_path / "cache") if "tinyblob" in path] == []
