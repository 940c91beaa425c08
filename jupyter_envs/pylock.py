"""``pylock.toml`` (PEP 751) as a `Lock` of PyPI packages alone, and back.

What we write is read by pip, uv and every other reader of the format. What the format has no field for stands in its
``[tool.jupyter-envs]`` tables: for which of conda's platforms each file is, the version of Python, the hash of what
was asked for. A file without them is another tool's: which of its files are for a machine is then a choice, which is
`pylock_choice`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from . import toml_guard
from .errors import InvalidFile, InvalidInput
from .lock_fields import MOMENT, NAME, PLATFORM, PYTHON, SYSTEM, VERSION, in_order, require_complete
from .models import Lock, Package
from .redact import clean_url, show
from .toml_guard import Table
from .versions import any_of_minor
from .yaml_guard import MAX_DEPTH

TOOL = "jupyter-envs"
LONGEST_LINE = 4_000  # characters; addresses of files are long

_KEY = re.compile(r"^lock-version[ \t]*=", re.MULTILINE)
_FIRST_TABLE = re.compile(r"^\[", re.MULTILINE)
_MARK = re.compile(rf"^\[tool\.{TOOL}(?:\]|\.)", re.MULTILINE)
_ADDRESS = re.compile(r"(?:https?|file)://[^\s\x00-\x1f\x7f\\]+\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_HASH = re.compile(r"[^\s]{1,128}\Z")
# by the key in a platform's table: the field of a `Lock`, and what its values look like
_SAID: dict[str, tuple[str, re.Pattern[str], str]] = {
    "content-hash": ("content_hash", _HASH, "a hash"),
    "python": ("python", *PYTHON),
    "as-of": ("as_of", *MOMENT),
    "system": ("system", *SYSTEM),
}
_SYSTEMS = {"linux": "linux", "osx": "darwin", "win": "win32"}
_MACHINES = {
    "linux-64": "x86_64", "osx-64": "x86_64", "osx-arm64": "arm64", "win-64": "AMD64", "win-arm64": "ARM64",
    "win-32": "x86", "linux-32": "i686",
}  # fmt: skip


def is_pylock(text: str) -> bool:
    """Whether a text is such a lock: its version stands before any table, where poetry has none."""
    first = _FIRST_TABLE.search(text)
    return _KEY.search(text[: first.start()] if first else text) is not None


def is_ours(text: str) -> bool:
    """Whether a lock says for which platforms its files are."""
    return _MARK.search(text) is not None


def parse(text: str, *, source: str = "pylock.toml", max_depth: int = MAX_DEPTH) -> Lock:
    """A lock that `write` made. Raises `InvalidFile` for another tool's, and for what is missing or malformed."""
    root = toml_guard.read(text, source=source, max_depth=max_depth, longest_line=LONGEST_LINE)
    check_version(root)
    tool = root.table("tool").table(TOOL)
    platforms = tuple(tool.table("platforms").values)
    if not platforms:
        hint = "Make an environment from it: jupyter envs create NAME --file pylock.toml"
        raise root.refuse("", "this lock does not say for which machines its files are", hints=(hint,))
    for platform in platforms:
        if not PLATFORM.match(platform):
            raise tool.refuse("platforms", f"'{show(platform)}'", "platforms such as linux-64")
    packages = [package for entry in entries(root) for package in _packages(entry, platforms)]
    return Lock(packages=tuple(in_order(packages)), platforms=platforms, **_said(tool.table("platforms")))


def check_version(root: Table) -> None:
    """Raise `InvalidFile` for a version of the format that is not read."""
    version = root.text("lock-version") or ""
    if not re.fullmatch(r"1\.[0-9]+", version):
        raise root.refuse("lock-version", f"version '{show(version)}' of the format", "version 1.0")


def entries(root: Table) -> Iterator[Table]:
    """Each of ``[[packages]]``. Raises `InvalidFile`."""
    values = root.values.get("packages", [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise root.refuse("packages", "not a list of tables", "[[packages]]")
    for value in values:
        yield Table(value, root.source, root.lines, ("packages",))


def _said(platforms: Table) -> dict[str, Any]:
    found: dict[str, dict[str, str]] = {field: {} for field, _, _ in _SAID.values()}
    for platform, table in platforms.tables():
        for key, (field, pattern, expected) in _SAID.items():
            value = table.text(key)
            if value is not None and not pattern.match(value):
                raise table.refuse(key, f"'{show(value)}'", expected)
            if value is not None:
                found[field][platform] = value
    return found


def _packages(entry: Table, platforms: Sequence[str]) -> Iterator[Package]:
    """One package for each platform that the entry's file is for."""
    tool = entry.table("tool").table(TOOL)
    own = tool.texts("platforms")
    unknown = [platform for platform in own if platform not in platforms]
    if not own or unknown:
        raise tool.refuse("platforms", f"'{show(', '.join(unknown))}'", f"some of {', '.join(platforms)}")
    package = replace(package_of(entry, file_of(entry)), depends=tool.texts("depends"))
    yield from (replace(package, platform=platform) for platform in own)


def file_of(entry: Table) -> Table:
    """The one file of an entry. Raises `InvalidFile`."""
    wheels = entry.values.get("wheels")
    if isinstance(wheels, list) and len(wheels) == 1 and isinstance(wheels[0], dict):
        return Table(wheels[0], entry.source, entry.lines, (*entry.path, "wheels"))
    for key in ("sdist", "archive"):
        if key in entry.values:
            return entry.table(key)
    raise entry.refuse("wheels", "not one file", "one wheel, or a source archive")


def package_of(entry: Table, file: Table) -> Package:
    """A package for no platform yet. Raises `InvalidFile` for a name, an address or a hash that is none."""
    size = file.values.get("size")
    if size is not None and (type(size) is not int or not 0 <= size < 10**15):
        raise file.refuse("size", toml_guard.kind(size), "a number of bytes")
    return Package(
        name=_matching(entry, "name", NAME, "a package's name"),
        version=_matching(entry, "version", VERSION, "a version"),
        manager="pip",
        url=_matching(file, "url", _ADDRESS, "an https, http or file address"),
        sha256=_matching(file.table("hashes"), "sha256", _SHA256, "64 hexadecimal digits"),
        size=size,
    )


def _matching(table: Table, key: str, pattern: re.Pattern[str], expected: str) -> str:
    value = table.text(key)
    if value is None or not pattern.match(value):
        raise _nothing(table, key, expected) if value is None else table.refuse(key, f"'{show(value)}'", expected)
    return value


def _nothing(table: Table, key: str, expected: str) -> InvalidFile:
    return table.refuse(key, f"no {key}", expected)


def write(lock: Lock, *, sources: Iterable[str] = ()) -> str:
    """PEP 751 text for a lock of PyPI packages alone, sorted; secrets in addresses are left out.

    ``sources`` are the files that it was locked from. Raises `InvalidInput` for a conda package, and for one without
    address or SHA-256.
    """
    lines = ['lock-version = "1.0"', *_environments(lock), *_requires_python(lock), f'created-by = "{TOOL}"']
    # a table of its own kind in front of an empty list would be no valid file
    lines += [] if lock.packages else ["packages = []"]
    for package, platforms in _together(lock.packages):
        lines += _package_lines(package, platforms, lock.platforms)
    lines += ["", f"[tool.{TOOL}]", f"sources = {_texts(sources)}"]
    for platform in lock.platforms:
        lines += ["", f"[tool.{TOOL}.platforms.{platform}]"]
        said = ((key, getattr(lock, field).get(platform)) for key, (field, _, _) in _SAID.items())
        lines += [f"{key} = {_text(value)}" for key, value in said if value]
    return "\n".join(lines) + "\n"


def _environments(lock: Lock) -> list[str]:
    return [f"environments = {_texts(map(marker, lock.platforms))}"] if lock.platforms else []


def _requires_python(lock: Lock) -> list[str]:
    """Which Pythons it is for, where all its platforms have the same."""
    wishes = {any_of_minor(version) for version in lock.python.values() if version}
    return [f'requires-python = "{wish}"' for wish in wishes] if len(wishes) == 1 else []


def marker(platform: str) -> str:
    """A marker (PEP 508) that holds on one of conda's platforms."""
    return f"sys_platform == '{system_of(platform)}' and platform_machine == '{machine_of(platform)}'"


def system_of(platform: str) -> str:
    """What ``sys.platform`` is there."""
    system = platform.partition("-")[0]
    return _SYSTEMS.get(system, system)


def machine_of(platform: str) -> str:
    """What ``platform.machine()`` is there."""
    return _MACHINES.get(platform, platform.partition("-")[2])


def _together(packages: Iterable[Package]) -> list[tuple[Package, list[str]]]:
    """Each file once, with the platforms that it is for."""
    found: dict[Package, list[str]] = {}
    for package in in_order(packages):
        if package.manager != "pip":
            raise InvalidInput(f"{package.name} is a conda package, which a pylock.toml cannot hold.")
        require_complete(package)
        found.setdefault(replace(package, platform=""), []).append(package.platform)
    return sorted(found.items(), key=lambda item: (item[0].name, item[0].version, item[1]))


def _package_lines(package: Package, platforms: Sequence[str], all_platforms: Sequence[str]) -> list[str]:
    here = "" if set(platforms) == set(all_platforms) else " or ".join(f"({marker(one)})" for one in platforms)
    return [
        "",
        "[[packages]]",
        f"name = {_text(package.name)}",
        f"version = {_text(package.version)}",
        *([f"marker = {_text(here)}"] if here else []),
        *file_lines(package),
        f"[packages.tool.{TOOL}]",
        f"platforms = {_texts(platforms)}",
        *([f"depends = {_texts(package.depends)}"] if package.depends else []),
    ]


def file_lines(package: Package) -> list[str]:
    """The entry's wheel or source archive."""
    name = unquote(urlsplit(package.url).path.rpartition("/")[2])
    size = f", size = {package.size}" if package.size is not None else ""
    url = _text(clean_url(package.url)[0])
    table = f"{{ name = {_text(name)}, url = {url}{size}, hashes = {{ sha256 = {_text(package.sha256)} }} }}"
    return ["wheels = [", f"  {table},", "]"] if name.endswith(".whl") else [f"sdist = {table}"]


def _texts(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """A TOML text; JSON's is one, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
