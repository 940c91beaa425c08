"""Wheels for machines that are not here: the one that fits is locked, by the glibc or the macOS that is said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import envfile
from jupyter_envs.engine.pypi_targets import PLATFORMS as UV_PLATFORMS
from jupyter_envs.engine.pypi_targets import python_platform
from jupyter_envs.errors import Unsolvable
from jupyter_envs.manager import LockRequest, Manager
from jupyter_envs.virtual import KNOWN, System

from .support.made_channel import usual, write_channel
from .support.managing import Recorder, make_manager
from .support.pypi_index import PypiIndex
from .support.wheels import make_wheel

TAGS = (
    "manylinux_2_17_x86_64",
    "manylinux_2_34_x86_64",
    "macosx_11_0_arm64",
    "macosx_14_0_arm64",
    "win_amd64",
)
FILE = "dependencies: [python, {pip: [tinyplat]}]\n"


@pytest.fixture(scope="module")
def index() -> Iterator[PypiIndex]:
    # a higher version for newer machines only, so that the choice can be seen
    versions = {"manylinux_2_34_x86_64": "2.0", "macosx_14_0_arm64": "2.0"}
    wheels = [(make_wheel("tinyplat", versions.get(tag, "1.0")), tag) for tag in TAGS]
    with PypiIndex([replace(it, file_name=it.file_name.replace("any", tag)) for it, tag in wheels]) as server:
        yield server


@pytest.fixture
def manager(home: Path, index: PypiIndex) -> Manager:
    channel = write_channel(home / "made", usual())
    return make_manager(home, channel, home / "cache", pypi_index=index.simple_url)


@pytest.mark.parametrize(
    ("platform", "said", "file"),
    [
        ("linux-64", {}, "1.0-py3-none-manylinux_2_17_x86_64"),
        ("linux-64", {"glibc": "2.39"}, "2.0-py3-none-manylinux_2_34_x86_64"),
        ("linux-64", {"glibc": "2.17"}, "1.0-py3-none-manylinux_2_17_x86_64"),
        ("osx-arm64", {}, "1.0-py3-none-macosx_11_0_arm64"),
        ("osx-arm64", {"macos": "14.2"}, "2.0-py3-none-macosx_14_0_arm64"),
        ("win-64", {}, "1.0-py3-none-win_amd64"),
    ],
)
def test_the_wheel_of_the_platform_is_locked(manager: Manager, platform: str, said: dict[str, str], file: str) -> None:
    for name, version in said.items():
        setattr(manager, name, version)
    request = LockRequest(envfile.parse(FILE), platforms=(platform,))
    lock = asyncio.run(manager.plan_lock(request, Recorder())).lock
    (wheel,) = [package for package in lock.packages if package.manager == "pip"]
    assert wheel.url.endswith(f"/tinyplat-{file}.whl")
    assert wheel.platform == platform


@pytest.mark.parametrize(
    ("glibc", "name"),
    [("", "2_28"), ("2.17", "2_17"), ("2.20", "2_17"), ("2.30", "2_28"), ("2.31.9", "2_31"), ("2.99", "2_40")],
)
def test_uv_gets_the_nearest_glibc_that_it_has_a_name_for(glibc: str, name: str) -> None:
    assert python_platform("linux-64", System(glibc=glibc)) == f"x86_64-manylinux_{name}"


def test_a_glibc_older_than_any_wheel_is_refused() -> None:
    with pytest.raises(Unsolvable, match=r"no wheels for glibc 2\.12"):
        python_platform("linux-64", System(glibc="2.12"))
    assert python_platform("win-64", System(glibc="2.12")) == "x86_64-pc-windows-msvc"


@pytest.mark.parametrize("platform", [one for one in KNOWN if one not in UV_PLATFORMS])
def test_a_platform_without_wheels_is_refused(platform: str) -> None:
    with pytest.raises(Unsolvable, match=platform):
        python_platform(platform, System())
