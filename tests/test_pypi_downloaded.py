"""Pythons that uv downloads: only where that is switched on, from where they may come, and as long as one is needed."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import pythons
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import cache, process, pypi_managed, pypi_offers
from jupyter_envs.errors import (
    Conflict,
    DiskTrouble,
    EnvsError,
    Forbidden,
    InvalidFile,
    InvalidInput,
    NotFound,
    PackageRefused,
    PlanChanged,
    Unreachable,
)
from jupyter_envs.execution import execute
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager, Summary
from jupyter_envs.manager.garbage import Collection
from jupyter_envs.models import Download, Plan

from .support.http_server import Fault
from .support.lab import PROJECT
from .support.made_channel import everywhere, write_channel
from .support.managing import Recorder, make_manager, notebook, output_text, tree
from .support.private import SECRET, holding, with_user
from .support.processes import Process, children, group_members, wait_until
from .support.pypi_index import PypiIndex
from .support.standalone import ARCHIVE, LIST, START, PythonServer, own_archive

NO_CHANNEL = "http://127.0.0.1:9/channel"
HERE = platform.python_version()
MINOR = HERE.rpartition(".")[0]
WISH = f"# python: =={HERE}"


@pytest.fixture(scope="module")
def archive() -> bytes:
    return own_archive()


@pytest.fixture
def server(archive: bytes) -> Iterator[PythonServer]:
    with PythonServer(archive) as server:
        yield server


class World:
    """A machine on which no Python fits, and managers that may download one."""

    def __init__(self, home: Path, index: PypiIndex, cache: Path, server: PythonServer) -> None:
        self.home = home
        self.index = index
        self.cache = cache
        self.server = server
        self.folder = home / "envs" / pythons.FOLDER

    def manager(self, channel: str = NO_CHANNEL, **options: Any) -> Manager:
        known = {"pypi_index": self.index.simple_url, "python_downloads": self.server.list_url, "gc_min_age": 0.0}
        return make_manager(self.home, channel, self.cache, **{**known, **options})

    def plan(self, *lines: str, **options: Any) -> Plan:
        asked = request("pure", lines)
        return asyncio.run(self.manager(**options).plan(asked, DiskDocuments(self.home), Recorder()))

    def create(self, *lines: str, name: str = "pure", reporter: Recorder | None = None, **options: Any) -> Summary:
        work = self.manager(**options).create(request(name, lines), DiskDocuments(self.home), reporter or Recorder())
        return asyncio.run(work)

    def asked(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.server.requests]

    def pythons(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*") if not path.name.startswith("."))


def request(name: str, lines: tuple[str, ...]) -> CreateRequest:
    text = "".join(f"{line}\n" for line in lines or ("tinywheel", WISH))
    return CreateRequest(name=name, file=text, filename="requirements.txt")


@pytest.fixture
def no_python(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home on a machine where no Python fits."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))  # where uv looks for Pythons
    monkeypatch.setattr(process, "START", START)
    return home


@pytest.fixture
def world(no_python: Path, kernel_index: PypiIndex, package_cache: Path, server: PythonServer) -> World:
    return World(no_python, kernel_index, package_cache, server)


def test_a_python_is_downloaded_and_a_kernel_runs_on_it(world: World) -> None:
    plan = world.plan()
    assert plan.python == f"Python {HERE}, downloaded by uv from {world.server.url.removeprefix('http://')}"
    assert [
        note for note in plan.notes if world.server.url + ARCHIVE in note and world.server.entry()["sha256"] in note
    ]
    assert plan.download >= len(world.server.archive)
    assert world.pythons() == [], "a plan downloads nothing"
    assert world.asked() == [f"GET {LIST}", f"HEAD {ARCHIVE}"]

    recorder = Recorder()
    summary = world.create(reporter=recorder)
    shown = summary.to_json()
    assert (shown["engine"], shown["python"], shown["kernels"]) == ("pypi", HERE, ["pure"])
    fetching = [state for state in recorder.states if state.phase == "fetching" and state.package == "python"]
    assert fetching[-1].bytes_total == len(world.server.archive)
    (key,) = world.pythons()
    path = world.home / "work.ipynb"
    path.write_text(notebook("import sys, tinywheel; print(sys.prefix, sys.base_prefix)"))
    asyncio.run(execute(path, summary.kernels[0], Recorder()))
    assert output_text(path).split() == [str(summary.prefix), str(world.folder / key)]


def test_switched_off_nobody_is_asked(world: World) -> None:
    with pytest.raises(NotFound) as caught:
        world.create(python_downloads="")
    assert caught.value.message == f"There is no Python =={HERE} on this machine."
    assert [hint for hint in caught.value.hints if "Manager.python_downloads" in hint]
    assert world.asked() == []
    assert not world.folder.exists()
    assert Manager().python_downloads == ""


def test_a_second_environment_needs_no_server(world: World) -> None:
    world.create(name="first")
    world.server.requests.clear()
    for name, source in (("on", world.server.list_url), ("off", "")):
        summary = world.create(name=name, python_downloads=source)
        assert summary.to_json()["python"] == HERE
    assert world.asked() == []


def test_what_was_locked_elsewhere_gets_its_python(world: World) -> None:
    world.create(name="first")
    text = asyncio.run(world.manager().export("first", "conda-lock")).text
    assert ARCHIVE not in text, "a lock says which version, not where it was from"
    asyncio.run(world.manager().remove("first", Recorder()))
    forget_pythons(world)
    manager = world.manager()
    work = manager.create(CreateRequest(name="again", lock=text), DiskDocuments(world.home), Recorder())
    assert asyncio.run(work).to_json()["python"] == HERE
    pylock = asyncio.run(world.manager().export("again", "pylock")).text
    forget_pythons(world)
    asked = CreateRequest(name="third", file=pylock, filename="pylock.toml")
    plan = asyncio.run(world.manager().plan(asked, DiskDocuments(world.home), Recorder()))
    assert "downloaded by uv" in plan.python


def forget_pythons(world: World) -> None:
    for key in world.pythons():
        shutil.rmtree(world.folder / key)


def test_the_plan_s_hash_covers_the_archive(world: World) -> None:
    before = world.plan()
    assert world.plan().hash == before.hash
    world.server.changes = {"sha256": "0" * 64}
    assert world.plan().hash != before.hash
    world.server.changes = {"url": f"{world.server.url}/other.tar.gz"}
    assert world.plan().hash != before.hash
    with pytest.raises(PlanChanged):
        work = world.manager().create(request("pure", ()), DiskDocuments(world.home), Recorder(), confirmed=before.hash)
        asyncio.run(work)
    assert world.pythons() == []


def is_clean(world: World) -> bool:
    """Whether nothing of a download or an environment is left."""
    names = [name for name in tree(world.home / "envs") if not name.startswith(".")]
    return (names, world.pythons(), pythons.leftovers(world.folder)) == ([], [], [])


def test_another_archive_than_the_list_says_is_refused(world: World) -> None:
    world.server.changes = {"sha256": "0" * 64}
    with pytest.raises(PackageRefused, match="Hash mismatch") as caught:
        world.create()
    assert "do not trust it" in caught.value.hints[0]
    assert is_clean(world)
    world.server.changes = {}
    world.create()


def test_another_python_than_the_list_says_is_refused(world: World) -> None:
    world.server.version = f"{MINOR}.99"
    with pytest.raises(PackageRefused, match=f"asked for its version it says “{re.escape(HERE)}”"):
        world.create("tinywheel", f"# python: =={MINOR}.99")
    assert is_clean(world)


INCOMPLETE = b'{"a": {"url": "https://example.org/a", "sha256": "%s"}}' % (b"0" * 64)
FAULTS = {
    "no list": (LIST, Fault(status=404), Unreachable, "it answers 404"),
    "no network": ("", None, Unreachable, "cannot be read"),
    "not JSON": (LIST, Fault(body=b"<html>sign in</html>"), InvalidFile, "it is not JSON"),
    "no objects": (LIST, Fault(body=b'{"cpython": 3}'), InvalidFile, "not an object of objects"),
    "not uv's": (LIST, Fault(body=INCOMPLETE), InvalidFile, "missing field"),
    "no archive": (ARCHIVE, Fault(status=404), Unreachable, "404"),
    "not the archive": (ARCHIVE, Fault(body=b"<html>sign in</html>"), EnvsError, "Downloading Python"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_goes_wrong_has_a_name_and_leaves_nothing(world: World, name: str) -> None:
    part, fault, error, words = FAULTS[name]
    options: dict[str, Any] = {} if fault else {"python_downloads": f"http://127.0.0.1:9{LIST}"}
    if fault:
        world.server.fault(part, fault)
    with pytest.raises(error, match=words) as caught:
        world.create(**options)
    assert caught.value.hints
    assert is_clean(world)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("source", ["yes", "ftp://example.org/pythons.json", "http:///pythons.json", "/etc/passwd"])
def test_what_is_no_address_of_a_list_is_refused(world: World, source: str) -> None:
    with pytest.raises(InvalidInput, match=r"Manager\.python_downloads"):
        world.plan(python_downloads=source)


def test_a_list_that_leads_elsewhere_is_none(world: World) -> None:
    with PythonServer(b"") as other:
        other.leads_to = world.server.list_url
        with pytest.raises(Unreachable, match=r"it answers 302 .*name that one"):
            world.plan(python_downloads=other.list_url)
    assert world.asked() == []


def test_what_does_not_fit_is_passed_over(world: World) -> None:
    entry = world.server.entry()
    newer = int(entry["patch"]) + 1
    world.server.more = {
        "unchecked": {**entry, "patch": newer, "sha256": None},
        "another machine": {**entry, "patch": newer, "arch": {"family": "riscv64", "variant": None}},
        "another system": {**entry, "patch": newer, "os": "windows", "libc": "none"},
        "without a lock": {**entry, "patch": newer, "variant": "freethreaded"},
        "not finished": {**entry, "patch": newer, "prerelease": "rc1"},
        "another one": {**entry, "patch": newer, "name": "pypy"},
    }
    assert world.plan("tinywheel", f"# python: =={MINOR}.*").python.startswith(f"Python {HERE}, downloaded")
    world.server.more["newer"] = {**entry, "patch": newer}
    assert world.plan("tinywheel", f"# python: =={MINOR}.*").python.startswith(f"Python {MINOR}.{newer}, downloaded")
    with pytest.raises(NotFound) as caught:
        world.plan("tinywheel", "# python: ==3.77.*")
    assert [hint for hint in caught.value.hints if f"For this machine it has {MINOR}." in hint]
    assert [hint for hint in caught.value.hints if "Conda's Python cannot be had either" in hint]


def test_it_comes_before_conda_s_and_conda_s_after_it(world: World, tmp_path: Path) -> None:
    made = [*everywhere("python", HERE), *everywhere("python", "3.77.1"), *everywhere("ipykernel", "9.0", ["python"])]
    channel = write_channel(tmp_path / "channel", made)
    assert "downloaded by uv" in world.plan(channel=channel).python
    plan = world.plan("tinywheel", "# python: ==3.77.*", channel=channel)
    assert plan.python == ""
    assert "Conda's is taken" in plan.notes[0]


def test_allow_lists_hold_for_the_list_and_for_the_archive(world: World) -> None:
    index, own = world.index.simple_url, world.server.url
    wheels = world.index.url
    for allowed, address in [([index, wheels], LIST), ([index, wheels, f"{own}{LIST}"], ARCHIVE)]:
        with pytest.raises(Forbidden) as caught:
            world.create(allowed_indexes=allowed)
        assert address in caught.value.message
        assert "Manager.allowed_indexes" in caught.value.hints[0]
        assert f"GET {ARCHIVE}" not in world.asked()
    assert f"GET {LIST}" in world.asked()
    assert is_clean(world)
    world.create(allowed_indexes=[index, wheels, own])


def test_a_list_on_this_disk_and_one_behind_a_password(world: World, tmp_path: Path) -> None:
    (tmp_path / "cpython.tar.gz").write_bytes(world.server.archive)
    entry = {**world.server.entry(), "url": (tmp_path / "cpython.tar.gz").as_uri()}
    (tmp_path / "pythons.json").write_text(json.dumps({"one": entry}))
    source = (tmp_path / "pythons.json").as_uri()
    plan = world.plan(python_downloads=source)
    assert plan.python == f"Python {HERE}, downloaded by uv from {tmp_path}"
    assert world.create(name="disk", python_downloads=source).to_json()["python"] == HERE
    forget_pythons(world)

    world.server.private = True
    with pytest.raises(Unreachable, match="it answers 401"):
        world.plan()
    recorder = Recorder()
    world.create(name="private", reporter=recorder, python_downloads=with_user(world.server.list_url))
    assert not [line for line in recorder.lines if SECRET in line]
    assert holding([world.home]) == []


def test_nobody_needs_it_any_more(world: World) -> None:
    world.create(name="first")
    world.create(name="second")
    (key,) = world.pythons()
    manager = world.manager(kept_generations=0)
    asyncio.run(manager.remove("first", Recorder()))
    assert "python" not in kinds(asyncio.run(manager.disk.collect(Recorder())))
    asyncio.run(manager.change(ChangeRequest("second", update=("tinywheel",), pip=("tinywheel==1.0",)), Recorder()))
    asyncio.run(manager.remove("second", Recorder()))
    preview = asyncio.run(manager.disk.collectable())
    assert [item.name for item in preview.items if item.kind == "python"] == [key]
    assert world.pythons() == [key]
    done = asyncio.run(manager.disk.collect(Recorder()))
    assert sum(item.bytes or 0 for item in done.items if item.kind == "python") > len(world.server.archive)
    assert world.pythons() == []
    assert is_clean(world)
    world.create(name="third")


def test_an_earlier_generation_and_one_that_is_being_removed_need_it(world: World) -> None:
    summary = world.create()
    aside = world.home / "envs" / ".trash" / "pure-0badcafe"
    aside.parent.mkdir(exist_ok=True)
    (world.home / "envs" / "pure").rename(aside)
    assert pythons.unused(world.home / "envs") == []
    aside.rename(world.home / "envs" / "pure")
    assert summary.prefix.is_dir()
    shutil.rmtree(world.home / "envs" / "pure")
    assert [path.name for path in pythons.unused(world.home / "envs")] == world.pythons()


def test_the_doctor_sees_that_it_is_gone_and_builds_again(world: World) -> None:
    summary = world.create()
    forget_pythons(world)
    manager = world.manager()
    found = {finding.code: finding for finding in asyncio.run(manager.diagnose()).findings}
    assert "dead-kernel" not in found
    assert str(world.folder) in found["no-python"].message
    mended = asyncio.run(manager.repair(Recorder()))
    assert [(one.finding.code, one.trouble) for one in mended] == [("no-python", "")]
    again = asyncio.run(manager.environment("pure")).summary
    assert again.prefix != summary.prefix
    argv = [str(again.prefix / "bin/python"), "-I", "-c", "import tinywheel; print(tinywheel.version)"]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "1.1\n"
    forget_pythons(world)
    (mended_not,) = asyncio.run(world.manager(python_downloads="").repair(Recorder()))
    assert mended_not.trouble == f"There is no Python =={MINOR}.* on this machine."


def test_going_back_brings_it_again_and_says_so(world: World) -> None:
    first = world.create("tinywheel==1.0", WISH).prefix
    newer = ChangeRequest("pure", update=("tinywheel",), pip=("tinywheel>=1.1",))
    second = asyncio.run(world.manager().change(newer, Recorder())).prefix
    shutil.rmtree(first)
    forget_pythons(world)
    plan = asyncio.run(world.manager().plan_roll_back("pure", Recorder()))
    assert "downloaded by uv" in plan.python
    summary = asyncio.run(world.manager().roll_back("pure", Recorder(), confirmed=plan.hash))
    assert summary.to_json()["python"] == HERE
    assert summary.prefix not in (first, second)


def downloading(world: World) -> bool:
    """Whether a part of the archive has come."""
    files = (world.folder / pythons.ARCHIVES).rglob("*")
    return any(path.is_file() and path.stat().st_size for path in files)


def test_cancelled_it_leaves_nothing_and_works_again(world: World) -> None:
    world.server.fault(ARCHIVE, Fault(hold=1_000_000), times=2)  # the size is asked for first

    async def run() -> None:
        work = asyncio.create_task(world.manager().create(request("pure", ()), DiskDocuments(world.home), Recorder()))
        await asyncio.to_thread(wait_until, lambda: downloading(world), "a part of the archive")
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(run())
    assert is_clean(world)
    world.create()


def test_killed_it_leaves_what_the_next_one_or_the_doctor_takes_away(world: World, tmp_path: Path) -> None:
    manager = world.manager()
    settings = {name: getattr(manager, name) for name in ("root_dir", "cache_dir", "pypi_index", "python_downloads")}
    for ending in ("next", "doctor", "gc"):
        world.server.fault(ARCHIVE, Fault(hold=1_000_000), times=2)
        argv = [sys.executable, "-m", "tests.support.creating", json.dumps(settings), "\n".join(("tinywheel", WISH))]
        with Process(argv, tmp_path / "log", env=dict(os.environ), cwd=PROJECT) as victim:
            wait_until(lambda: downloading(world), "a part of the archive")
            assert "half-python" not in codes(manager), "somebody is at work"
            (worker,) = children(victim.pid)
            victim.kill()
            wait_until(partial(is_gone, worker, world.cache), "the end of its engine process")
        assert pythons.leftovers(world.folder), ending
        assert world.pythons() == []
        world.server.well_behaved()
        if ending == "doctor":
            assert "half-python" in codes(manager)
            assert not [one for one in asyncio.run(manager.repair(Recorder())) if one.trouble]
        elif ending == "gc":
            assert "download" in kinds(asyncio.run(manager.disk.collect(Recorder())))
        else:
            world.create()
            asyncio.run(world.manager().remove("pure", Recorder()))
            asyncio.run(manager.disk.collect(Recorder()))
        assert (world.pythons(), pythons.leftovers(world.folder)) == ([], [])


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


def test_two_at_once_download_it_once(world: World) -> None:
    async def run() -> None:
        works = [
            world.manager().create(request(name, ()), DiskDocuments(world.home), Recorder()) for name in ("one", "two")
        ]
        await asyncio.gather(*works)

    asyncio.run(run())
    assert world.asked().count(f"GET {ARCHIVE}") == 1
    assert len(world.pythons()) == 1


def test_there_has_to_be_room_for_it(world: World) -> None:
    with pytest.raises(DiskTrouble, match="not enough room"):
        world.create(disk_headroom=10**18)
    assert f"GET {ARCHIVE}" not in world.asked()
    assert is_clean(world)


def test_uv_s_own_list_is_asked_of_uv_alone(tmp_path: Path) -> None:
    offers = asyncio.run(pypi_offers.offered("default", tmp_path))
    assert {one.version.rpartition(".")[0] for one in offers} >= {"3.11", "3.12"}
    assert all(one.url.startswith("https://") and one.version in one.url for one in offers)
    one = offers[0]
    options = asyncio.run(pypi_managed.from_there_alone(Download(one.url, one.key), tmp_path))
    assert options[0] == "--mirror", "uv asks no second host where a first one is named"
    assert one.url.startswith(f"{options[1]}/")


def test_a_list_may_name_what_uv_would_ask_elsewhere(tmp_path: Path, server: PythonServer) -> None:
    plain = Download(server.url + ARCHIVE, "key", listed=json.dumps({"key": server.entry()}))
    assert asyncio.run(pypi_managed.from_there_alone(plain, tmp_path)) == []
