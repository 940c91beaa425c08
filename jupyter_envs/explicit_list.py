"""Read ``@EXPLICIT`` lists (``conda list --explicit --sha256``, and what `exports.explicit` writes) as a `Lock`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import archives
from .models import Lock, Package
from .redact import show
from .yaml_guard import Place

MARK = "@EXPLICIT"

_ADDRESS = re.compile(r"(?:https?|file|oci|s3)://[^\s\x00-\x1f\x7f\\#]+\Z")
_PLATFORM = re.compile(r"#\s*platform:\s*([a-z0-9]+-[a-z0-9_]+)\s*\Z")
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
_HINT = "Make the list with: conda list --explicit --sha256"


def is_explicit(text: str) -> bool:
    """Whether a text is such a list: a line that says so."""
    return MARK in text and any(line.strip() == MARK for line in text.splitlines())


def parse(text: str, *, source: str) -> Lock:
    """The packages of a list for one platform, without their dependencies, which a list does not say.

    Raises `InvalidFile` (fields ``path``, ``line``) for a line that is no package's address with a SHA-256.
    """
    lines = text.splitlines()
    addresses = [(number, line.strip()) for number, line in enumerate(lines, 1) if _is_address(line)]
    platform = _platform(lines, addresses, source)
    packages = {package.name: package for package in _packages(addresses, platform, source)}
    channels = dict.fromkeys(archive.channel for _, line in addresses if (archive := archives.parse(line)))
    return Lock(
        packages=tuple(packages[name] for name in sorted(packages)), channels=tuple(channels), platforms=(platform,)
    )


def _is_address(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("#", "@"))


def _platform(lines: list[str], addresses: list[tuple[int, str]], source: str) -> str:
    """What the comment says, else the folder of the first package that is not for all platforms."""
    for line in lines:
        if found := _PLATFORM.match(line):
            return found[1]
    for _, line in addresses:
        archive = archives.parse(line)
        if archive and archive.subdir != "noarch":
            return archive.subdir
    raise Place(source).refuse("nothing says for which platform this list is", expected="a line '# platform: linux-64'")


def _packages(addresses: list[tuple[int, str]], platform: str, source: str) -> Iterator[Package]:
    for number, line in addresses:
        yield _package(line, platform, Place(source, line=number))


def _package(line: str, platform: str, place: Place) -> Package:
    url, _, digest = line.partition("#")
    archive = archives.parse(url) if _ADDRESS.match(url) else None
    if archive is None or archive.subdir not in (platform, "noarch"):
        expected = f"an address …/{platform}/NAME-VERSION-BUILD.conda#sha256:…"
        raise place.refuse(f"'{show(line)}' is not a package's address", expected=expected)
    found = _SHA256.match(digest)
    if not found:
        raise place.refuse(f"no SHA-256 behind '{show(archive.name)}'", expected="#sha256:…", hints=(_HINT,))
    return Package(
        name=archive.name,
        version=archive.version,
        platform=platform,
        build=archive.build,
        build_number=archives.implied_build_number(archive.build),
        subdir=archive.subdir,
        url=url,
        sha256=found[1],
    )
