"""Taking a folder away for good, without ever leaving the folder that it is in.

Everything happens relative to an open folder: who swaps one of the folders above for a link meanwhile changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TRASH = ".trash"


@contextmanager
def opened(path: str | Path, within: int | None = None) -> Iterator[int]:
    """A folder, held open; inside of another one it must be no link. Raises `OSError`."""
    flags = os.O_RDONLY | os.O_DIRECTORY | (os.O_NOFOLLOW if within is not None else 0)
    number = os.open(path, flags, dir_fd=within)
    try:
        yield number
    finally:
        os.close(number)


def put_aside(root: int, name: str) -> str:
    """Move ``root/name`` into the trash of ``root``, in one step, and return its name there. Raises `OSError`."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISLNK(os.lstat(TRASH, dir_fd=root).st_mode):
            os.unlink(TRASH, dir_fd=root)
    with contextlib.suppress(FileExistsError):
        os.mkdir(TRASH, dir_fd=root)
    aside = f"{name}-{secrets.token_hex(4)}"
    with opened(TRASH, root) as trash:
        os.rename(name, aside, src_dir_fd=root, dst_dir_fd=trash)
    return aside


def throw_away(root: int, aside: str) -> None:
    """Remove what was put aside; of a link only the link. Raises `OSError`."""
    with opened(TRASH, root) as trash:
        if not stat.S_ISDIR(os.lstat(aside, dir_fd=trash).st_mode):
            os.unlink(aside, dir_fd=trash)
        elif sys.version_info >= (3, 11):
            shutil.rmtree(aside, dir_fd=trash)
        else:
            # the link that the system keeps for an open folder, wherever that is by now
            shutil.rmtree(f"/dev/fd/{trash}/{aside}")
