"""``~/.conda/environments.txt``: the prefixes that conda tools know of, one a line.

Conda writes it without a lock. So a prefix is added by one write at the file's end, which takes no line of another
process away.
"""

from __future__ import annotations

import os
from pathlib import Path

from .files import write_atomically


def list_for_conda(prefix: Path, *, present: bool) -> None:
    """Keep the list, where conda tools look for environments, in step. Raises OSError."""
    lines = conda_lines()
    if (str(prefix) in lines) == present:
        return
    if present:
        _append(str(prefix))
    else:
        write_atomically(_path(), "".join(f"{line}\n" for line in lines if line != str(prefix)))


def conda_lines() -> list[str]:
    """The prefixes that conda tools know of."""
    path = _path()
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _path() -> Path:
    return Path.home() / ".conda" / "environments.txt"


def _append(line: str) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        ended = file.read(1) in (b"", b"\n")
        file.write(f"{'' if ended else os.linesep}{line}\n".encode())
