"""What is said of the packages of a PyPI environment: what needs them, and what its indexes have newer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_envs.errors import Conflict, Unreachable

from .support.pypi_index import PypiIndex
from .test_pypi_environments import World


@pytest.fixture
def world(home: Path, kernel_index: PypiIndex, package_cache: Path) -> World:
    return World(home, kernel_index, package_cache)


def test_what_needs_a_package_is_told_without_what_only_extras_need(world: World) -> None:
    world.create("tinydep", "tinywheel==1.0")
    detail = asyncio.run(world.manager().environment("pure"))
    needs = {package.name: package.depends for package in detail.packages}
    assert (needs["tinydep"], needs["tinywheel"]) == (("tinywheel",), ())
    assert "traitlets" in needs["ipykernel"]
    assert "pytest" not in needs["ipykernel"], "of its extra for tests"
    with pytest.raises(Conflict, match="tinywheel cannot be removed: other packages need it"):
        world.change(remove=("tinywheel",))


def test_newer_versions_whatever_was_asked_for(world: World) -> None:
    world.create("tinywheel==1.0", "tinytext<2", "tinydep")
    found = asyncio.run(world.manager().newer("pure")).to_json()
    newer = {item["name"]: (item["version"], item["newest"], item["channel"]) for item in found["packages"]}
    assert newer == {"tinytext": ("1.0", "2.0", ""), "tinywheel": ("1.0", "1.1", "")}
    assert (found["channels"], found["unchecked"]) == ([], 0)
    silent = world.manager(pypi_index="http://127.0.0.1:9/simple")
    with pytest.raises(Unreachable):
        asyncio.run(silent.newer("pure"))
