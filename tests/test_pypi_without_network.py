"""Wheels that were installed before: made again from a lock without a question to any server, or with all of them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import Unreachable
from jupyter_envs.manager import CreateRequest, Manager

from .support.http_server import Fault
from .support.managing import Recorder, make_manager, tree
from .support.pypi_index import PypiIndex
from .test_pypi_environments import NO_CHANNEL


@pytest.fixture
def index(kernel_index: PypiIndex) -> Iterator[PypiIndex]:
    """One that the test may stop."""
    with PypiIndex(kernel_index.files) as made:
        yield made


@pytest.fixture
def manager(home: Path, tmp_path: Path, index: PypiIndex) -> Manager:
    return make_manager(home, NO_CHANNEL, tmp_path / "cache", pypi_index=index.simple_url)


def create(manager: Manager, home: Path, name: str, *, file: str | None = None, lock: str | None = None) -> None:
    request = CreateRequest(name=name, file=file, filename="requirements.txt" if file else None, lock=lock)
    asyncio.run(manager.create(request, DiskDocuments(home), Recorder()))


def lock_of(manager: Manager, name: str) -> str:
    return asyncio.run(manager.export(name, "conda-lock")).text


def test_the_second_environment_asks_nobody(home: Path, manager: Manager, index: PypiIndex) -> None:
    create(manager, home, "one", file="tinydep\n")
    lock = lock_of(manager, "one")
    index.requests.clear()
    index.fault("", Fault(status=503))
    create(manager, home, "two", lock=lock)
    assert index.requests == []
    one, two = (asyncio.run(manager.environment(name)) for name in ("one", "two"))
    assert one.digest == two.digest


def test_a_cache_that_was_emptied_is_filled_again(
    home: Path, tmp_path: Path, manager: Manager, index: PypiIndex
) -> None:
    create(manager, home, "one", file="tinydep\n")
    lock = lock_of(manager, "one")
    shutil.rmtree(tmp_path / "cache" / "uv")
    index.requests.clear()
    create(manager, home, "two", lock=lock)
    assert [path for path in index.paths() if "/files/tinywheel-" in path]

    shutil.rmtree(tmp_path / "cache" / "uv")
    index.fault("", Fault(status=503))
    with pytest.raises(Unreachable):
        create(manager, home, "three", lock=lock)
    assert not [path for path in tree(home / "envs") if path.startswith("three/")]
