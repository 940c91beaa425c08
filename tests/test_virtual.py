"""Solves for machines that are not here: what is taken for granted of them, and what can be said instead."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_envs.engine.answers import Solution
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import InvalidInput, Unsolvable
from jupyter_envs.machine import current_platform
from jupyter_envs.virtual import KNOWN, System, check_platform, of_platform

from .support.made_channel import usual, write_channel
from .support.managing import Recorder


@pytest.fixture
def made(tmp_path: Path) -> str:
    return write_channel(tmp_path / "made", usual())


@pytest.fixture
def cache(home: Path) -> Path:
    return home / "cache"


def solved(cache: Path, channel: str, platform: str, *specs: str, **said: str) -> dict[str, str]:
    async def run() -> Solution:
        async with Engine(cache).session(Recorder()) as session:
            return await session.solve([channel], specs, platform, system=System(**said))

    return {package.name: package.version for package in asyncio.run(run()).packages}


@pytest.mark.parametrize(
    ("platform", "said", "spec"),
    [
        ("osx-arm64", {}, "mac==1.1"),
        ("osx-arm64", {"macos": "12.0"}, "mac==1.0"),
        ("osx-arm64", {"macos": "15"}, "mac==1.2"),
        ("win-64", {}, "gpu==1.0"),
        ("win-64", {"cuda": "12.4"}, "gpu==1.1"),
        ("win-64", {"cuda": "11.8"}, "gpu==1.0"),
        ("linux-64", {"cuda": "12.4"}, "gpu==1.1"),
        ("linux-64", {"glibc": "2.17"}, "glibcful==1.0"),
        ("linux-64", {"glibc": "2.39"}, "glibcful==1.2"),
    ],
)
def test_what_a_machine_has_decides(made: str, cache: Path, platform: str, said: dict[str, str], spec: str) -> None:
    name, _, version = spec.partition("==")
    assert solved(cache, made, platform, name, **said)[name] == version


def test_what_only_another_machine_has_is_refused(made: str, cache: Path) -> None:
    with pytest.raises(Unsolvable, match="onlywin"):
        solved(cache, made, "osx-arm64", "onlywin")
    assert solved(cache, made, "win-64", "onlywin") == {"onlywin": "1.0"}


@pytest.mark.skipif(current_platform() != "linux-64", reason="conda's variables count for this machine")
def test_condas_own_variables_count_for_this_machine(made: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDA_OVERRIDE_CUDA", "12.4")
    monkeypatch.setenv("CONDA_OVERRIDE_GLIBC", "2.17")
    assert solved(cache, made, "linux-64", "gpu", "glibcful") == {"gpu": "1.1", "glibcful": "1.0"}
    assert solved(cache, made, "win-64", "gpu") == {"gpu": "1.0"}
    assert solved(cache, made, "linux-64", "glibcful", glibc="2.28")["glibcful"] == "1.1"


@pytest.mark.parametrize("platform", KNOWN)
def test_every_platform_has_its_virtual_packages(platform: str) -> None:
    packages = {name: version for name, version, _ in of_platform(platform, System())}
    assert packages["__archspec"] == "1"
    assert "__cuda" not in packages
    assert ("__unix" in packages) == (not platform.startswith("win-"))


def test_an_override_concerns_its_own_system() -> None:
    system = System(cuda="12.4", glibc="2.17", macos="12.0")
    assert system.overrides("linux-64") == {"__cuda": "12.4", "__glibc": "2.17"}
    assert system.overrides("osx-64") == {"__osx": "12.0"}
    assert system.overrides("win-64") == {"__cuda": "12.4"}


@pytest.mark.parametrize("version", ["new", "12.x", "-1", "1.2.3.4.5", "12 ", "=12"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(InvalidInput, match="no version of cuda"):
        System(cuda=version)


@pytest.mark.parametrize("platform", ["linux", "linux-128", "../x", ""])
def test_what_is_no_platform_is_refused(platform: str) -> None:
    with pytest.raises(InvalidInput, match="not a platform"):
        check_platform(platform)
