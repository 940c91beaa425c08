"""Another name, made from the lock; the note, the tags and the kernel go along, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets import TraitError

from jupyter_envs import kernelspec
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import Conflict, EnvironmentInUse, Forbidden, InvalidName, NameTaken, NotFound
from jupyter_envs.manager import CreateRequest, Manager

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager
from .support.others import MAKERS, ask


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path) -> Manager:
    return make_manager(home, channel.file_url, package_cache)


def test_a_renamed_environment_is_the_same(home: Path, tmp_path: Path, channel: LocalChannel) -> None:
    moved = tmp_path / "channel"
    shutil.copytree(channel.path, moved)
    manager = make_manager(home, moved.as_uri(), tmp_path / "cache")

    async def run() -> None:
        await create(manager, "first", "python", "ipykernel", "tinyactivate", channels=(moved.as_uri(),))
        await manager.describe("first", "for the paper", ["team", "team", "2026"])
        before = await manager.environment("first")
        shutil.rmtree(moved)
        renamed = await manager.rename("first", "Second", Recorder())
        after = await manager.environment("Second")
        assert (before.digest, before.spec.conda) == (after.digest, after.spec.conda)
        data = renamed.to_json()
        assert (data["note"], data["tags"], data["reason"]) == ("for the paper", ["team", "2026"], "renamed from first")
        assert [summary.name for summary in await manager.environments()] == ["Second"]
        assert not (home / "envs" / "first").exists()
        assert [name for name, _ in kernelspec.published()] == ["second"]
        said = await ask("second", "import os, sys; print(sys.prefix, os.environ['TINYACTIVATE_HOME'])", home)
        assert said.split() == [str(renamed.prefix), f"{renamed.prefix}/share/tinyactivate"]

    asyncio.run(run())


def test_what_cannot_be_renamed_stays_as_it_is(manager: Manager, home: Path) -> None:
    manager.others.projects = (home / "work",)
    MAKERS["venv"](home)

    async def run() -> None:
        first = await create(manager, "first", "python", "ipykernel")
        await create(manager, "other", "tinyblob")
        with pytest.raises(NameTaken):
            await manager.rename("first", "OTHER", Recorder())
        with pytest.raises(InvalidName):
            await manager.rename("first", "../second", Recorder())
        with pytest.raises(NotFound):
            await manager.rename("none", "second", Recorder())
        with pytest.raises(Forbidden):
            await manager.rename("plain", "second", Recorder())
        with pytest.raises(Forbidden):
            await manager.describe("plain", "mine", [])
        manager.running_kernels = lambda: {"first": 2}
        with pytest.raises(EnvironmentInUse, match="2 of its kernels"):
            await manager.rename("first", "second", Recorder())
        by_hand = first.prefix / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
        info = by_hand / "handmade-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: handmade\nVersion: 1.0\n")
        with pytest.raises(Conflict, match="changed by hand"):
            await manager.rename("first", "second", Recorder(), force=True)
        assert [summary.name for summary in await manager.environments()] == ["first", "other"]
        shutil.rmtree(info)
        await manager.rename("first", "second", Recorder(), force=True)

    asyncio.run(run())


def test_a_pattern_is_asked_of_new_names_only(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    manager = make_manager(home, channel.file_url, package_cache, name_pattern="<team>_<project>")

    async def run() -> None:
        with pytest.raises(InvalidName, match="<team>_<project>"):
            await create(manager, "penguins", "tinyblob")
        await create(manager, "geo_penguins", "tinyblob")
        with pytest.raises(InvalidName):
            await manager.rename("geo_penguins", "penguins", Recorder())

    asyncio.run(run())
    with pytest.raises(TraitError, match="no pattern"):
        make_manager(home, channel.file_url, package_cache, name_pattern="anything")


def test_a_name_that_says_nothing_is_noted_in_the_plan(manager: Manager) -> None:
    request = CreateRequest(name="test", packages=("tinyblob",))
    plan = asyncio.run(manager.plan(request, DiskDocuments(Path.cwd()), Recorder()))
    assert any("“test” will say little" in note for note in plan.notes)


def test_the_command_line(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    asyncio.run(create(make_manager(home, channel.file_url, package_cache), "first", "tinyblob"))

    def call(*words: str) -> str:
        argv = [sys.executable, "-m", "jupyter_envs", *words[:1], f"--Manager.root_dir={home}/envs", *words[1:]]
        argv.append(f"--Manager.cache_dir={package_cache}")
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    call("about", "first", "--note", "for [the] paper", "--tag", "a", "--tag", "b")
    assert "for [the] paper" in call("about", "first")
    call("about", "first", "--tag", "c")
    listed = call("list")
    assert "#c for [the] paper" in listed and "#a" not in listed
    call("rename", "first", "second", "--yes")
    assert "#c" in call("list")
    assert "There is no note." in call("about", "second", "--clear")
