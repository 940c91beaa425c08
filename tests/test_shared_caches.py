"""Package caches of an administrator: read first, never written to, and trusted no further than their hashes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jupyter_envs.channels import CondaSettings
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import bytecode
from jupyter_envs.engine.cache import read_lock
from jupyter_envs.engine.cache_check import damage
from jupyter_envs.engine.messages import packages_to_json
from jupyter_envs.errors import PackageRefused
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager
from jupyter_envs.models import Package
from jupyter_envs.usage import Tally

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager, tree
from .support.small_channel import small_channel
from .test_faults import mount

NOBODY = 65534


@pytest.fixture
def shared(home: Path, tmp_path: Path) -> Path:
    """An administrator's cache with ``kern`` and ``extra``; the channel is in ``tmp_path/"channel"``."""
    small_channel(tmp_path / "channel", 3)
    admin = make_manager(tmp_path / "admin", (tmp_path / "channel").as_uri(), tmp_path / "shared")
    asyncio.run(create(admin, "all", "kern=1.0", "extra"))
    return tmp_path / "shared"


@pytest.fixture
def manager(home: Path, tmp_path: Path, shared: Path) -> Manager:
    """A user's, whose own cache is ``tmp_path/"own"`` and still empty."""
    channel = (tmp_path / "channel").as_uri()
    return make_manager(home, channel, tmp_path / "own", shared_caches=[str(shared)])


def entries(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "packages").iterdir() if path.is_dir())


def make(manager: Manager, name: str, *packages: str) -> tuple[Path, list[str]]:
    """The prefix of a new environment, and the log."""
    recorder = Recorder()
    request = CreateRequest(name=name, packages=packages)
    summary = asyncio.run(manager.create(request, DiskDocuments(Path.cwd()), recorder))
    return summary.prefix, recorder.lines


def plan_notes(manager: Manager, *packages: str) -> tuple[int, tuple[str, ...]]:
    request = CreateRequest(name="planned", packages=packages)
    plan = asyncio.run(manager.plan(request, DiskDocuments(Path.cwd()), Recorder()))
    return plan.to_fetch, plan.notes


def edit(entry: Path) -> None:
    """Another text of the same length in a file that no environment has as a link."""
    file = entry / "share/kern/0"
    size = file.stat().st_size
    file.unlink()
    file.write_bytes(b"x" * size)


def test_packages_come_from_it_and_others_go_to_the_users_own(manager: Manager, shared: Path, tmp_path: Path) -> None:
    before = tree(shared)
    assert plan_notes(manager, "kern=1.0")[0] == 0
    prefix, _ = make(manager, "one", "kern=1.0", "more")
    assert (prefix / "share/kern/0").samefile(shared / "packages/kern-1.0-0/share/kern/0")
    assert entries(tmp_path / "own") == ["more-1.0-0"]
    assert tree(shared) == before


def test_the_channel_is_not_needed(manager: Manager, shared: Path, tmp_path: Path) -> None:
    for file in (tmp_path / "channel").glob("*/*.*z*"):
        file.unlink()
    prefix, _ = make(manager, "one", "kern=1.0")
    assert (prefix / "share/kern/0").is_file()


def test_an_addition_comes_from_it(manager: Manager, shared: Path, tmp_path: Path) -> None:
    prefix, _ = make(manager, "one", "kern=1.0")
    asyncio.run(manager.change(ChangeRequest("one", install=("extra",)), Recorder()))
    assert (prefix / "share/extra/0").samefile(shared / "packages/extra-1.0-0/share/extra/0")
    assert entries(tmp_path / "own") == []


def test_an_entry_with_an_edited_file_is_fetched_through_the_guard(
    manager: Manager, shared: Path, tmp_path: Path
) -> None:
    entry = shared / "packages/kern-1.0-0"
    edit(entry)
    prefix, log = make(manager, "one", "kern=1.0")
    assert (prefix / "share/kern/0").read_text() == "kern 1.0 0\n"
    assert [line for line in log if "fetched again" in line]
    own = tmp_path / "own/packages/kern-1.0-0"
    assert damage(own, deep=True) is None
    assert (prefix / "share/kern/0").samefile(own / "share/kern/0")
    assert (entry / "share/kern/0").read_text().startswith("xxx"), "it is not ours to mend"
    assert read_lock(entry)[0] == 1
    assert not list((tmp_path / "own/packages").glob(".fetch-*"))
    again, log = make(manager, "two", "kern=1.0")
    assert (again / "share/kern/0").samefile(own / "share/kern/0")
    assert not [line for line in log if "fetched again" in line]


def test_a_damaged_entry_is_not_fetched_past_the_guard(manager: Manager, shared: Path, tmp_path: Path) -> None:
    """The channel now has other bytes, which rattler would take for a channel in a folder without comparing them."""
    edit(shared / "packages/kern-1.0-0")
    (archive,) = (tmp_path / "channel").glob("*/kern-1.0-0*")
    (other,) = (tmp_path / "channel").glob("*/kern-2.0-0*")
    shutil.copy(other, archive)
    with pytest.raises(Exception, match="hash mismatch"):
        make(manager, "one", "kern=1.0")
    assert entries(tmp_path / "own") == []
    assert not (Path(manager.root_dir) / "one").exists()


def test_an_addition_whose_entry_is_damaged(manager: Manager, shared: Path, tmp_path: Path) -> None:
    make(manager, "two", "extra")
    edit(shared / "packages/kern-1.0-0")
    asyncio.run(manager.change(ChangeRequest("two", install=("kern=1.0",)), Recorder()))
    (found,) = Path(manager.root_dir).glob("two/g/*/share/kern/0")
    assert found.read_text() == "kern 1.0 0\n"
    assert found.samefile(tmp_path / "own/packages/kern-1.0-0/share/kern/0")


def other_archive(entry: Path) -> None:
    entry.with_name(entry.name + ".lock").write_bytes((1).to_bytes(8, "big") + b"\0" * 32)


def refused_by_the_guard(entry: Path) -> None:
    listed = json.loads((entry / "info/paths.json").read_text())
    listed["paths"][0]["_path"] = "conda-meta/owned.json"
    (entry / "info/paths.json").write_text(json.dumps(listed))


def writable_for_all(entry: Path) -> None:
    entry.parent.chmod(0o777)


@pytest.mark.parametrize("wrong", [other_archive, refused_by_the_guard, writable_for_all])
def test_what_is_not_trusted_is_downloaded(manager: Manager, shared: Path, tmp_path: Path, wrong: object) -> None:
    assert callable(wrong)
    wrong(shared / "packages/kern-1.0-0")
    assert plan_notes(manager, "kern=1.0")[0] == 1
    prefix, _ = make(manager, "one", "kern=1.0")
    assert (prefix / "share/kern/0").samefile(tmp_path / "own/packages/kern-1.0-0/share/kern/0")


def findings(manager: Manager) -> list[str]:
    report = asyncio.run(manager.diagnose())
    return [finding.message for finding in report.findings if finding.code == "shared-cache"]


@pytest.mark.parametrize("limit", [{"max_package_files": 10}, {"max_package_size": 1000}])
def test_what_is_larger_than_allowed_does_not_come_from_it_either(
    home: Path, tmp_path: Path, limit: dict[str, int]
) -> None:
    channel, shared = small_channel(tmp_path / "many", 20), tmp_path / "many-shared"
    asyncio.run(create(make_manager(tmp_path / "admin", channel, shared), "all", "kern=1.0"))
    manager = make_manager(home, channel, tmp_path / "own", shared_caches=[str(shared)], **limit)
    with pytest.raises(PackageRefused, match="kern"):
        make(manager, "one", "kern=1.0")
    assert not (home / "envs/one").exists()


def test_doctor_says_who_may_write_to_it(manager: Manager, shared: Path) -> None:
    (shared / "packages").chmod(0o775)
    assert [word for word in ("its group", "you may write") if any(word in line for line in findings(manager))] == [
        "its group",
        "you may write",
    ]
    (shared / "packages").chmod(0o777)
    assert ["anybody" in line for line in findings(manager)] == [True]
    shutil.rmtree(shared)
    assert ["is not there" in line for line in findings(manager)] == [True]
    assert asyncio.run(manager.diagnose()).facts["shared package caches"] == str(shared)


def test_it_is_not_collected(manager: Manager, shared: Path) -> None:
    before = tree(shared)
    manager.gc_min_age = 0
    make(manager, "one", "kern=1.0")
    asyncio.run(manager.remove("one", Recorder()))
    items = asyncio.run(manager.disk.collectable())
    assert str(shared) not in repr(items)
    asyncio.run(manager.disk.collect(Recorder()))
    assert tree(shared) == before


def test_compiled_modules_come_from_it(home: Path, tmp_path: Path, channel: LocalChannel) -> None:
    admin = make_manager(tmp_path / "admin", channel.file_url, tmp_path / "shared")
    first = asyncio.run(create(admin, "all", "python", "tinytext=2.0")).prefix
    packages = list(asyncio.run(admin.environment("all")).packages)
    assert bytecode.compile_missing(
        [one for one in packages if one.name in ("python", "tinytext")], first, tmp_path / "shared"
    )
    user = make_manager(home, channel.file_url, tmp_path / "own", shared_caches=[str(tmp_path / "shared")])
    prefix = asyncio.run(create(user, "one", "python", "tinytext=2.0")).prefix
    compiled = list(prefix.glob("lib/python3*/site-packages/__pycache__/tinytext.*.pyc"))
    assert [file.stat().st_nlink > 1 for file in compiled] == [True]
    assert Tally(prefix).own < Tally(prefix).total / 10


UNPRIVILEGED = """
import asyncio, json, os, sys
from jupyter_envs.engine.worker import answer
request, user = json.loads(sys.argv[1]), int(sys.argv[2])
os.setgroups([]); os.setgid(user); os.setuid(user)
for op in ("pending", "install"):
    asyncio.run(answer({**request, "op": op}, lambda message: print(json.dumps(message))))
os._exit(0)
"""


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can become somebody else")
def test_files_of_somebody_else(shared: Path, tmp_path: Path, manager: Manager) -> None:
    """A cache of root's, used by somebody who may not write to it, in folders that everybody may enter."""
    packages = list(asyncio.run(create_and_show(manager)))
    with tempfile.TemporaryDirectory(prefix="shared-", dir="/var/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        shutil.copytree(shared, place / "shared")
        user = place / "user"
        user.mkdir()
        os.chown(user, NOBODY, NOBODY)
        before = tree(place / "shared")
        args = {
            "packages": packages_to_json(packages),
            "prefix": str(user / "prefix"),
            "cache_dir": str(user / "cache"),
            "shared_caches": [str(place / "shared")],
            "headroom": 0,
            "settings": CondaSettings().to_json(),
        }
        argv = [sys.executable, "-c", UNPRIVILEGED, json.dumps({"args": args}), str(NOBODY)]
        env = {**os.environ, "HOME": str(user)}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)
        messages = [json.loads(line) for line in done.stdout.splitlines()]
        assert [message for message in messages if "error" in message] == [], done.stdout
        (pending,) = (message["result"] for message in messages if message.get("result"))
        assert pending["missing"] == []
        file, original = user / "prefix/share/kern/0", place / "shared/packages/kern-1.0-0/share/kern/0"
        assert file.read_text() == original.read_text()
        # whether such links are possible is the kernel's to say: what is told must be what happened
        logs = [message["log"] for message in messages if "copied" in message.get("log", "")]
        assert bool(logs) is bool(pending["copied"]) is not file.samefile(original)
        assert tree(place / "shared") == before


async def create_and_show(manager: Manager) -> tuple[Package, ...]:
    await create(manager, "one", "kern=1.0")
    return (await manager.environment("one")).packages


def test_files_that_cannot_be_links_are_copies_and_it_is_said(manager: Manager, shared: Path, tmp_path: Path) -> None:
    """Another file system, as it is for files that the kernel lets nobody link."""
    disk = tmp_path / "disk"
    mount(disk, "size=20m")
    try:
        shutil.copytree(shared, disk / "shared")
        manager = make_manager(
            tmp_path / "home", manager.default_channels[0], tmp_path / "own", shared_caches=[str(disk / "shared")]
        )
        assert [note for note in plan_notes(manager, "kern=1.0")[1] if "are copied" in note]
        prefix, log = make(manager, "one", "kern=1.0")
        assert [line for line in log if f"{disk / 'shared'} were copied" in line]
        assert (prefix / "share/kern/0").read_text() == "kern 1.0 0\n"
        assert entries(tmp_path / "own") == []
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
