"""Searching the channels: real channels, and a worker that is kept, idle, killed or stuck."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from jupyter_envs.channels import Channel
from jupyter_envs.engine.conda.search import CATALOGUES_KEPT, FRESH, Catalogues
from jupyter_envs.engine.searching import Found, Searcher
from jupyter_envs.errors import InvalidInput, Unreachable
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import Query

from .localchannel import LocalChannel
from .support.http_server import Fault, FileServer
from .support.managing import make_manager
from .support.processes import is_alive, wait_until

T = TypeVar("T")
PLATFORM = current_platform()
pytestmark = pytest.mark.usefixtures("home")


def with_searcher(cache: Path, body: Callable[[Searcher], Awaitable[T]], **options: Any) -> T:
    async def run() -> T:
        searcher = Searcher(cache, **options)
        try:
            return await body(searcher)
        finally:
            await searcher.close()

    return asyncio.run(run())


def find(cache: Path, text: str, *channels: str, limit: int = 20) -> Found:
    return with_searcher(cache, lambda searcher: searcher.search(channels, text, PLATFORM, limit))


@pytest.mark.parametrize("over", ["file", "http"])
def test_what_is_found(channel: LocalChannel, channel_http: str, tmp_path: Path, over: str) -> None:
    address = channel.file_url if over == "file" else channel_http
    found = find(tmp_path, "tiny", address)
    assert found.total == len(found.hits) == 7
    hits = {hit.name: hit for hit in found.hits}
    text = hits["tinytext"]
    assert (text.version, text.build, text.subdir, text.channel) == ("2.0", "py_0", "noarch", address)
    assert (text.builds, text.versions, text.version_list) == (2, 2, ("2.0", "1.0"))
    assert text.size and text.summary is None
    assert [hit.name for hit in found.hits][:2] == ["tinyblob", "tinyconf"]


def test_the_best_come_first_and_not_more_than_wanted(channel: LocalChannel, tmp_path: Path) -> None:
    found = find(tmp_path, "python", channel.file_url, limit=2)
    assert found.hits[0].name == "python"
    assert len(found.hits) == 2 < found.total


def test_the_first_channel_that_has_a_name_is_shown(channel: LocalChannel, channel_http: str, tmp_path: Path) -> None:
    found = find(tmp_path, "tinytext", channel_http, channel.file_url)
    assert [hit.channel for hit in found.hits] == [channel_http]


def test_nothing_is_an_answer(channel: LocalChannel, tmp_path: Path) -> None:
    assert find(tmp_path, "there-is-no-such-package", channel.file_url) == Found((), 0)


def test_a_second_search_asks_no_server(channel_server: FileServer, tmp_path: Path) -> None:
    async def body(searcher: Searcher) -> None:
        await searcher.search([channel_server.url], "tiny", PLATFORM, 20)
        asked, pid = len(channel_server.requests), searcher.pid
        for text in ("t", "ti", "tinytext"):
            await searcher.search([channel_server.url], text, PLATFORM, 20)
        assert len(channel_server.requests) == asked
        assert searcher.pid == pid

    with_searcher(tmp_path, body)


def test_channels_that_do_not_answer(channel_server: FileServer, tmp_path: Path) -> None:
    channel_server.fault("repodata", Fault(status=403))
    for address in (channel_server.url, "file:///there/is/no/channel"):
        with pytest.raises(Unreachable, match="Searching failed") as caught:
            find(tmp_path, "tiny", address)
        assert caught.value.hints


def test_a_search_that_takes_too_long_is_given_up(channel_server: FileServer, tmp_path: Path) -> None:
    channel_server.fault("repodata", Fault(delay=60))

    async def body(searcher: Searcher) -> None:
        with pytest.raises(Unreachable, match="did not answer within 1 seconds"):
            await searcher.search([channel_server.url], "tiny", PLATFORM, 20)
        assert searcher.pid is None

    with_searcher(tmp_path, body, patience=1.0)


def test_an_idle_worker_ends(channel: LocalChannel, tmp_path: Path) -> None:
    async def body(searcher: Searcher) -> None:
        await searcher.search([channel.file_url], "tiny", PLATFORM, 20)
        pid = searcher.pid
        assert pid is not None
        await asyncio.to_thread(wait_until, lambda: not is_alive(pid), "the idle worker to end")

    with_searcher(tmp_path, body, idle=0.1)


def test_a_worker_that_was_killed_is_replaced(channel: LocalChannel, tmp_path: Path) -> None:
    async def body(searcher: Searcher) -> None:
        await searcher.search([channel.file_url], "tiny", PLATFORM, 20)
        pid = searcher.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(wait_until, lambda: not searcher._worker.alive, "the death to be known")  # type: ignore[union-attr]
        assert (await searcher.search([channel.file_url], "tiny", PLATFORM, 20)).total == 7
        assert searcher.pid != pid

    with_searcher(tmp_path, body)


def test_a_cancelled_search_leaves_no_process(channel_server: FileServer, tmp_path: Path) -> None:
    channel_server.fault("repodata", Fault(delay=60))

    async def body(searcher: Searcher) -> None:
        task = asyncio.create_task(searcher.search([channel_server.url], "tiny", PLATFORM, 20))
        await asyncio.to_thread(wait_until, lambda: channel_server.requests, "the channel to be asked")
        pid = searcher.pid
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert pid is not None
        assert not is_alive(pid)

    with_searcher(tmp_path, body)


def test_searches_at_the_same_time_share_one_worker(channel: LocalChannel, tmp_path: Path) -> None:
    async def body(searcher: Searcher) -> None:
        texts = ("t", "ti", "tin", "tiny")
        found = await asyncio.gather(*(searcher.search([channel.file_url], text, PLATFORM, 100) for text in texts))
        totals = [each.total for each in found]
        assert totals == sorted(totals, reverse=True)
        assert totals[-1] == 7

    with_searcher(tmp_path, body)


def test_what_is_old_is_read_again(tmp_path: Path) -> None:
    now = 0.0
    catalogues = Catalogues(lambda: now)
    first = catalogues.get([Channel("a", "a")], PLATFORM, tmp_path)
    assert catalogues.get([Channel("a", "a")], PLATFORM, tmp_path) is first
    assert catalogues.get([Channel("b", "b")], PLATFORM, tmp_path) is not first
    now = FRESH + 1
    assert catalogues.get([Channel("a", "a")], PLATFORM, tmp_path) is not first


def test_only_the_last_catalogues_are_kept(tmp_path: Path) -> None:
    catalogues = Catalogues(lambda: 0.0)
    first = catalogues.get([Channel("0", "0")], PLATFORM, tmp_path)
    for number in range(1, CATALOGUES_KEPT + 1):
        catalogues.get([Channel(str(number), str(number))], PLATFORM, tmp_path)
    assert catalogues.get([Channel("0", "0")], PLATFORM, tmp_path) is not first


@pytest.mark.parametrize(
    "query",
    [
        Query(""),
        Query("  "),
        Query("numpy >=2"),
        Query("*"),
        Query("x" * 65),
        Query("a\0b"),
        Query("<script>"),
        Query("näme"),
        Query("numpy", limit=0),
        Query("numpy", limit=101),
        Query("numpy", ("",)),
        Query("numpy", ("a",) * 11),
    ],
)
def test_what_is_no_query_is_refused_before_anything_starts(home: Path, tmp_path: Path, query: Query) -> None:
    manager = make_manager(home, "file:///there/is/no/channel", tmp_path)
    with pytest.raises(InvalidInput) as caught:
        asyncio.run(manager.search(query))
    assert caught.value.fields["key"] in ("q", "limit", "channel")


def test_secrets_in_a_channels_address_are_not_told(home: Path, channel_server: FileServer, tmp_path: Path) -> None:
    address = channel_server.url.replace("//", "//user:hush@")
    assert find(tmp_path, "tinytext", address).total == 1

    async def run() -> dict[str, Any]:
        manager = make_manager(home, address, tmp_path)
        try:
            return (await manager.search(Query(" TinyText "))).to_json()
        finally:
            await manager.close()

    found = asyncio.run(run())
    assert "hush" not in str(found)
    assert found["query"] == "tinytext"
    (package,) = found["packages"]
    assert package["version_list"] == ["2.0", "1.0"]
    assert package["channel"] == channel_server.url
    assert found["channels"] == [channel_server.url]
