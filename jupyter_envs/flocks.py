"""Locks of the operating system, asked so that the answer always comes.

On some network file systems `flock` blocks although it was told not to, and nothing can interrupt it. So it is asked
in a thread that may be left behind, and a file system that does not answer in time cannot tell. Windows has none.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
from pathlib import Path

if sys.platform != "win32":
    import fcntl

SECONDS = 1.0
# where one kernel alone decides about a lock
LOCAL = frozenset({"apfs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"})


def try_flock(file: int, *, shared: bool = False) -> bool | None:
    """Whether the lock on an open file could be taken at once; None where nobody can tell."""
    if sys.platform == "win32":
        return None
    kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
    # a copy of its own, as the caller may close the file before the answer comes
    own, answers = os.dup(file), []

    def ask() -> None:
        try:
            fcntl.flock(own, kind)
            answers.append(0)
        except OSError as error:
            answers.append(error.errno or -1)
        finally:
            os.close(own)

    thread = threading.Thread(target=ask, daemon=True, name="flock")
    thread.start()
    thread.join(SECONDS)
    if not answers:
        return None
    return {0: True, errno.EWOULDBLOCK: False, errno.EACCES: False}.get(answers[0])


def is_local(path: Path) -> bool:
    """Whether a path is on a file system that no other machine shares, as far as Linux tells."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        real = path.resolve()
    except OSError:
        return False
    best, kind = -1, ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        place = Path(re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), fields.split()[4]))
        if real.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), rest.split()[0]
    return kind in LOCAL
