"""A BinderHub's stream of events, followed over a real connection, also through what goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.binder import BuildEvent, EventReader, Link, parse_event
from jupyter_envs.errors import BuildFailed, EnvsError, Forbidden, Unreachable
from jupyter_envs.manager.hub_builds import ATTEMPTS, HubBuild, follow

from .support.hub import CUT, GOOD, HANG, RESET, Hub, Step
from .support.managing import Recorder

pytestmark = pytest.mark.usefixtures("home")
SPEC = "gh/owner/repo/0123456789abcdef0123456789abcdef01234567"
FAILED = {"phase": "failed", "message": "Could not resolve ref\n"}


def built(hub: Hub, reporter: Recorder | None = None, token: str = "") -> HubBuild:
    link = Link(hub.url, SPEC, "lab/tree/a.ipynb")
    return asyncio.run(follow(link, "a.ipynb", token, reporter or Recorder(), pause=0))


def test_a_build_is_followed_until_the_image_is_there() -> None:
    told = Recorder()
    with Hub() as hub:
        done = built(hub, told)
    assert done.link == f"{hub.url}/v2/{SPEC}?urlpath=lab%2Ftree%2Fa.ipynb"
    ((path, headers),) = hub.asked
    assert path == f"/services/binder/build/{SPEC}"
    assert headers["accept"] == "text/event-stream"
    assert told.lines[:4] == [
        "Waiting for build to start...",
        "Cloning into '/tmp/repo'...",
        "Step 1/50 : FROM ubuntu",
        "RUN ./binder/postBuild",
    ]
    assert "100%" in told.lines
    phases = told.phases
    assert phases == ["waiting", "building", "pushing"]
    assert (told.states[-1].bytes_done, told.states[-1].bytes_total) == (5, 10)
    # what comes after the image is not for us: neither a server nor its token
    assert "canary" not in json.dumps([told.lines, done.to_json()])


def test_an_image_that_is_there_already() -> None:
    with Hub([{"phase": "BUILT", "message": "Found built image, launching...\n"}, HANG]) as hub:
        assert built(hub).notebook == "a.ipynb"


@pytest.mark.parametrize(
    "event",
    [FAILED, {"phase": "failure", "message": "no\n"}, {"phase": "Failed"}, {**FAILED, "message": 3}],
)
def test_a_build_that_fails(event: Step) -> None:
    told = Recorder()
    with Hub([*GOOD[:4], event, *GOOD[4:]]) as hub, pytest.raises(BuildFailed) as raised:
        built(hub, told)
    assert hub.url.split("/")[2] in raised.value.message
    assert len(hub.asked) == 1
    assert "Step 1/50 : FROM ubuntu" in told.lines


@pytest.mark.parametrize("way", [CUT, RESET])
def test_a_connection_that_is_cut_is_taken_up_again(way: str) -> None:
    told = Recorder()
    with Hub([*GOOD[:4], way], [way], GOOD) as hub:
        built(hub, told)
    assert len(hub.asked) == 3
    assert len([line for line in told.lines if "Asking again" in line]) == 2


def test_a_hub_that_does_not_come_back() -> None:
    with Hub([*GOOD[:2], CUT]) as hub, pytest.raises(Unreachable) as raised:
        built(hub)
    assert len(hub.asked) == ATTEMPTS
    assert "does not tell any more" in raised.value.message
    with pytest.raises(Unreachable):
        # nobody listens there now
        built(hub)


def test_a_hub_in_trouble_is_asked_again() -> None:
    with Hub(status=503) as hub, pytest.raises(Unreachable, match="503"):
        built(hub)
    assert len(hub.asked) == ATTEMPTS


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_hub_that_refuses_is_asked_once(status: int) -> None:
    with Hub(status=status) as hub, pytest.raises(Forbidden, match=str(status)):
        built(hub)
    assert len(hub.asked) == 1


def test_a_token_goes_to_its_hub_only() -> None:
    with Hub(token="canary") as hub:
        built(hub, token="canary")
        with pytest.raises(Forbidden, match="403"):
            built(hub)
    with Hub() as member, Hub(redirect=member.url.removesuffix("/services/binder")) as hub:
        built(hub, token="canary")
    assert hub.asked[0][1]["authorization"] == "Bearer canary"
    assert "authorization" not in member.asked[0][1]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/event-stream,x"])
def test_a_redirect_to_what_is_not_the_web(address: str) -> None:
    with Hub(redirect=address) as hub, pytest.raises(EnvsError) as raised:
        built(hub)
    assert "root:" not in raised.value.message


def test_a_page_in_place_of_events() -> None:
    with Hub(status=201) as hub, pytest.raises(Forbidden, match="not with events"):
        built(hub)


def test_huge_lines_are_cut_and_nothing_is_lost_behind_them() -> None:
    told = Recorder()
    long = {"phase": "building", "message": "x" * 500_000 + "\n"}
    longer = {"phase": "building", "message": "y" * 3_000_000 + "\n"}
    many = {"phase": "building", "message": "line\n" * 20_000}
    with Hub([*GOOD[:4], long, longer, many, *GOOD[4:]]) as hub:
        built(hub, told)
    assert max(len(line) for line in told.lines) < 3_000
    assert "An event of the hub was too long and is left out." in told.lines
    assert "… 19500 lines are left out" in told.lines
    assert "RUN ./binder/postBuild" in told.lines


@pytest.mark.parametrize(
    "garbage",
    [b"data: {\n\n", b"data: []\n\n", b"data\n\n", b"\xff\xfe\n\n", b"event: x\nid: 3\n\n", b"data: 1e999\n\n"],
)
def test_what_is_no_event_is_left_out(garbage: bytes) -> None:
    with Hub([garbage, *GOOD]) as hub:
        built(hub)


def test_giving_up_ends_the_connection() -> None:
    async def begin_and_cancel(hub: Hub) -> None:
        link = Link(hub.url, SPEC)
        work = asyncio.create_task(follow(link, "a.ipynb", "", Recorder()))
        await asyncio.to_thread(hub.hanging.wait, 60)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    with Hub([*GOOD[:4], HANG]) as hub:
        asyncio.run(begin_and_cancel(hub))
        assert hub.left.wait(60)


def feed(reader: EventReader, text: str) -> list[BuildEvent]:
    return [event for line in text.split("\n") if (event := reader.feed(line)) is not None]


def test_data_on_several_lines_is_one_event() -> None:
    (event,) = feed(EventReader(), 'data: {"phase":\n: a comment\ndata: "Building", "message": "a"}\n\n\n')
    assert (event.phase, event.lines) == ("building", ("a",))


@given(st.text(), st.text())
def test_messages_become_printable_lines(message: str, phase: str) -> None:
    event = parse_event(json.dumps({"phase": phase, "message": message}))
    assert event is not None
    assert all(all(mark.isprintable() or mark == "\t" for mark in line) for line in event.lines)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_makes_it_stumble(value: Any) -> None:
    parse_event(json.dumps({"phase": value, "message": value, "progress": value}))
    parse_event(json.dumps({"progress": {"layer": {"current": value, "total": value}}}))
    parse_event(json.dumps(value))
