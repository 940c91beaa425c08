"""Conda's records (`conda-meta/*.json`), read without their lists of files, which are nearly all of each.

conda and rattler write records with an indent of two, and nowhere in JSON can a line end stand inside a text: so
``\\n  ]`` ends the list that begins at that depth. A record in another form is parsed whole. An environment of 300
packages has 40 MB of records, so each of their bytes is looked at once, by a search for a single character.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.errors import DiskTrouble

# how each list begins, and the line with its bracket
_LISTS = (
    (b'\n  "files": [\n', b"\n  ]"),
    (b'\n  "paths_data": {\n    "paths": [\n', b"\n    ]"),
    (b'\n  "paths_data": {\n    "paths_version": 1,\n    "paths": [\n', b"\n    ]"),
)
# the file by which an installed Python distribution is known, and what may stand behind it
_METADATA = ((b".dist-info/METADATA", (b'"',)), (b".egg-info", (b'"', b'/PKG-INFO"')))


@dataclass(frozen=True)
class Record:
    """A record's ``fields`` without its lists of files, and which files of Python metadata the package brought."""

    fields: dict[str, Any]
    metadata: frozenset[str]


# what was read of a file, by its path, with the stamp of the file that it was
_REMEMBERED: dict[str, tuple[tuple[int, int, int], Record]] = {}
_MOST = 20_000


def read_all(prefix: Path) -> list[Record]:
    """All records of a prefix, by file name. Raises `DiskTrouble`, naming the file, for one that cannot be read.

    A file that is the one of last time (time, size, inode) is not read again.
    """
    try:
        with os.scandir(prefix / "conda-meta") as found:
            entries = sorted((entry for entry in found if entry.name.endswith(".json")), key=lambda entry: entry.name)
    except OSError:
        return []
    return [_remembered(entry) for entry in entries]


def _remembered(entry: os.DirEntry[str]) -> Record:
    path = Path(entry.path)
    with _problems(path):
        status = entry.stat()
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    known = _REMEMBERED.get(entry.path)
    if known is None or known[0] != stamp:
        if len(_REMEMBERED) >= _MOST:
            _REMEMBERED.clear()
        known = _REMEMBERED[entry.path] = (stamp, read(path))
    return known[1]


def read(path: Path) -> Record:
    """One record. Raises `DiskTrouble`."""
    with _problems(path):
        raw = path.read_bytes()
        head, files = _apart(raw)
        return Record(_fields(head), frozenset(_metadata_files(files)))


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
            hints=("“jupyter envs doctor --repair” builds the environment again from its lock.",),
            path=str(path),
        ) from error


def _apart(raw: bytes) -> tuple[bytes, bytes]:
    """The same JSON with empty lists of files, and the list of files, or all where it cannot be told apart."""
    files = raw
    position = 0
    for start, end in _LISTS:
        begin = raw.find(start, position)
        close = _closing(raw, begin + len(start), end) if begin >= 0 else -1
        if close >= 0:
            if start is _LISTS[0][0]:
                files = raw[begin:close]
            raw = raw[: begin + len(start)] + raw[close:]
            position = begin
    return raw, files


def _closing(raw: bytes, position: int, end: bytes) -> int:
    """Where the line with the bracket begins. A search for one character is many times faster than for the line."""
    while (found := raw.find(b"]", position)) >= 0:
        if raw.startswith(end, found - len(end) + 1):
            return found - len(end) + 1
        position = found + 1
    return -1


def _metadata_files(listed: bytes) -> Iterator[str]:
    for name, endings in _METADATA:
        position = listed.find(name)
        while position >= 0:
            behind = position + len(name)
            ending = next((one for one in endings if listed.startswith(one, behind)), None)
            if ending is not None:
                begin = listed.rfind(b'"', 0, position) + 1
                yield listed[begin : behind + len(ending) - 1].decode("utf-8", "replace")
            position = listed.find(name, behind)
