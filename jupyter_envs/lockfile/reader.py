"""Text to `Lock`: conda-lock v1 YAML, and as the front door ``pylock.toml`` and ``@EXPLICIT`` lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .. import archives, explicit_list, pylock, yaml_guard
from ..errors import InvalidFile
from ..lock_fields import MOMENT, NAME, PLATFORM, PYTHON, SYSTEM, VERSION, in_order
from ..models import Lock, Manager, Package
from ..redact import show
from ..yaml_guard import Map, Place, Seq

MAX_BYTES = 20_000_000

_HEX_LENGTHS = {"sha256": 64, "md5": 32}
_HEX = re.compile(r"[0-9a-f]+\Z")
_ADDRESS = re.compile(r"(?:https?|file|oci|s3)://[^\s\x00-\x1f\x7f\\]+\Z")
_READ_CATEGORIES = ("main", "dev")


@lru_cache(maxsize=16)
def parse_again(
    text: str, source: str = "conda-lock.yml", limit: int = MAX_BYTES, max_depth: int = yaml_guard.MAX_DEPTH
) -> Lock:
    """As `parse`, for who reads the same text again and again; raises the same."""
    return parse(text, source=source, limit=limit, max_depth=max_depth)


def parse(
    text: str | bytes,
    *,
    source: str = "conda-lock.yml",
    limit: int = MAX_BYTES,
    max_depth: int = yaml_guard.MAX_DEPTH,
) -> Lock:
    """The lock that ``text`` describes, its packages sorted by platform, manager and name.

    Packages of optional categories other than ``dev`` are not part of it. An ``@EXPLICIT`` list is read, too, and a
    ``pylock.toml`` of ours.

    ``source`` is the file's name for messages, ``limit`` its largest size in bytes, ``max_depth`` how deep it may be
    nested. Raises `InvalidFile` (fields
    ``path``, ``line``, ``key``) for another format or version, a missing or malformed field, and for a package
    without SHA-256.
    """
    place = Place(source)
    decoded = yaml_guard.decode(text, source=source, limit=limit)
    if explicit_list.is_explicit(decoded):
        return explicit_list.parse(decoded, source=source)
    if pylock.is_pylock(decoded):
        return pylock.parse(decoded, source=source, max_depth=max_depth)
    root = yaml_guard.read(decoded, source=source, max_depth=max_depth)
    if not isinstance(root, Map) or "package" not in root or "metadata" not in root:
        raise place.refuse("this is not a conda-lock file", expected="version, metadata and package")
    if root.get("version") != "1":
        version = show(str(root.get("version")))
        raise place.child("version", root).refuse(f"version {version} of conda-lock's format", expected="version 1")
    return _lock(root, place)


def _lock(root: Map, place: Place) -> Lock:
    metadata = _expect(root["metadata"], Map, place.child("metadata", root))
    here = place.child("metadata", root)
    platforms = tuple(_texts(metadata, "platforms", here))
    outer = here.child("custom_metadata", metadata)
    extras = _expect(metadata.get("custom_metadata") or Map(), Map, outer)
    entries = _expect(root["package"], Seq, place.child("package", root))
    packages: dict[tuple[str, str, str], Package] = {}
    inside = place.child("package", root)
    for index in range(len(entries)):
        entry = _Entry(entries, index, inside)
        if entry.is_read():
            package = entry.package(platforms, extras)
            packages.setdefault((package.platform, package.manager, package.name), package)
    return Lock(
        packages=tuple(in_order(packages.values())),
        channels=tuple(_channels(metadata, here)),
        platforms=platforms,
        content_hash=_content_hash(metadata, here.child("content_hash", metadata)),
        as_of=dict(_said(extras, "as_of", platforms, MOMENT, outer)),
        system=dict(_said(extras, "system", platforms, SYSTEM, outer)),
        python=dict(_said(extras, "python", platforms, PYTHON, outer)),
    )


def _content_hash(metadata: Map, place: Place) -> dict[str, str]:
    values = _expect(metadata.get("content_hash") or Map(), Map, place)
    return {name: text for name, value in values.items() if (text := _text(value, place))}


def _said(
    extras: Map, what: str, platforms: tuple[str, ...], form: tuple[re.Pattern[str], str], place: Place
) -> Iterator[tuple[str, str]]:
    """What ``custom_metadata`` says of platforms, in a form that is stated with its description."""
    pattern, expected = form
    for platform in platforms:
        key = f"{what}/{platform}"
        if key in extras:
            value = _text(extras[key], place.child(key, extras))
            if not pattern.match(value):
                raise place.child(key, extras).refuse(f"'{show(value)}'", expected=expected)
            yield platform, value


def _channels(metadata: Map, place: Place) -> Iterator[str]:
    place = place.child("channels", metadata)
    channels = _expect(metadata.get("channels"), Seq, place)
    for index, channel in enumerate(channels):
        url = channel.get("url") if isinstance(channel, Map) else channel
        yield _text(url, place.child(index, channels))


def _texts(container: Map, key: str, place: Place) -> Iterator[str]:
    place = place.child(key, container)
    values = _expect(container.get(key), Seq, place)
    for index, value in enumerate(values):
        yield _text(value, place.child(index, values))


def _text(value: Any, place: Place) -> str:
    if not isinstance(value, str):
        raise place.refuse("no text", expected="text")
    return value


def _expect(value: Any, kind: type[Any], place: Place) -> Any:
    if not isinstance(value, kind):
        raise place.refuse("missing or of another kind", expected="a mapping" if kind is Map else "a list")
    return value


class _Entry:
    """One item of ``package``; places are only made up for messages."""

    def __init__(self, entries: Seq, index: int, place: Place) -> None:
        self.index, self.entries, self.outer = index, entries, place
        if not isinstance(entries[index], Map):
            raise self.place().refuse("not a package", expected="a mapping")
        self.values: Mapping[str, Any] = entries[index]

    def place(self, key: str = "") -> Place:
        place = self.outer.child(self.index, self.entries)
        return place.child(key, self.values) if key else place

    def refuse(self, key: str, problem: str, expected: str) -> InvalidFile:
        return self.place(key).refuse(problem, expected=expected)

    def text(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not pattern.match(value):
            raise self.refuse(key, f"'{show(value)}'" if isinstance(value, str) else "nothing", expected)
        return value

    def is_read(self) -> bool:
        return self.values.get("category", "main") in _READ_CATEGORIES or self.values.get("optional") == "false"

    def package(self, platforms: tuple[str, ...], extras: Mapping[str, str]) -> Package:
        name = self.text("name", NAME, "a package's name")
        version = self.text("version", VERSION, "a version")
        platform = self.text("platform", PLATFORM, "a platform such as linux-64")
        if platform not in platforms:
            raise self.refuse("platform", platform, f"one of metadata.platforms ({', '.join(platforms)})")
        manager: Manager = "pip" if self.text("manager", _MANAGER, "conda or pip") == "pip" else "conda"
        url = self.text("url", _ADDRESS, "an https, http, file, s3 or oci address")
        subdir, build = self.archive(name, version, platform, url) if manager == "conda" else ("", "")
        key = f"{platform}/{manager}/{name}"
        return Package(
            name=name,
            version=version,
            manager=manager,
            platform=platform,
            build=build,
            build_number=self.number(extras, f"build_number/{key}", archives.implied_build_number(build)) or 0,
            subdir=subdir,
            url=url,
            sha256=self.hash("sha256"),
            md5=self.hash("md5"),
            size=self.number(extras, f"size/{key}", None),
            depends=self.depends(manager),
        )

    def archive(self, name: str, version: str, platform: str, url: str) -> tuple[str, str]:
        """The channel's subfolder and the build string, from a conda package's address."""
        found = archives.parse(url)
        if found is None or (found.name, found.version) != (name, version):
            file = show(url.rpartition("/")[2])
            raise self.refuse("url", f"the file '{file}'", f"{show(f'{name}-{version}')}-BUILD.conda or .tar.bz2")
        if found.subdir not in (platform, "noarch"):
            raise self.refuse("url", f"the folder '{show(found.subdir)}'", f"{platform} or noarch")
        return found.subdir, found.build

    def hash(self, algorithm: str) -> str:
        hashes = self.values.get("hash")
        value = hashes.get(algorithm) if isinstance(hashes, Map) else None
        if value is None and algorithm == "md5":
            return ""
        length = _HEX_LENGTHS[algorithm]
        if not isinstance(value, str) or len(value) != length or not _HEX.match(value):
            problem = f"'{show(value)}' as {algorithm}" if isinstance(value, str) else f"no {algorithm}"
            raise self.refuse("hash", problem, f"{length} hexadecimal digits")
        return value

    def number(self, extras: Mapping[str, Any], key: str, default: int | None) -> int | None:
        value = extras.get(key)
        if value is None:
            return default
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,15}", value):
            raise self.refuse("", f"{key} in custom_metadata is no number", "digits")
        return int(value)

    def depends(self, manager: Manager) -> tuple[str, ...]:
        values = self.values.get("dependencies")
        if not values:
            return ()
        if not isinstance(values, Map):
            raise self.refuse("dependencies", "not a mapping", "name: version")
        if any(value is not None and not isinstance(value, str) for value in values.values()):
            raise self.refuse("dependencies", "a version that is no text", "name: version")
        return tuple(_joined(name, value or "", manager) for name, value in values.items())


_MANAGER = re.compile(r"(?:conda|pip)\Z")


def _joined(name: str, rest: str, manager: Manager) -> str:
    """One dependency as a package states it: ``numpy >=1.26`` for conda, ``numpy>=1.26`` for pip."""
    if not rest:
        return name
    close = rest[0] in "[;" if manager == "conda" else rest[0] != "@"
    return f"{name}{rest}" if close else f"{name} {rest}"
