"""Every error has a status, and one form of body that tells no secret."""

from __future__ import annotations

import pytest
from tornado.web import HTTPError

from jupyter_envs.errors import Unsolvable, error_classes
from jupyter_envs.server.errors import STATUS, answer, status_of

CONTRACT = {
    "error": 500,
    "invalid-input": 400,
    "invalid-name": 400,
    "invalid-file": 400,
    "invalid-spec": 400,
    "not-json": 415,
    "too-large": 413,
    "not-found": 404,
    "conflict": 409,
    "plan-needed": 428,
    "name-taken": 409,
    "file-exists": 409,
    "environment-busy": 409,
    "environment-in-use": 409,
    "plan-changed": 409,
    "forbidden": 403,
    "unsolvable": 422,
    "unreachable": 502,
    "package-refused": 422,
    "damaged": 500,
    "disk": 507,
    "engine-failed": 500,
    "execution-failed": 500,
    "git": 500,
    "build-failed": 500,
    "cancelled": 409,
}


def test_every_error_has_the_status_that_is_documented() -> None:
    assert {code: status_of(kind("x")) for code, kind in error_classes().items()} == CONTRACT


def test_no_entry_repeats_its_base_class() -> None:
    known: dict[type, int] = {**STATUS}
    for kind, status in known.items():
        base = next((base for base in kind.__mro__[1:] if base in known), None)
        assert base is None or known[base] != status, kind


def test_an_error_that_is_meant_is_told_whole() -> None:
    status, body = answer(Unsolvable("No.", hints=["Do."], name="numpy"))
    assert status == 422
    assert body == {
        "message": "No.",
        "code": "unsolvable",
        "hints": ["Do."],
        "fields": {"name": "numpy"},
        "reason": None,
    }


def test_an_unexpected_error_is_told_without_its_text() -> None:
    status, body = answer(ValueError("a-secret"))
    assert (status, body["code"], body["reason"]) == (500, "internal", None)
    assert "a-secret" not in str(body) and "ValueError" in body["message"]


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (HTTPError(404), 404, "not-found", "Not Found"),
        (HTTPError(403, "not %s", "you"), 403, "forbidden", "not you"),
        (HTTPError(405), 405, "method-not-allowed", "Method Not Allowed"),
        (HTTPError(400, "100 % wrong"), 400, "invalid-input", "100 % wrong"),
        (HTTPError(418, "tea"), 418, "http-error", "tea"),
        (HTTPError(599), 599, "http-error", "The request failed."),
        (None, 404, "not-found", "Not Found"),
    ],
)
def test_what_tornado_refuses_has_the_same_form(error: HTTPError | None, status: int, code: str, message: str) -> None:
    found, body = answer(error, 404)
    assert (found, body["code"], body["message"], body["reason"]) == (status, code, message, None)


def test_addresses_in_messages_and_hints_lose_their_secrets() -> None:
    error = Unsolvable("https://me:a-secret@host/t/a-secret/x", hints=["https://host/x?token=a-secret"])
    assert "a-secret" not in str(answer(error))
    assert "a-secret" not in str(answer(HTTPError(400, "https://me:a-secret@host/")))
