"""Which packages a prefix has, by the names in its folders alone: fast enough for hundreds of prefixes at each letter.

Nothing is opened. A conda record whose distribution pip has taken away still counts; `prefix.installed`, which reads
all of them, knows better.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from jupyter_envs.package_query import Held, PackageQuery

# name-version-build, of which only the name may have hyphens
_RECORD = re.compile(r"(.+)-([^-]+)-[^-]+\.json\Z")
_DISTRIBUTION = re.compile(r"\.(?:dist|egg)-info\Z")
# a folder that changed so shortly before it was read may change again without another time on it
_SETTLED = 2_000_000_000

Stamps = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Names:
    """What was read of a prefix: a line with name and version for each package, which is small and quick to search."""

    stamps: Stamps
    lines: str


class Holdings:
    """The packages of prefixes, remembered for as long as no folder of them changes. May be asked from any thread."""

    def __init__(self) -> None:
        self._known: dict[str, _Names] = {}

    def holding(self, prefix: str, query: PackageQuery) -> list[Held]:
        """The packages of a prefix that fit, the likeliest first; none where there is no prefix or it is unreadable."""
        return query.holds(_lines_with(self._names(prefix).lines, query.name))

    def _names(self, prefix: str) -> _Names:
        known = self._known.get(prefix)
        if known is not None and all(_changed_at(folder) == stamp for folder, stamp in known.stamps):
            return known
        began = time.time_ns()
        folders = _folders(prefix)
        stamps = tuple((folder, _changed_at(folder)) for folder in folders)
        lines = (f"{name}\t{version}\n" for name, version in sorted(_packages(folders)))
        found = _Names(stamps, "".join(lines))
        if all(stamp < began - _SETTLED for _, stamp in stamps):
            self._known[prefix] = found
        else:
            self._known.pop(prefix, None)
        return found


def _packages(folders: list[str]) -> set[Held]:
    """Of a name that both know, what Python would import: pip may have put another version over conda's."""
    python = {held for folder in folders[2:] for held in _distributions(folder)}
    names = {name for name, _ in python}
    return {held for held in _records(folders[1]) if held[0] not in names} | python


def _lines_with(lines: str, part: str) -> Iterator[Held]:
    """The packages in whose line a text stands; the others are never looked at one by one."""
    found = lines.find(part)
    while found >= 0:
        end = lines.index("\n", found)
        name, _, version = lines[lines.rfind("\n", 0, found) + 1 : end].partition("\t")
        yield name, version
        found = lines.find(part, end)


def _folders(prefix: str) -> list[str]:
    """What the answer depends on: where Pythons are, conda's records, and each Python's packages."""
    library = f"{prefix}/lib"
    pythons = [name for name in _listed(library) if name.startswith("python3")]
    return [library, f"{prefix}/conda-meta", *(f"{library}/{name}/site-packages" for name in sorted(pythons))]


def _records(folder: str) -> Iterator[Held]:
    for name in _listed(folder):
        found = _RECORD.match(name)
        if found:
            yield canonicalize_name(found[1]), found[2]


def _distributions(folder: str) -> Iterator[Held]:
    for entry in _listed(folder):
        stem = _DISTRIBUTION.sub("", entry)
        # pip renames what it is about to take away, and begins its name with a tilde
        if stem != entry and not entry.startswith("~"):
            name, _, rest = stem.partition("-")
            yield canonicalize_name(name), rest.partition("-")[0]


def _listed(folder: str) -> list[str]:
    """The names in a folder that a package can have; none where it cannot be read."""
    try:
        return [name for name in os.listdir(folder) if name.isprintable()]  # noqa: PTH208  (a Path for each of 60,000 names costs more than the search)
    except OSError:
        return []


def _changed_at(folder: str) -> int:
    """Nanoseconds; 0 where there is nothing to look at."""
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0
