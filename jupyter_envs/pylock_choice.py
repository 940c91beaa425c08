"""Which files of another tool's ``pylock.toml`` (PEP 751) are for one machine and one Python. Pure.

The format's own rules: the first wheel in the order of the tags, a source archive where no wheel fits; what a marker
excludes is left out. Of extras and groups, those are taken that the file says are the default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging import tags
from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from . import pylock, toml_guard
from .errors import PackageRefused
from .models import Lock, Package
from .redact import show
from .toml_guard import Table
from .versions import minor
from .virtual import GLIBC, MACOS, THIS_SYSTEM, System
from .yaml_guard import MAX_DEPTH

OLDEST_GLIBC = 5
LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
WINDOWS = {"win-64": "win_amd64", "win-arm64": "win_arm64", "win-32": "win32"}
NAMES = {"linux": ("posix", "Linux"), "osx": ("posix", "Darwin"), "win": ("nt", "Windows")}


def read(text: str, *, source: str = "pylock.toml", max_depth: int = MAX_DEPTH) -> Table:
    """The file's tables. Raises `InvalidFile`."""
    root = toml_guard.read(text, source=source, max_depth=max_depth, longest_line=pylock.LONGEST_LINE)
    pylock.check_version(root)
    return root


def wished_python(root: Table) -> str:
    """For which Pythons it is (PEP 440). Raises `InvalidFile`."""
    wish = root.text("requires-python") or ""
    try:
        SpecifierSet(wish)
    except InvalidSpecifier:
        raise root.refuse("requires-python", f"'{show(wish)}'", "a condition such as >=3.11") from None
    return wish


def choose(root: Table, platform: str, python: str, system: System = THIS_SYSTEM) -> Lock:
    """The lock for one of conda's platforms and a version of Python.

    Raises `InvalidFile` for what is malformed or has no hash, `PackageRefused` for a package without a file for it.
    """
    environment = markers_of(platform, python, root.texts("default-groups"))
    order = list(tags_of(platform, python, system))
    chosen = [entry for entry in pylock.entries(root) if _applies(entry, environment)]
    packages = [replace(_package(entry, order, python), platform=platform) for entry in chosen]
    found = {package.name: package for package in packages}
    return Lock(tuple(found[name] for name in sorted(found)), platforms=(platform,), python={platform: python})


def _applies(entry: Table, environment: dict[str, str | frozenset[str]]) -> bool:
    text = entry.text("marker")
    try:
        return text is None or Marker(text).evaluate(environment, context="lock_file")
    except InvalidMarker:
        raise entry.refuse("marker", f"'{show(text or '')}'", "a marker (PEP 508)") from None


def _package(entry: Table, order: Sequence[tags.Tag], python: str) -> Package:
    name = entry.text("name") or ""
    for key in ("vcs", "directory"):
        if key in entry.values:
            raise entry.refuse(key, f"{show(name)} comes from a repository or a folder, which has no hash")
    wheels = sorted(_ranked(entry, order), key=lambda item: item[0])
    keys = [key for key in ("archive", "sdist") if key in entry.values]
    if not wheels and not keys:
        raise PackageRefused(
            f"{show(name)} of the lock has no file for Python {python} on this machine.",
            hints=("Lock again for this machine and this Python.",),
            name=name,
        )
    package = pylock.package_of(entry, wheels[0][1] if wheels else entry.table(keys[0]))
    return replace(package, name=str(canonicalize_name(package.name)))


def _ranked(entry: Table, order: Sequence[tags.Tag]) -> Iterator[tuple[int, Table]]:
    """The wheels that fit, each with its place in the order."""
    wheels = entry.values.get("wheels", [])
    if not isinstance(wheels, list) or not all(isinstance(wheel, dict) for wheel in wheels):
        raise entry.refuse("wheels", "not a list of tables", "a list of wheels")
    for wheel in wheels:
        table = Table(wheel, entry.source, entry.lines, (*entry.path, "wheels"))
        name = table.text("name") or (table.text("url") or "").partition("#")[0].rpartition("/")[2]
        try:
            own = parse_wheel_filename(name.replace("%2B", "+"))[3]
        except InvalidWheelFilename:
            raise table.refuse("name", f"'{show(name)}'", "a wheel's file name") from None
        places = [place for place, tag in enumerate(order) if tag in own]
        if places:
            yield places[0], table


def markers_of(platform: str, python: str, groups: Sequence[str] = ()) -> dict[str, str | frozenset[str]]:
    """What markers may ask for, for a machine that may be another one."""
    os_name, system = NAMES[platform.partition("-")[0]]
    return {
        "os_name": os_name,
        "sys_platform": pylock.system_of(platform),
        "platform_system": system,
        "platform_machine": pylock.machine_of(platform),
        "platform_release": "",
        "platform_version": "",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "implementation_version": python,
        "python_full_version": python,
        "python_version": minor(python),
        "extras": frozenset(),
        "dependency_groups": frozenset(groups),
    }


def tags_of(platform: str, python: str, system: System = THIS_SYSTEM) -> Iterator[tags.Tag]:
    """The tags of wheels that run there, the best first."""
    major, minor = map(int, python.split(".")[:2])
    platforms = list(_platforms(platform, system))
    yield from tags.cpython_tags((major, minor), platforms=platforms)
    yield from tags.compatible_tags((major, minor), interpreter=f"cp{major}{minor}", platforms=platforms)


def _platforms(platform: str, system: System) -> Iterator[str]:
    kind, machine = platform.partition("-")[0], pylock.machine_of(platform)
    if kind == "osx":
        major, _, minor = (system.macos or MACOS).partition(".")
        yield from tags.mac_platforms((int(major), int(minor.partition(".")[0] or 0)), machine)
    elif kind == "win":
        yield WINDOWS.get(platform, "win_amd64")
    else:
        newest = int((system.glibc or GLIBC).split(".")[1])
        for glibc in range(newest, OLDEST_GLIBC - 1, -1):
            yield f"manylinux_2_{glibc}_{machine}"
            if glibc in LEGACY:
                yield f"{LEGACY[glibc]}_{machine}"
        yield f"linux_{machine}"
