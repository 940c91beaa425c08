"""A download of a Python that goes wrong, is cancelled or killed: an error that says what, and nothing half made."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import pythons
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import cache
from jupyter_envs.errors import (
    Conflict,
    DiskTrouble,
    InvalidFile,
    PackageRefused,
    Unreachable,
)
from jupyter_envs.manager import Manager
from jupyter_envs.manager.garbage import Collection

from .support.http_server import Fault
from .support.lab import PROJECT
from .support.managing import Recorder
from .support.no_python import HERE, MINOR, WISH, Machine, request
from .support.processes import Process, children, group_members, wait_until
from .support.standalone import ARCHIVE, LIST


def test_another_archive_than_the_list_says_is_refused(machine: Machine) -> None:
    machine.server.changes = {"sha256": "0" * 64}
    with pytest.raises(PackageRefused, match="Hash mismatch") as caught:
        machine.create()
    assert "do not trust it" in caught.value.hints[0]
    assert machine.is_clean()
    machine.server.changes = {}
    machine.create()


def test_another_python_than_the_list_says_is_refused(machine: Machine) -> None:
    machine.server.version = f"{MINOR}.99"
    with pytest.raises(PackageRefused, match=f"asked for its version it says “{re.escape(HERE)}”"):
        machine.create("tinywheel", f"# python: =={MINOR}.99")
    assert machine.is_clean()


INCOMPLETE = b'{"a": {"url": "https://example.org/a", "sha256": "%s"}}' % (b"0" * 64)
FAULTS = {
    "no list": (LIST, Fault(status=404), Unreachable, "it answers 404"),
    "no network": ("", None, Unreachable, "cannot be read"),
    "not JSON": (LIST, Fault(body=b"<html>sign in</html>"), InvalidFile, "it is not JSON"),
    "no objects": (LIST, Fault(body=b'{"cpython": 3}'), InvalidFile, "not an object of objects"),
    "not uv's": (LIST, Fault(body=INCOMPLETE), InvalidFile, "missing field"),
    "no archive": (ARCHIVE, Fault(status=404), Unreachable, "404"),
    "not the archive": (ARCHIVE, Fault(body=b"<html>sign in</html>"), PackageRefused, "Downloading Python"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_goes_wrong_has_a_name_and_leaves_nothing(machine: Machine, name: str) -> None:
    part, fault, error, words = FAULTS[name]
    options: dict[str, Any] = {} if fault else {"python_downloads": f"http://127.0.0.1:9{LIST}"}
    if fault:
        machine.server.fault(part, fault)
    with pytest.raises(error, match=words) as caught:
        machine.create(**options)
    assert caught.value.hints
    assert machine.is_clean()
    assert "Traceback" not in str(caught.value)


def test_a_connection_that_breaks_once_is_tried_again(machine: Machine) -> None:
    machine.server.fault(ARCHIVE, Fault(cut=1_000_000), times=2)  # the size is asked for first
    machine.create()
    assert machine.asked().count(f"GET {ARCHIVE}") == 2


def test_a_list_that_fails_once_is_asked_again(machine: Machine) -> None:
    machine.server.fault(LIST, Fault(status=503), times=2)
    assert "downloaded by uv" in machine.plan().python
    machine.server.fault(LIST, Fault(status=503))
    with pytest.raises(Unreachable, match="it answers 503"):
        machine.plan()


def test_cancelled_it_leaves_nothing_and_works_again(machine: Machine) -> None:
    machine.server.fault(ARCHIVE, Fault(hold=1_000_000), times=2)  # the size is asked for first

    async def run() -> None:
        work = asyncio.create_task(
            machine.manager().create(request("pure", ()), DiskDocuments(machine.home), Recorder())
        )
        await asyncio.to_thread(wait_until, machine.downloading, "a part of the archive")
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(run())
    assert machine.is_clean()
    machine.create()


def test_killed_it_leaves_what_the_next_one_or_the_doctor_takes_away(machine: Machine, tmp_path: Path) -> None:
    manager = machine.manager()
    settings = {name: getattr(manager, name) for name in ("root_dir", "cache_dir", "pypi_index", "python_downloads")}
    for ending in ("next", "doctor", "gc"):
        machine.server.fault(ARCHIVE, Fault(hold=1_000_000), times=2)
        argv = [sys.executable, "-m", "tests.support.creating", json.dumps(settings), "\n".join(("tinywheel", WISH))]
        with Process(argv, tmp_path / "log", env=dict(os.environ), cwd=PROJECT) as victim:
            wait_until(machine.downloading, "a part of the archive")
            assert "half-python" not in codes(manager), "somebody is at work"
            (worker,) = children(victim.pid)
            victim.kill()
            wait_until(partial(is_gone, worker, machine.cache), "the end of its engine process")
        assert pythons.leftovers(machine.folder), ending
        assert machine.pythons() == []
        machine.server.well_behaved()
        if ending == "doctor":
            assert "half-python" in codes(manager)
            assert not [one for one in asyncio.run(manager.repair(Recorder())) if one.trouble]
        elif ending == "gc":
            assert "download" in kinds(asyncio.run(manager.disk.collect(Recorder())))
        else:
            machine.create()
            asyncio.run(machine.manager().remove("pure", Recorder()))
            asyncio.run(manager.disk.collect(Recorder()))
        assert (machine.pythons(), pythons.leftovers(machine.folder)) == ([], [])


def is_gone(group: int, cache_dir: Path) -> bool:
    """Whether a process group has ended, and what it had locked is free."""
    try:
        with cache.exclusive(cache_dir):
            return not group_members(group)
    except Conflict:
        return False


def codes(manager: Manager) -> list[str]:
    return [finding.code for finding in asyncio.run(manager.diagnose()).findings]


def kinds(found: Collection) -> set[str]:
    return {item.kind for item in found.items}


def test_two_at_once_download_it_once(machine: Machine) -> None:
    async def run() -> None:
        works = [
            machine.manager().create(request(name, ()), DiskDocuments(machine.home), Recorder())
            for name in ("one", "two")
        ]
        await asyncio.gather(*works)

    asyncio.run(run())
    assert machine.asked().count(f"GET {ARCHIVE}") == 1
    assert len(machine.pythons()) == 1


def test_there_has_to_be_room_for_it(machine: Machine) -> None:
    with pytest.raises(DiskTrouble, match="not enough room"):
        machine.create(disk_headroom=10**18)
    assert f"GET {ARCHIVE}" not in machine.asked()
    assert machine.is_clean()
