"""How large a package may be, for whoever unpacks and reads it; and whether a folder is larger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class PackageLimits:
    """``size`` is bytes when it is unpacked, and bytes of an archive whose size nobody states."""

    size: int = 16 << 30
    files: int = 500_000

    def to_json(self) -> dict[str, Any]:
        """For the pipe to a worker."""
        return asdict(self)


def excess(folder: Path, limits: PackageLimits) -> str:
    """What there is too much of in a folder that may be growing; empty if nothing is."""
    size = 0
    for files, found in enumerate(entries(folder), 1):
        size += found
        if files > limits.files:
            return f"it has more than {limits.files} files"
        if size > limits.size:
            return f"it is larger than {limits.size} bytes when it is unpacked"
    return ""


def entries(folder: Path) -> Iterator[int]:
    """The size of each thing below a folder; what comes and goes meanwhile is passed over."""
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    yield entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
