"""Pins and locks for several platforms: what pinning carries, what locking a pinned notebook solves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_envs import lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import CreateRequest, Manager, PinLock
from jupyter_envs.models import Lock
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.managing import Recorder, make_manager, write_notebook

HERE = current_platform()
OTHERS = tuple(one for one in ("linux-64", "osx-arm64", "win-64") if one != HERE)
FILE = f"name: shared\nplatforms: [{HERE}, {', '.join(OTHERS)}]\ndependencies: [tinyactivate]\n"
LOCK = "environment.conda-lock.yml"


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path) -> Manager:
    return make_manager(home, channel.file_url, package_cache)


def read(folder: Path) -> Lock:
    return lockfile.parse((folder / LOCK).read_bytes())


async def pinned(manager: Manager, folder: Path) -> tuple[DiskDocuments, str]:
    """A notebook that is pinned to a new environment of `FILE`."""
    documents, path = write_notebook(folder)
    (folder / "environment.yml").write_text(FILE)
    await manager.create(CreateRequest(file=FILE), documents, Recorder())
    await manager.pin(path.name, "shared", documents)
    return documents, path.name


def test_pinning_locks_this_machine_and_all_platforms_when_asked(manager: Manager, home: Path) -> None:
    async def run() -> None:
        documents, path = await pinned(manager, home / "work")
        before = read(home / "work")
        assert before.platforms == (HERE,)
        status = await manager.lock_pin(path, documents, Recorder(), PinLock("others"))
        after = read(home / "work")
        assert set(after.platforms) == {HERE, *OTHERS}
        assert after.for_platform(HERE) == before.for_platform(HERE)
        assert {package.name for package in after.for_platform(OTHERS[0])} == {"tinyactivate"}
        assert status.verdict.state is VerdictState.MATCH
        assert status.pin is not None
        assert status.pin.digest == after.digest()
        # pinning again keeps what is locked for the others
        await manager.pin(path, "shared", documents)
        assert read(home / "work") == after

    asyncio.run(run())


def test_locking_a_pinned_notebook_solves_for_this_machine_or_for_all(manager: Manager, home: Path) -> None:
    async def run() -> None:
        documents, path = await pinned(manager, home / "work")
        (home / "work" / "environment.yml").write_text(FILE.replace("[tinyactivate]", "[tinyactivate, tinypostlink]"))
        await manager.lock_pin(path, documents, Recorder())
        here_only = read(home / "work")
        assert here_only.platforms == (HERE,)
        assert {package.name for package in here_only.packages} == {"tinyactivate", "tinypostlink"}
        await manager.lock_pin(path, documents, Recorder(), PinLock("all", as_of="2024-05-01"))
        everywhere = read(home / "work")
        assert set(everywhere.platforms) == set(everywhere.as_of) == {HERE, *OTHERS}

    asyncio.run(run())


def test_updating_from_an_edited_file_keeps_the_versions_that_are_locked(manager: Manager, home: Path) -> None:
    text = FILE.replace("[tinyactivate]", "[python, tinytext=1.0]")

    async def run() -> None:
        documents, path = write_notebook(home / "work")
        (home / "work" / "environment.yml").write_text(text)
        await manager.create(CreateRequest(file=text), documents, Recorder())
        await manager.pin(path.name, "shared", documents)
        (home / "work" / "environment.yml").write_text(text.replace("tinytext=1.0", "tinytext, tinyactivate"))
        plan = await manager.plan(CreateRequest(pin=path.name, update=True), documents, Recorder())
        assert [package.name for package in plan.added] == ["tinyactivate"]
        assert (plan.changed, plan.removed) == ((), ())

    asyncio.run(run())
