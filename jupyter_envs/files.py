"""Writing to the disk so that a crash loses nothing, and saying what is wrong with the disk when it cannot be done."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import DiskTrouble


@contextmanager
def disk(doing: str) -> Iterator[None]:
    """Errors of the disk inside become `DiskTrouble` that names the file."""
    try:
        yield
    except OSError as error:
        hints = {
            errno.ENOSPC: "Free some space on this disk, then try again.",
            errno.EDQUOT: "Your disk quota is used up; remove something, then try again.",
            errno.EROFS: "The disk is read-only; set Manager.root_dir to a place that can be written.",
        }
        hint = hints.get(error.errno or 0, "Check that the folder exists and that you may write to it.")
        place = error.filename or "the disk"
        raise DiskTrouble(
            f"{doing} failed: {place}: {error.strerror or error}.", hints=(hint,), path=str(place)
        ) from error


def write_atomically(path: Path, text: str) -> None:
    """Replace a file by temporary file, fsync and rename: at any moment it is the old one or the new one."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
