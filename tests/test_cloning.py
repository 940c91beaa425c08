"""Copies of environments: ours from the cache alone, others' by address and hash, and what cannot be had is named."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_envs import differences
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import InvalidName, NameTaken, NotFound
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import Plan

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager
from .support.others import HERE, MAKERS, ask, fingerprint, make_conda
from .support.pypi_index import PypiIndex


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    return make_manager(
        home, channel.file_url, package_cache, conda_roots=["~/miniconda3"], pypi_index=pypi_index.simple_url
    )


async def plan(manager: Manager, source: str, name: str) -> Plan:
    return await manager.plan(CreateRequest(name=name, clone=source), DiskDocuments(Path.cwd()), Recorder())


async def clone(manager: Manager, source: str, name: str) -> Path:
    request = CreateRequest(name=name, clone=source)
    return (await manager.create(request, DiskDocuments(Path.cwd()), Recorder())).prefix


def test_ours_is_cloned_without_any_network(home: Path, tmp_path: Path, channel: LocalChannel) -> None:
    moved = tmp_path / "channel"
    shutil.copytree(channel.path, moved)
    manager = make_manager(home, moved.as_uri(), tmp_path / "cache")

    async def run() -> None:
        await create(manager, "first", "python", "ipykernel", "tinytext=2.0", channels=(moved.as_uri(),))
        shutil.rmtree(moved)
        made = await plan(manager, "first", "second")
        assert (made.to_fetch, made.download, made.notes) == (0, 0, ())
        prefix = await clone(manager, "first", "second")
        first, second = await manager.environment("first"), await manager.environment("second")
        assert first.digest == second.digest == made.digest
        assert first.spec.conda == second.spec.conda
        assert second.to_json()["reason"] == "cloned from first"
        assert (await ask("second", "import sys, tinytext; print(sys.prefix)", home)).split() == [str(prefix)]

    asyncio.run(run())


def test_what_pip_added_by_hand_is_cloned_with_its_hash(manager: Manager) -> None:
    async def run() -> None:
        first = await create(manager, "first", "python", "ipykernel")
        index = ["--index-url", manager.pypi_index]
        argv = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--python",
            str(first.prefix),
            "--no-deps",
            *index,
            "tinywheel==1.0",
        ]
        subprocess.run(argv, check=True, capture_output=True)
        made = await plan(manager, "first", "second")
        (wheel,) = [package for package in made.added if package.manager == "pip"]
        assert wheel.name == "tinywheel" and wheel.sha256
        await clone(manager, "first", "second")
        one, two = await manager.environment("first"), await manager.environment("second")
        assert differences.between(one.packages, two.packages) == ()
        assert any(line.startswith("tinywheel==") for line in two.spec.pip)

    asyncio.run(run())


def test_a_foreign_conda_environment_gets_a_kernel_and_stays_as_it_is(
    manager: Manager, home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    async def run() -> None:
        folder = home / "miniconda3/envs/sci"
        await make_conda(folder, channel.file_url, package_cache, "python", "tinytext=1.0")
        before = fingerprint(folder)
        made = await plan(manager, "sci", "copy")
        assert any("ipykernel was added" in note for note in made.notes)
        prefix = await clone(manager, "sci", "copy")
        old, new = await manager.environment("sci"), await manager.environment("copy")
        assert {package.identity for package in old.packages} < {package.identity for package in new.packages}
        assert (await ask("copy", "import sys, tinytext; print(sys.prefix, tinytext.__version__)", home)).split() == [
            str(prefix),
            "1.0",
        ]
        assert fingerprint(folder) == before

    asyncio.run(run())


def test_a_folder_anywhere_can_be_cloned(
    manager: Manager, home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    async def run() -> None:
        folder = await make_conda(home / "deep/down/tiny", channel.file_url, package_cache, "tinyblob")
        await clone(manager, str(folder), "copy")
        assert [package.name for package in (await manager.environment("copy")).packages] == ["tinyblob"]

    asyncio.run(run())


def test_what_cannot_be_had_is_named(manager: Manager, home: Path, channel: LocalChannel, package_cache: Path) -> None:
    async def run() -> None:
        folder = home / "miniconda3/envs/sci"
        await make_conda(folder, channel.file_url, package_cache, "python", "ipykernel", "tinyblob")
        record = next((folder / "conda-meta").glob("tinyblob-*.json"))
        record.write_text(json.dumps({**json.loads(record.read_text()), "url": ""}))
        info = folder / "lib" / HERE / "site-packages" / "unheard_of-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: unheard-of\nVersion: 1.0\n")
        made = await plan(manager, "sci", "copy")
        (note,) = [note for note in made.notes if "does not have it" in note]
        assert note.startswith("tinyblob, unheard-of: ")
        assert {"tinyblob", "unheard-of"}.isdisjoint(package.name for package in made.added)
        await clone(manager, "sci", "copy")

    asyncio.run(run())


def test_what_cannot_be_cloned(manager: Manager, home: Path) -> None:
    manager.others.projects = (home / "work",)
    MAKERS["venv"](home)

    async def run() -> None:
        with pytest.raises(NotFound):
            await plan(manager, "nothing", "copy")
        with pytest.raises(NotFound):
            await plan(manager, str(home), "copy")
        with pytest.raises(InvalidName):
            await plan(manager, "plain", "../copy")
        await create(manager, "one", "tinyblob")
        with pytest.raises(NameTaken):
            await plan(manager, "one", "ONE")

    asyncio.run(run())
