"""Conda's records (`conda-meta/*.json`), read without their lists of files, which are nearly all of each.

conda and rattler write records with an indent of two, and nowhere in JSON can a line end stand inside a text: so
``\\n  ]`` ends the list that begins at that depth. A record in another form is parsed whole. An environment of 300
packages has 40 MB of records, so each of their bytes is looked at once, by a search for a single character.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_envs.errors import DiskTrouble
from jupyter_envs.files import write_atomically

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


# beside the records: what was read of them, each with its stamp
INDEX = ".jupyter-envs-index"
# time (ns), size and inode
Stamp = tuple[int, int, int]
# what was read of a file, by its path, with the stamp of the file that it was
_REMEMBERED: dict[str, tuple[Stamp, Record]] = {}
_MOST = 20_000


def read_all(prefix: Path) -> list[Record]:
    """All records of a prefix, by file name. Raises `DiskTrouble`, naming the file, for one that cannot be read.

    A file that is the one of last time (time, size, inode) is not read again.
    """
    return [record for _, record in _stamped(prefix).values()]


def write_index(prefix: Path) -> None:
    """Write down what was read of the records, so that the next process need not read them; only for prefixes of ours.

    Raises `DiskTrouble` as `read_all` does; a disk that does not take the index is no error.
    """
    lines = {
        name: [*stamp, record.fields, sorted(record.metadata)] for name, (stamp, record) in _stamped(prefix).items()
    }
    with contextlib.suppress(OSError):
        write_atomically(prefix / "conda-meta" / INDEX, json.dumps(lines, separators=(",", ":")), lasting=False)


def _stamped(prefix: Path) -> dict[str, tuple[Stamp, Record]]:
    try:
        with os.scandir(prefix / "conda-meta") as found:
            entries = sorted((entry for entry in found if entry.name.endswith(".json")), key=lambda entry: entry.name)
    except OSError:
        return {}
    if any(entry.path not in _REMEMBERED for entry in entries):
        _remember(prefix)
    return {entry.name: _remembered(entry) for entry in entries}


def _remember(prefix: Path) -> None:
    """What the index says, if there is one and it is understood; whether it still holds is seen record by record."""
    folder = os.path.join(prefix, "conda-meta")  # noqa: PTH118  (the same text as scandir's)
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        lines = json.loads((prefix / "conda-meta" / INDEX).read_bytes())
        for name, (time, size, inode, fields, metadata) in lines.items():
            if isinstance(fields, dict) and isinstance(fields.get("name"), str):
                known = (time, size, inode), Record(fields, frozenset(metadata))
                _REMEMBERED.setdefault(os.path.join(folder, name), known)  # noqa: PTH118


def _remembered(entry: os.DirEntry[str]) -> tuple[Stamp, Record]:
    path = Path(entry.path)
    with _problems(path):
        status = entry.stat()
    stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    known = _REMEMBERED.get(entry.path)
    if known is None or known[0] != stamp:
        if len(_REMEMBERED) >= _MOST:
            _REMEMBERED.clear()
        known = _REMEMBERED[entry.path] = (stamp, read(path))
    return known


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
