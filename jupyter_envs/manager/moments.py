"""Dates as people write them: the day or the moment whose packages they want."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from jupyter_envs.errors import InvalidInput
from jupyter_envs.redact import show

NO_DATE = "none"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def read_moment(text: str) -> str:
    """``2024-05-01T23:59:59Z`` for ``2024-05-01``, whose whole day counts; any other time of ISO 8601 in UTC.

    A time without a zone is one in UTC. An empty text stays one. Raises `InvalidInput`.
    """
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(f"{text}T23:59:59" if _DAY.match(text) else text.replace("Z", "+00:00"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"“{show(text)}” is not a date.",
            hints=("Write a day such as 2024-05-01, or a time such as 2024-05-01T12:00:00Z.",),
            key="as_of",
        ) from None


def check_moment(text: str) -> str:
    """``text`` itself, if it is a date, a time, `NO_DATE` or empty. Raises `InvalidInput`."""
    choose(text, "")
    return text


def choose(asked: str, before: str) -> str:
    """The moment that is asked for, or else the one of ``before``; `NO_DATE` is none. Raises `InvalidInput`."""
    return before if not asked else "" if asked == NO_DATE else read_moment(asked)
