"""The benchmark's channel in small: always the same, and solvable."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from jupyter_envs.engine.answers import Solution
from jupyter_envs.engine.client import Engine

from .benchmarks.solving import PLATFORM, write_channel
from .support.managing import Recorder

pytestmark = pytest.mark.usefixtures("home")


def test_the_channel_is_always_the_same(tmp_path: Path) -> None:
    first, second = (
        [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*/repodata.json"))]
        for folder in (write_channel(tmp_path / name, 200, 5) for name in ("one", "two"))
    )
    assert first == second
    assert len(set(first)) == 2


def test_every_package_can_be_installed(tmp_path: Path) -> None:
    channel = write_channel(tmp_path / "channel", 200, 5)

    async def run() -> Solution:
        async with Engine(tmp_path / "cache").session(Recorder()) as session:
            return await session.solve([channel.as_uri()], [f"package-{number:05}" for number in range(200)], PLATFORM)

    assert {package.version for package in asyncio.run(run()).packages} == {"1.4"}
