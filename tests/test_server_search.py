"""``GET packages`` on a real server, held against its description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .localchannel import LocalChannel
from .support.client import API
from .support.lab import Lab
from .support.openapi import check_reply
from .support.processes import children, is_alive


@pytest.fixture(scope="module")
def server(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that asks the test's authorizer."""
    home = tmp_path_factory.mktemp("search")
    (home / "rules").write_text("")
    config: dict[str, dict[str, Any]] = {
        "ServerApp": {"authorizer_class": "tests.support.authorizer.DenyListed"},
        "DenyListed": {"rules": str(home / "rules")},
        "Manager": {"default_channels": [channel.file_url], "root_dir": str(home / "envs")},
    }
    with Lab(home, config, app="jupyter_server") as lab:
        yield lab


def test_the_configured_channels(server: Lab, channel: LocalChannel) -> None:
    reply = check_reply("GET", "packages", server.get(API + "packages?q=tinytext"))
    assert reply.status == 200
    found = reply.json()
    assert found["channels"] == [channel.file_url]
    assert [package["name"] for package in found["packages"]] == ["tinytext"]
    assert found["packages"][0]["version_list"] == ["2.0", "1.0"]


def test_a_given_channel_and_a_limit(server: Lab, channel_http: str) -> None:
    path = f"packages?q=tiny&limit=2&channel={channel_http}"
    found = check_reply("GET", "packages", server.get(API + path)).json()
    assert (found["total"], len(found["packages"])) == (7, 2)
    assert {package["channel"] for package in found["packages"]} == {channel_http}
    assert all(package["version_list"] == [] for package in found["packages"])


NO_QUERIES = """
q=
q=a%20b
q=%3Cimg%3E
q=a&q=b
q=a&limit=0
q=a&limit=x
q=a&limit=-1
q=a&limit=1000
q=a&limit=99999999999999999999
q=a&channel=
limit=3
"""


@pytest.mark.parametrize("query", NO_QUERIES.split())
def test_what_is_no_query(server: Lab, query: str) -> None:
    reply = check_reply("GET", "packages", server.get(f"{API}packages?{query}"))
    assert reply.status == 400
    assert reply.json()["code"] == "invalid-input"
    assert reply.json()["fields"]["key"] in ("q", "limit", "channel")


def test_a_channel_that_does_not_answer(server: Lab) -> None:
    reply = check_reply("GET", "packages", server.get(API + "packages?q=a&channel=file:///nowhere"))
    assert (reply.status, reply.json()["code"]) == (502, "unreachable")


def test_who_may_only_read_chooses_no_channel(server: Lab, channel: LocalChannel) -> None:
    rules = server.home / "rules"
    rules.write_text("write environments")
    try:
        assert server.get(API + "packages?q=tinytext").status == 200
        assert server.get(f"{API}packages?q=tinytext&channel={channel.file_url}").status == 403
    finally:
        rules.write_text("")


def test_the_worker_ends_with_the_server(channel: LocalChannel, tmp_path: Path) -> None:
    with Lab(tmp_path, {"Manager": {"default_channels": [channel.file_url]}}, app="jupyter_server") as lab:
        assert lab.get(API + "packages?q=tinytext").status == 200
        (worker,) = children(lab.process.pid)
    assert not is_alive(worker)
