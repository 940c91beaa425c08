"""A JSON object's values by key: what every request body goes through.

Refused, with the key named: what is not JSON, not an object, has an unknown or repeated key or a value of the wrong
type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from jupyter_envs.errors import InvalidInput
from jupyter_envs.manager import check_moment
from jupyter_envs.server.errors import PlanNeeded

LONGEST_KEY = 60


class Fields:
    """The values of a JSON object by key; each getter refuses a value of another type."""

    def __init__(self, values: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self._values = values
        for key in values:
            if key not in known:
                raise InvalidInput(
                    f"“{_short(key)}” is not known here.",
                    hints=[f"Known: {', '.join(known) or 'nothing'}."],
                    key=_short(key),
                )

    def given(self, *keys: str) -> list[str]:
        """Those of the keys that are there."""
        return [key for key in keys if key in self._values]

    def text(self, key: str) -> str:
        """A text that must be there and must not be empty."""
        value = self.optional_text(key)
        return refuse(key, "is needed") if value is None else value

    def optional_text(self, key: str) -> str | None:
        """A text that is not empty, or None if the key is not there."""
        return _text(key, self._values[key]) if key in self._values else None

    def note(self, key: str) -> str:
        """A text of any length, empty if the key is not there."""
        return self.optional_text(key) or "" if self._values.get(key) != "" else ""

    def moment(self, key: str) -> str:
        """A date or a time, empty if the key is not there."""
        return check_moment(self.optional_text(key) or "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if the key is not there."""
        value = self._values.get(key, [])
        if not isinstance(value, list):
            refuse(key, "must be a list of texts")
        return tuple(_text(f"{key}[{number}]", item) for number, item in enumerate(value))

    def is_word(self, key: str, word: str) -> bool:
        """Whether the value is just this text."""
        return bool(self._values.get(key) == word)

    def flag(self, key: str, default: bool) -> bool:
        """True or false, or ``default`` if the key is not there."""
        value = self._values.get(key, default)
        return value if isinstance(value, bool) else refuse(key, "must be true or false")


def parse(body: bytes, known: tuple[str, ...]) -> Fields:
    """The body as an object with these keys, of which all may be left out."""
    try:
        values = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidInput("The request's body is not valid JSON.") from None
    if not isinstance(values, dict):
        raise InvalidInput("The request's body must be a JSON object.")
    return Fields(values, known)


def consent(fields: Fields) -> tuple[bool, str | None]:
    """``dry_run`` and ``plan``, of which one is needed. Raises `PlanNeeded`."""
    dry_run, plan = fields.flag("dry_run", False), fields.optional_text("plan")
    if not dry_run and plan is None:
        raise PlanNeeded(
            "What is installed has to be seen and confirmed first.",
            hints=["Send the same request with “dry_run”: true, and then the “hash” of its result as “plan”."],
            key="plan",
        )
    return dry_run, plan


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        refuse(next(key for key in keys if keys.count(key) > 1), "is there twice")
    return values


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        refuse(key, "must be a text")
    if not value.strip():
        refuse(key, "must not be empty")
    if "\0" in value or _clean(value) != value:
        refuse(key, "has a character that no text can have")
    return value


def _clean(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def refuse(key: str, why: str) -> NoReturn:
    """Raise `InvalidInput` for a key."""
    raise InvalidInput(f"“{_short(key)}” {why}.", key=_short(key))


def _short(key: str) -> str:
    return _clean(key if len(key) <= LONGEST_KEY else key[:LONGEST_KEY] + "…")
