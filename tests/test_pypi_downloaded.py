"""Pythons that uv downloads: only where that is switched on, from where they may come, and as long as one is needed."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import pythons
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import process
from jupyter_envs.execution import execute
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.models import Plan

from .support.managing import Recorder, make_manager, notebook, output_text
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
