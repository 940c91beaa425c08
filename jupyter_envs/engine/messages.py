"""What crosses the pipe between the server and a worker: one JSON object a line.

To the worker: ``{"op": name, "args": {…}}``. From it, any number of ``{"progress": {…}}`` and ``{"log": line}``,
then one ``{"result": …}`` or ``{"error": {code, message, hints, fields}}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from jupyter_envs.models import Download, Interpreter, Package

LINE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Hit:
    """One package that a search found: its newest build, and how many builds and versions its channel has.

    ``version_list`` has the newest first and may be shorter than ``versions``; ``summary`` is None where the channel
    does not say what the package is.
    """

    name: str
    version: str
    build: str
    subdir: str
    channel: str
    size: int | None
    builds: int
    versions: int
    version_list: tuple[str, ...] = ()
    summary: str | None = None


def encode(message: dict[str, Any]) -> bytes:
    """One line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def packages_to_json(packages: Iterable[Package]) -> list[dict[str, Any]]:
    """Packages as JSON objects."""
    return [asdict(package) for package in packages]


def packages_from_json(data: Iterable[dict[str, Any]]) -> list[Package]:
    """And back."""
    return [Package(**{**item, "depends": tuple(item["depends"])}) for item in data]


def interpreter_from_json(data: dict[str, Any] | None) -> Interpreter | None:
    """A Python, as `dataclasses.asdict` writes it; None stays None."""
    if data is None:
        return None
    download = Download(**data["download"]) if data["download"] else None
    return Interpreter(str(data["version"]), str(data["path"]), download)


def hits_from_json(data: Iterable[dict[str, Any]]) -> list[Hit]:
    """What a worker found, as values again."""
    return [Hit(**{**item, "version_list": tuple(item["version_list"])}) for item in data]
