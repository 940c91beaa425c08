"""Bytes on disk, counted by inode: a file with several names is one file.

Counts the sizes of files and links (what `du --apparent-size` counts, without the folders themselves). Reads only;
what vanishes while it is counted does not count. Who measured last leaves the result in a file for the others.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_envs.files import write_atomically


class Tally:
    """The files below some folders, each once, with how many of its names were met."""

    def __init__(self, *folders: Path) -> None:
        # inode → [size, number of names anywhere, names met here]
        self._files: dict[tuple[int, int], list[int]] = {}
        for folder in folders:
            self.add(folder)

    def add(self, folder: Path) -> None:
        """Count what is below a folder, or a single file; links are not followed."""
        waiting = [os.fspath(folder)]
        while waiting:
            place = waiting.pop()
            try:
                number = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            except OSError:
                self._count(place)
                continue
            try:
                # relative to the folder, since looking up thousands of long paths takes most of the time
                with os.scandir(number) as found:
                    waiting += [f"{place}/{name}" for name in self._count_entries(found)]
            except OSError:
                continue
            finally:
                os.close(number)

    def _count_entries(self, found: Iterable[os.DirEntry[str]]) -> Iterator[str]:
        """Count the files; the names of the folders."""
        files = self._files
        for entry in found:
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield entry.name
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            key = status.st_dev, status.st_ino
            if key in files:
                files[key][2] += 1
            else:
                files[key] = [status.st_size, status.st_nlink, 1]

    def _count(self, path: str) -> None:
        """Count what is no folder that can be read."""
        with contextlib.suppress(OSError):
            status = os.lstat(path)
            if not stat.S_ISDIR(status.st_mode):
                known = self._files.setdefault((status.st_dev, status.st_ino), [status.st_size, status.st_nlink, 0])
                known[2] += 1

    def merge(self, other: Tally) -> None:
        """Count what another tally has counted, in other folders."""
        for inode, (size, names, met) in other._files.items():
            known = self._files.setdefault(inode, [size, names, 0])
            known[2] += met

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _, _ in self._files.values())

    @property
    def own(self) -> int:
        """Bytes of the files that have no name anywhere else: what removing the folders would free."""
        return sum(size for size, names, met in self._files.values() if met >= names)

    @property
    def shared(self) -> int:
        """Bytes of the files that have further names elsewhere."""
        return self.total - self.own


@dataclass(frozen=True)
class Usage:
    """What everything takes, in bytes; ``environments`` is by name ``(own, shared)``.

    ``taken`` is what all environments take together, ``cache`` the package cache with what else they share, ``total``
    both, and ``copies`` what one copy of its current files for each environment would take.
    """

    environments: Mapping[str, tuple[int, int]]
    taken: int
    cache: int
    total: int
    copies: int
    measured: str

    def totals(self) -> dict[str, Any]:
        """Without the single environments."""
        return {key: value for key, value in asdict(self).items() if key != "environments"}


def measure(environments: Mapping[str, Sequence[Path]], *shared: Path) -> Usage:
    """Measure environments, given as their prefixes with the current one first, and the folders that they share."""
    everything, single, copies = Tally(), {}, 0
    for name, prefixes in environments.items():
        own = Tally(*prefixes)
        everything.merge(own)
        single[name] = (own.own, own.shared)
        copies += own.total if len(prefixes) == 1 else Tally(*prefixes[:1]).total
    taken = everything.total
    cache = Tally(*shared)
    everything.merge(cache)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return Usage(single, taken, cache.total, everything.total, copies, now)


def save(usage: Usage, path: Path) -> None:
    """Leave a measurement for the others."""
    write_atomically(path, json.dumps(asdict(usage)), lasting=False)


def load(path: Path) -> Usage | None:
    """The last measurement; None if there is none that can be read."""
    try:
        data = json.loads(path.read_bytes())
        numbers = {key: int(data[key]) for key in ("taken", "cache", "total", "copies")}
        single = {str(name): (int(own), int(shared)) for name, (own, shared) in data["environments"].items()}
        return Usage(single, **numbers, measured=str(data["measured"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
