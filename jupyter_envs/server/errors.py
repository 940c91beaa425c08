"""Every exception becomes a status and a body here, and nowhere else."""

from __future__ import annotations

from http.client import responses
from typing import Any

from tornado.web import HTTPError

from jupyter_envs.errors import (
    Cancelled,
    Conflict,
    DiskTrouble,
    EnvsError,
    Forbidden,
    InvalidInput,
    NotFound,
    PackageRefused,
    Unreachable,
    Unsolvable,
)
from jupyter_envs.redact import redact, told


class NotJson(InvalidInput):
    """A body that does not say that it is JSON."""

    code = "not-json"


class TooLarge(InvalidInput):
    """A body over the server's limit."""

    code = "too-large"


class PlanNeeded(Conflict):
    """Something would be installed whose plan nobody has confirmed."""

    code = "plan-needed"


# an error without an entry has that of its base class
STATUS: dict[type[EnvsError], int] = {
    EnvsError: 500,
    InvalidInput: 400,
    NotJson: 415,
    TooLarge: 413,
    NotFound: 404,
    Conflict: 409,
    PlanNeeded: 428,
    Forbidden: 403,
    Unsolvable: 422,
    PackageRefused: 422,
    Unreachable: 502,
    DiskTrouble: 507,
    Cancelled: 409,
}

# codes for what Jupyter Server and Tornado refuse by themselves
CODES = {
    400: InvalidInput.code,
    401: Forbidden.code,
    403: Forbidden.code,
    404: NotFound.code,
    405: "method-not-allowed",
    409: Conflict.code,
}


def answer(error: BaseException | None, status: int = 500) -> tuple[int, dict[str, Any]]:
    """The status and the body for what ended a request; ``status`` counts if there was no exception.

    The text of an unexpected exception is not told: it may hold anything. It is in the server's log.
    """
    if isinstance(error, EnvsError):
        return status_of(error), {**told(error), "reason": None}
    if isinstance(error, HTTPError):
        status = error.status_code
        message = error.log_message % error.args if error.log_message else ""
        return status, _body(CODES.get(status, "http-error"), message or responses.get(status, "The request failed."))
    if error is None:
        return status, _body(CODES.get(status, "http-error"), responses.get(status, "The request failed."))
    message = f"Something went wrong inside Jupyter Envs ({type(error).__name__})."
    return 500, _body("internal", message, ("The server's log has the details.",))


def status_of(error: EnvsError) -> int:
    """The HTTP status for an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _body(code: str, message: str, hints: tuple[str, ...] = ()) -> dict[str, Any]:
    hints_shown = [redact(hint) for hint in hints]
    return {"message": redact(message), "code": code, "hints": hints_shown, "fields": {}, "reason": None}
