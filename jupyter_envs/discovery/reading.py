"""Small reads that can neither hang nor exhaust the memory, whatever lies at a path."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

LIMIT = 1024 * 1024


def read_text(path: str) -> str:
    """The text of an ordinary file of a sensible size. Raises `OSError`; bytes that are no UTF-8 are replaced."""
    # a pipe must not be waited for
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(f"{path} is not a file")
        return os.read(number, LIMIT).decode("utf-8", "replace")
    finally:
        os.close(number)


def folders(path: str) -> Iterator[os.DirEntry[str]]:
    """The folders in a folder, links to folders included, sorted; nothing where there is no such folder.

    Raises `OSError` for a folder that is there and cannot be read.
    """
    try:
        with os.scandir(path) as entries:
            found = [entry for entry in entries if is_folder(entry)]
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from sorted(found, key=lambda entry: entry.name)


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; a link that leads nowhere is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def names(path: str) -> list[str]:
    """The names in a folder. Raises `OSError`."""
    return os.listdir(path)  # noqa: PTH208
