"""Paths below the user's home folder: they name the user, and mean nothing on another machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from .. import archives
from ..models import Lock

# an address that some server answers; what stands in it is no path of this machine
_SERVED = re.compile(r"\b(?![a-z0-9.+-]*file:)[a-z][a-z0-9+.-]*://[^\s\"';,]+", re.IGNORECASE)


def below(homes: Iterable[str], text: str) -> bool:
    """Whether a text names a path in one of the home folders, also in an address that begins with ``file:``."""
    pattern = _pattern(tuple(homes))
    return pattern is not None and pattern.search(_SERVED.sub("", text) if "://" in text else text) is not None


def shortened(homes: Iterable[str], address: str) -> str:
    """An address or path of a file that is `below` one, with ``~`` for the home folder: ``file:///~/channel``."""
    pattern = _pattern(tuple(homes))
    return pattern.sub("/~" if address.startswith("file:") else "~", address) if pattern else address


def in_lock(homes: Iterable[str], lock: Lock) -> tuple[str, ...]:
    """A sentence about each channel, and each wheel, of a home folder that a lock names; one beside its file may."""
    names = tuple(homes)
    local = (one.url for one in lock.packages if one.url.startswith("file:") and below(names, one.url))
    found = dict.fromkeys(archive.channel if (archive := archives.parse(url)) else url for url in local)
    return tuple(
        f"The lock names {place}, which is in your home folder: other machines cannot use it." for place in found
    )


@lru_cache(maxsize=8)
def _pattern(homes: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds a home folder, as it is written and as an address has it; None where there is none to be hidden."""
    folders = [home.rstrip("/") for home in homes]
    names = {name for folder in folders if folder for name in (folder, quote(folder))}
    if not names:
        return None
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:{longest_first})(?=[/\\\"'\s:;,]|\Z)")
