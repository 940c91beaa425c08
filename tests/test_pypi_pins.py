"""Notebooks pinned to environments of PyPI packages alone: requirements.txt and pylock.toml beside them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from jupyter_envs import lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.execution import execute
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager
from jupyter_envs.manager.notebook_locks import THIS_MACHINE
from jupyter_envs.verdicts import VerdictState

from .support.managing import Recorder, make_manager, notebook, output_text
from .support.pypi_index import PypiIndex
from .test_pypi_environments import NO_CHANNEL, request

BOOK = "analysis.ipynb"


class Desk:
    """A manager without any channel, and a folder with a notebook."""

    def __init__(self, home: Path, index: PypiIndex, cache: Path) -> None:
        self.home, self.index, self.cache = home, index, cache
        self.folder = home / "work"
        self.folder.mkdir()
        (self.folder / BOOK).write_text(notebook("import tinywheel; print(tinywheel.version)"))
        self.documents = DiskDocuments(self.folder)

    @property
    def manager(self) -> Manager:
        return make_manager(self.home, NO_CHANNEL, self.cache, pypi_index=self.index.simple_url)

    def create(self, *lines: str, name: str = "shop") -> None:
        asyncio.run(self.manager.create(request(*lines, name=name), self.documents, Recorder()))

    def pin(self, name: str = "shop") -> tuple[str, str]:
        status = asyncio.run(self.manager.pin(BOOK, name, self.documents))
        assert status.pin is not None and status.verdict.state is VerdictState.MATCH
        return status.pin.file, status.pin.lock

    def state(self) -> VerdictState:
        return asyncio.run(self.manager.read_pin(BOOK, self.documents)).verdict.state

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def desk(home: Path, kernel_index: PypiIndex, package_cache: Path) -> Desk:
    return Desk(home, kernel_index, package_cache)


def test_pin_lose_restore_run(desk: Desk) -> None:
    desk.create("# python: >=3.9", "tinywheel==1.0")
    assert desk.pin() == ("requirements.txt", "pylock.toml")
    assert desk.text("requirements.txt") == "# python: >=3.9\ntinywheel==1.0\n"
    locked = lockfile.parse(desk.text("pylock.toml"))
    assert json.loads(desk.text(BOOK))["metadata"]["jupyter_envs"]["digest"] == locked.digest()

    asyncio.run(desk.manager.remove("shop", Recorder()))
    assert desk.state() is VerdictState.MISSING
    manager = desk.manager
    plan = asyncio.run(manager.plan(CreateRequest(pin=BOOK), desk.documents, Recorder()))
    assert plan.python.startswith("Python 3.")
    summary = asyncio.run(manager.create(CreateRequest(pin=BOOK), desk.documents, Recorder(), confirmed=plan.hash))
    assert asyncio.run(manager.environment("shop")).digest == locked.digest(manager.platform)
    assert asyncio.run(manager.environment("shop")).spec.pip == ("tinywheel==1.0",)
    assert desk.state() is VerdictState.MATCH
    asyncio.run(execute(desk.folder / BOOK, summary.kernels[0], Recorder()))
    assert output_text(desk.folder / BOOK).strip() == "1.0"


def test_the_file_follows_its_environment_and_the_environment_its_file(desk: Desk) -> None:
    desk.create("tinywheel==1.0")
    (desk.folder / "requirements.txt").write_text("# what the shop needs\ntinywheel==1.0  # the old one\n")
    assert desk.pin() == ("requirements.txt", "pylock.toml")
    asyncio.run(desk.manager.change(ChangeRequest("shop", install=("tinytext",)), Recorder()))
    assert desk.state() is VerdictState.DRIFTED
    desk.pin()
    assert desk.text("requirements.txt") == "# what the shop needs\ntinywheel==1.0  # the old one\ntinytext\n"

    (desk.folder / "requirements.txt").write_text("tinywheel\n")
    assert desk.state() is VerdictState.OUTDATED
    asyncio.run(desk.manager.create(CreateRequest(pin=BOOK, update=True), desk.documents, Recorder()))
    assert desk.state() is VerdictState.MATCH
    names = {one.name for one in lockfile.parse(desk.text("pylock.toml")).packages}
    assert "tinytext" not in names


def test_a_lock_of_another_tool_and_another_file_are_left_alone(desk: Desk) -> None:
    desk.create("tinywheel==1.0")
    foreign = 'lock-version = "1.0"\ncreated-by = "uv"\npackages = []\n'
    (desk.folder / "pylock.toml").write_text(foreign)
    (desk.folder / "requirements.txt").write_text("something-else\n")
    assert desk.pin() == ("requirements-shop.txt", "pylock.shop.toml")
    assert desk.text("pylock.toml") == foreign
    assert desk.text("requirements.txt") == "something-else\n"


def test_what_requirements_cannot_hold_stays_an_environment_file(desk: Desk) -> None:
    file = "name: shop\ndependencies:\n  - pip:\n      - tinywheel\nvariables:\n  A: '1'\n"
    asyncio.run(desk.manager.create(CreateRequest(file=file), desk.documents, Recorder()))
    assert desk.pin() == ("environment.yml", "environment.conda-lock.yml")


def test_a_file_is_locked_again(desk: Desk) -> None:
    desk.create("tinywheel==1.0")
    desk.pin()
    (desk.folder / "requirements.txt").write_text("tinywheel==1.1\nipykernel\n")
    asyncio.run(desk.manager.lock_pin(BOOK, desk.documents, Recorder(), THIS_MACHINE))
    lock = lockfile.parse(desk.text("pylock.toml"))
    assert {one.version for one in lock.packages if one.name == "tinywheel"} == {"1.1"}
    assert desk.state() is VerdictState.DRIFTED
