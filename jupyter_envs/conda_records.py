"""Conda's records (`conda-meta/*.json`), read without their lists of files, which are nearly all of each.

conda and rattler write records with an indent of two, and nowhere in JSON can a line end stand inside a text: so
``\\n  ]`` ends the list that begins at that depth. A record in another form is parsed whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.errors import DiskTrouble

_LISTS = ((b'\n  "files": [\n', b"\n  ]"), (b'\n  "paths_data": {\n', b"\n  }"))
# the file by which an installed Python distribution is known
_METADATA = (b".dist-info/METADATA", b".egg-info/PKG-INFO", b".egg-info")


@dataclass(frozen=True)
class Record:
    """A record's ``fields`` without its lists of files, and which files of Python metadata the package brought."""

    fields: dict[str, Any]
    metadata: frozenset[str]


def read_all(prefix: Path) -> list[Record]:
    """All records of a prefix, by file name. Raises `DiskTrouble`, naming the file, for one that cannot be read."""
    return [read(path) for path in sorted((prefix / "conda-meta").glob("*.json"))]


def read(path: Path) -> Record:
    """One record. Raises `DiskTrouble`."""
    with _problems(path):
        raw = path.read_bytes()
        return Record(_fields(_without_lists(raw)), frozenset(_metadata_files(raw)))


def read_whole(path: Path) -> dict[str, Any]:
    """One record with its lists of files. Raises `DiskTrouble`."""
    with _problems(path):
        return _fields(path.read_bytes())


def _fields(raw: bytes) -> dict[str, Any]:
    fields = json.loads(raw)
    if not isinstance(fields, dict) or not isinstance(fields.get("name"), str):
        raise ValueError("not a package record")
    return fields


@contextmanager
def _problems(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:
        raise DiskTrouble(
            f"The package record {path} cannot be read.",
            hints=("Build the environment again from its lock.",),
            path=str(path),
        ) from error


def _without_lists(raw: bytes) -> bytes:
    """The same JSON with empty lists of files."""
    for start, end in _LISTS:
        begin = raw.find(start)
        close = raw.find(end, begin + len(start) - 1) if begin >= 0 else -1
        if close >= 0:
            raw = raw[: begin + len(start)] + raw[close:]
    return raw


def _metadata_files(raw: bytes) -> Iterator[str]:
    for ending in _METADATA:
        position = raw.find(ending + b'"')
        while position >= 0:
            begin = raw.rfind(b'"', 0, position) + 1
            yield raw[begin : position + len(ending)].decode("utf-8", "replace")
            position = raw.find(ending + b'"', position + 1)
