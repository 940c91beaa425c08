"""What the address of a conda package says about it: ``…/linux-64/numpy-1.26.4-py312h2_0.conda``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

_FILE = re.compile(r"(?P<name>[^/]+)-(?P<version>[^-/]+)-(?P<build>[A-Za-z0-9_.+]+)(?:\.conda|\.tar\.bz2)\Z")
_NUMBER = re.compile(r"(?:\A|_)([0-9]{1,9})\Z")


@dataclass(frozen=True)
class Archive:
    """One package file of a channel; ``subdir`` is the folder that it is in, ``channel`` the address of that one's."""

    channel: str
    subdir: str
    name: str
    version: str
    build: str


def parse(address: str) -> Archive | None:
    """The parts of an address or path; None if its file is not named ``NAME-VERSION-BUILD.conda`` (or ``.tar.bz2``)."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:
        return None
    folder, _, file = parts.path.rpartition("/")
    found = _FILE.match(unquote(file))
    if not found:
        return None
    above, _, subdir = folder.rpartition("/")
    channel = urlunsplit((parts.scheme, parts.netloc, above, "", ""))
    return Archive(channel, unquote(subdir), found["name"], found["version"], found["build"])


def implied_build_number(build: str) -> int:
    """The build number that a build string ends in: 3 for ``py311h1_3``, 0 if there is none."""
    found = _NUMBER.search(build)
    return int(found[1]) if found else 0
