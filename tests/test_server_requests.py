"""Bodies become values; everything else is refused with the key named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.errors import InvalidInput
from jupyter_envs.manager import CreateRequest, PinLock
from jupyter_envs.server import queries, requests
from jupyter_envs.server.errors import NotJson, PlanNeeded, TooLarge


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_a_create_body_with_everything() -> None:
    body = requests.create_body(
        encoded({"name": "a", "packages": ["python", "x >=1"], "channels": ["c"], "dry_run": True, "plan": "abc"})
    )
    assert body.request == CreateRequest(name="a", packages=("python", "x >=1"), channels=("c",))
    assert (body.dry_run, body.plan) == (True, "abc")


@pytest.mark.parametrize("wanted", [CreateRequest(file="text"), CreateRequest(lock="text"), CreateRequest(pin="text")])
def test_a_create_body_with_another_source(wanted: CreateRequest) -> None:
    source = next(source for source in ("file", "lock", "pin") if getattr(wanted, source))
    body = requests.create_body(encoded({source: "text", "plan": "abc"}))
    assert body.request == wanted
    assert (body.dry_run, body.plan) == (False, "abc")


def test_a_create_body_with_a_file_that_has_a_name() -> None:
    body = requests.create_body(
        encoded({"file": "text", "filename": "a/pixi.lock", "environment": "docs", "dry_run": True})
    )
    assert body.request == CreateRequest(file="text", filename="a/pixi.lock", environment="docs")


def test_an_update_of_a_pin_whose_notebook_is_open() -> None:
    body = requests.create_body(encoded({"pin": "a.ipynb", "update": True, "write_notebook": False, "plan": "a"}))
    assert body.request == CreateRequest(pin="a.ipynb", update=True, write_notebook=False)


CREATE: list[tuple[Any, str]] = [
    ({}, ""),
    ({"name": "a"}, ""),
    ({"packages": ["a"], "file": "b"}, "file"),
    ({"packages": []}, "packages"),
    ({"packages": "python"}, "packages"),
    ({"packages": ["python", 3]}, "packages[1]"),
    ({"packages": ["python", ""]}, "packages[1]"),
    ({"packages": ["python", None]}, "packages[1]"),
    ({"packages": {"python": "3"}}, "packages"),
    ({"packages": ["a"], "name": 3}, "name"),
    ({"packages": ["a"], "name": ""}, "name"),
    ({"packages": ["a"], "name": "  "}, "name"),
    ({"packages": ["a"], "name": None}, "name"),
    ({"packages": ["a"], "name": "a\0b"}, "name"),
    ({"packages": ["a"], "name": "\ud800"}, "name"),
    ({"packages": ["a"], "channels": "conda-forge"}, "channels"),
    ({"packages": ["a"], "channels": [["b"]]}, "channels[0]"),
    ({"file": ["a"]}, "file"),
    ({"file": ""}, "file"),
    ({"pin": "a.ipynb", "update": 1}, "update"),
    ({"pin": "a.ipynb", "update": "true"}, "update"),
    ({"pin": "a.ipynb", "write_notebook": None}, "write_notebook"),
    ({"packages": ["a"], "dry_run": 0}, "dry_run"),
    ({"packages": ["a"], "plan": 12}, "plan"),
    ({"packages": ["a"], "force": True}, "force"),
    ({"packages": ["a"], "\ud800": True}, "?"),
    ({"packages": ["a"], "x" * 500: True}, "x" * 60 + "…"),
]


@pytest.mark.parametrize(("value", "key"), CREATE, ids=range(len(CREATE)))
def test_a_create_body_that_is_refused_names_the_key(value: Any, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.create_body(encoded(value))
    assert caught.value.fields["key"] == key
    assert len(caught.value.message) < 200
    caught.value.message.encode()


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (requests.create_body, {"packages": ["a"]}),
        (requests.create_body, {"pin": "a.ipynb", "dry_run": False}),
        (lambda body: requests.change_body("a", body), {"install": ["b"]}),
        (requests.adopt_changes_body, {}),
    ],
)
def test_what_installs_needs_the_plan_that_was_seen(parse: Callable[[bytes], object], value: Any) -> None:
    with pytest.raises(PlanNeeded, match="confirmed first") as caught:
        parse(encoded(value))
    assert "dry_run" in caught.value.hints[0]
    parse(encoded({**value, "dry_run": True}))
    parse(encoded({**value, "plan": "0" * 64}))


NOT_AN_OBJECT = [
    b"",
    b"{",
    b"[]",
    b"3",
    b"null",
    b'"text"',
    b"{'a': 1}",
    b'{"packages": ["a"],}',
    b'{"packages": [NaN]}',
    b"\xff\xfe{\x00}\x00",
    b'{"packages": ["\xff"]}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
]


@pytest.mark.parametrize("body", NOT_AN_OBJECT, ids=range(len(NOT_AN_OBJECT)))
@pytest.mark.parametrize("parse", [requests.create_body, requests.pin_body, requests.lock_body, requests.switch_body])
def test_what_is_not_a_json_object_is_refused(parse: Callable[[bytes], object], body: bytes) -> None:
    with pytest.raises(InvalidInput, match="JSON"):
        parse(body)


def test_a_key_that_is_there_twice_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.pin_body(b'{"environment": "a", "environment": "b"}')
    assert caught.value.fields["key"] == "environment"


def test_the_bodies_of_pins_and_switch() -> None:
    assert requests.pin_body(encoded({"environment": "a"})) == requests.PinBody("a", True)
    assert requests.pin_body(encoded({"environment": "a", "write_notebook": False})) == requests.PinBody("a", False)
    assert requests.unpin_body(b"") is True
    assert requests.unpin_body(encoded({"write_notebook": False})) is False
    assert requests.switch_body(encoded({"session": "s", "environment": "a"})) == requests.SwitchBody("s", "a")
    assert requests.lock_body(encoded({"lock": True})) == PinLock()
    assert requests.lock_body(encoded({"lock": True, "write_notebook": False})) == PinLock(write_notebook=False)
    more = {"lock": True, "all_platforms": True, "update": ["numpy"], "as_of": "2024-05-01"}
    assert requests.lock_body(encoded(more)) == PinLock("all", ("numpy",), "2024-05-01")


@pytest.mark.parametrize(
    ("parse", "value", "key"),
    [
        (requests.pin_body, {}, "environment"),
        (requests.pin_body, {"environment": 1}, "environment"),
        (requests.pin_body, {"environment": "a", "write_notebook": "no"}, "write_notebook"),
        (requests.unpin_body, {"write_notebook": 0}, "write_notebook"),
        (requests.lock_body, {"lock": True, "all_platforms": "yes"}, "all_platforms"),
        (requests.lock_body, {"lock": True, "update": "all"}, "update"),
        (requests.lock_body, {"lock": True, "as_of": ""}, "as_of"),
        (requests.unpin_body, {"environment": "a"}, "environment"),
        (requests.lock_body, {}, "lock"),
        (requests.lock_body, {"lock": False}, "lock"),
        (requests.switch_body, {"session": "s"}, "environment"),
        (requests.switch_body, {"environment": "s"}, "session"),
        (requests.switch_body, {"environment": "s", "session": {}}, "session"),
    ],
)
def test_other_bodies_that_are_refused_name_the_key(parse: Callable[[bytes], object], value: Any, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(encoded(value))
    assert caught.value.fields["key"] == key


def test_the_form_of_a_body() -> None:
    for content_type in ("application/json", "application/json; charset=utf-8", "Application/JSON"):
        requests.check_body(b"{}", content_type, 10)
    requests.check_body(b"", "", 10)
    for content_type in ("", "text/plain", "application/x-www-form-urlencoded", "text/json", "application/jsonp"):
        with pytest.raises(NotJson):
            requests.check_body(b"{}", content_type, 10)
    with pytest.raises(TooLarge, match="11 bytes"):
        requests.check_body(b"{" + b" " * 9 + b"}", "application/json", 10)


def test_arguments_in_the_address() -> None:
    assert queries.flag_argument("force", "true") is True
    assert queries.flag_argument("force", "false") is False
    assert queries.export_format("conda-lock") == "conda-lock"
    for value in ("", "1", "True", "yes"):
        with pytest.raises(InvalidInput, match="force"):
            queries.flag_argument("force", value)
    with pytest.raises(InvalidInput, match="format"):
        queries.export_format("pickle")


KEYS = st.sampled_from(["name", "packages", "channels", "file", "lock", "pin", "update", "dry_run", "plan", "other"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS | st.text(), values, max_size=3),
)


@given(st.dictionaries(KEYS, JSON | st.lists(st.text(min_size=1), max_size=2), max_size=4))
def test_any_object_is_understood_or_refused(value: dict[str, Any]) -> None:
    try:
        request = requests.create_body(encoded(value)).request
    except (InvalidInput, PlanNeeded) as error:
        json.dumps(error.to_json()).encode()
    else:
        assert sum(bool(source) for source in (request.packages, request.file, request.lock, request.pin)) == 1


@given(st.binary(max_size=60))
def test_any_bytes_are_understood_or_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        requests.create_body(body)


def test_a_change_by_a_file_with_its_name() -> None:
    body = requests.change_body("a", encoded({"file": "text", "filename": "a/pixi.toml", "dry_run": True}))
    assert (body.request.file, body.request.filename) == ("text", "a/pixi.toml")


def test_a_date_that_is_none_is_refused_at_once() -> None:
    for parse, more in (
        (requests.create_body, {"packages": ["a"], "dry_run": True}),
        (lambda body: requests.change_body("a", body), {"install": ["a"], "dry_run": True}),
        (requests.lock_body, {"lock": True}),
    ):
        with pytest.raises(InvalidInput, match="is not a date"):
            parse(encoded({**more, "as_of": "soon"}))
        parse(encoded({**more, "as_of": "none"}))
