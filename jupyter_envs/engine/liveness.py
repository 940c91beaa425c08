"""Whether a silent process group still does something: as long as it writes, it is not hanging."""

from __future__ import annotations

from pathlib import Path

WAKE_UP = 8
"""Bytes that a thread writes to wake another (eventfd(2)); a server that sends a byte now and then causes many."""


def written(group: int) -> int | None:
    """Bytes beyond a wake-up's in each write, of the processes of a group and those that they have waited for.

    None where nobody counts them. Work makes the number larger; waiting leaves it or makes it smaller.
    """
    counts = [_written(entry) for entry in Path("/proc").glob("[0-9]*") if _group(entry) == group]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _group(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[2])
    except (OSError, ValueError, IndexError):
        return None


def _written(entry: Path) -> int | None:
    try:
        fields = dict(line.split(": ") for line in (entry / "io").read_text().splitlines())
        return int(fields["wchar"]) - WAKE_UP * int(fields["syscw"])
    except (OSError, ValueError, KeyError):
        return None
