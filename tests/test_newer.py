"""Newer versions in the channels: asked for, and never a change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.engine.searching import Searcher
from jupyter_envs.errors import Unreachable
from jupyter_envs.machine import current_platform

from .localchannel import LocalChannel
from .support.client import API
from .support.http_server import Fault, FileServer
from .support.lab import Lab
from .support.openapi import check_reply
from .test_searching import with_searcher

PLATFORM = current_platform()
pytestmark = pytest.mark.usefixtures("home")


def newer(cache: Path, channel: str, versions: dict[str, str]) -> dict[str, str]:
    async def body(searcher: Searcher) -> dict[str, str]:
        return {hit.name: hit.version for hit in await searcher.newer([channel], versions, PLATFORM)}

    return with_searcher(cache, body)


def test_versions_are_compared_as_conda_does(channel: LocalChannel, tmp_path: Path) -> None:
    versions = {"tinytext": "1.0", "tinyconf": "1.0.0", "tinyblob": "0.10", "tinyneeds": "1.0rc1", "nowhere": "0"}
    found = newer(tmp_path, channel.file_url, versions)
    assert found == {"tinytext": "2.0", "tinyblob": "1.0", "tinyneeds": "1.0"}
    assert newer(tmp_path, channel.file_url, {}) == {}


def test_a_channel_that_does_not_answer_is_said(channel_server: FileServer, tmp_path: Path) -> None:
    channel_server.fault("repodata", Fault(status=503))
    with pytest.raises(Unreachable, match="Looking for newer versions failed"):
        newer(tmp_path, channel_server.url, {"tinytext": "1.0"})


@pytest.fixture
def server(channel: LocalChannel, tmp_path: Path) -> Iterator[Lab]:
    config: dict[str, dict[str, Any]] = {
        "Manager": {"default_channels": [channel.file_url], "root_dir": str(tmp_path / "envs")}
    }
    with Lab(tmp_path, config, app="jupyter_server") as lab:
        yield lab


def test_over_http(server: Lab, channel: LocalChannel) -> None:
    body = {"name": "aging", "packages": ["tinytext=1.0", "tinyblob"]}
    server.finished(server.confirmed("POST", API + "environments", body))
    reply = check_reply("GET", "environments/aging/newer", server.get(API + "environments/aging/newer"))
    where = {"channel": channel.file_url, "name": "tinytext"}
    assert reply.json() == {
        "channels": [channel.file_url],
        "packages": [{**where, "version": "1.0", "newest": "2.0"}],
        "unchecked": 0,
    }
    assert server.get(API + "environments/aging").json()["generations"] == 1
    for name, status in (("nothing", 404), ("a%2Fb", 400)):
        path = f"environments/{name}/newer"
        assert check_reply("GET", path, server.get(API + path)).status == status
