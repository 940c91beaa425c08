"""Disk space over HTTP: totals, what is unused, and collecting, held against the description."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_envs import lastuse

from .localchannel import LocalChannel
from .support.client import API
from .support.lab import Lab
from .support.openapi import check_reply, check_value
from .support.processes import wait_until

NAME = "penguins"


@pytest.fixture(scope="module")
def server(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server with one environment and a package cache of its own, from which this module collects."""
    home = tmp_path_factory.mktemp("disk")
    settings: dict[str, Any] = {
        "default_channels": [channel.file_url],
        "root_dir": str(home / "envs"),
        "cache_dir": str(home / "cache"),
        "discover": False,
    }
    with Lab(home, {"Manager": settings}, app="jupyter_server") as lab:
        body = {"name": NAME, "packages": ["python", "ipykernel"]}
        assert lab.finished(lab.confirmed("POST", API + "environments", body))["state"] == "done"
        yield lab


def listed(server: Lab) -> Any:
    return check_reply("GET", "environments", server.get(API + "environments")).json()


def test_the_list_has_totals_soon_after_something_was_made(server: Lab) -> None:
    totals = wait_until(lambda: listed(server)["totals"], "the first measurement")
    assert totals["total"] < totals["copies"] + totals["cache"]
    assert 0 < totals["taken"] <= totals["total"]
    assert listed(server)["environments"][0]["last_used"]


def test_a_kernel_that_starts_is_a_use(server: Lab) -> None:
    folder = server.home / "envs" / NAME
    lastuse.renew(folder)
    os.utime(folder / lastuse.STAMP, (1, 1))
    assert server.post("api/kernels", {"name": NAME}).status == 201
    wait_until(lambda: (lastuse.last(str(folder)) or 0) > 1, "the kernel's start to be seen")
    reply = check_reply("GET", "unused", server.get(API + "unused?days=0"))
    assert reply.json() == {"environments": []}, "a kernel of it is running"


@pytest.mark.parametrize("days", ["x", "-1", "nan", "inf", "1e9"])
def test_days_must_be_a_number(server: Lab, days: str) -> None:
    reply = check_reply("GET", "unused", server.get(f"{API}unused?days={days}"))
    assert reply.status == 400
    assert reply.json()["error"]["fields"]["key"] == "days" if "error" in reply.json() else "days" in reply.text


def test_collecting(server: Lab) -> None:
    left = server.home / "envs" / NAME / "g" / "0badcafe"
    left.mkdir()
    (left / "file").write_text("content")
    for body in ({"dry_run": True}, {}):
        job = server.finished(check_reply("POST", "gc", server.post(API + "gc", body)))
        check_value(job, "Job")
        assert job["state"] == "done"
        assert left.is_dir(), "it is younger than what is taken"
        check_value(job["result"], "Collection")
        assert [item["kind"] for item in job["result"]["items"]] in ([], ["uv"])
