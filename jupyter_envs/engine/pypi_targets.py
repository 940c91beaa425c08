"""For which machine, as of which date, and near which versions uv resolves: its arguments for each. Starts nothing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jupyter_envs.errors import Unsolvable
from jupyter_envs.models import Package
from jupyter_envs.virtual import GLIBC, MACOS, System

PLATFORMS = {
    "linux-64": "x86_64-manylinux_2_{glibc}",
    "linux-aarch64": "aarch64-manylinux_2_{glibc}",
    "osx-64": "x86_64-apple-darwin",
    "osx-arm64": "aarch64-apple-darwin",
    "win-64": "x86_64-pc-windows-msvc",
    "win-arm64": "aarch64-pc-windows-msvc",
    "win-32": "i686-pc-windows-msvc",
}
# the minor versions of glibc that uv has a name for
GLIBCS = (17, 28, *range(31, 41))
# a source that was written for old ones builds with new ones as well, and what needs an old one names it
BUILD_TOOLS = ("pip", "setuptools", "wheel")
KERNEL_FLOOR = "ipykernel>=4.6"


def python_platform(platform: str, system: System) -> str:
    """uv's name for conda's platform. Raises `Unsolvable` where uv has none."""
    name = PLATFORMS.get(platform)
    if name is None:
        raise Unsolvable(
            f"The pip section cannot be resolved for {platform}.",
            hints=("Take the packages from conda, or leave the platform out.",),
            platform=platform,
        )
    major, _, minor = (system.glibc or GLIBC).partition(".")
    fitting = [known for known in GLIBCS if (2, known) <= (int(major), int(minor.partition(".")[0] or 0))]
    if "{glibc}" in name and not fitting:
        raise Unsolvable(
            f"There are no wheels for glibc {system.glibc}.", hints=("Wheels need glibc 2.17 or newer.",), key="glibc"
        )
    return name.format(glibc=fitting[-1] if fitting else "")


def environment(platform: str, system: System) -> dict[str, str]:
    """What uv reads from its environment about the machine."""
    return {"MACOSX_DEPLOYMENT_TARGET": system.macos or MACOS} if platform.startswith("osx-") else {}


def preferences(locked: Iterable[Package]) -> list[str]:
    """The lines of a ``pylock.toml`` (PEP 751) with the wheels among ``locked``, be there any or not."""
    wheels = [package for package in locked if package.manager == "pip"]
    lines = ['lock-version = "1.0"', 'created-by = "jupyter-envs"']
    lines += [] if wheels else ["packages = []"]
    for package in wheels:
        url, sha256 = json.dumps(package.url), json.dumps(package.sha256)
        lines += ["[[packages]]", f"name = {json.dumps(package.name)}", f"version = {json.dumps(package.version)}"]
        lines += [f"wheels = [{{ url = {url}, hashes = {{ sha256 = {sha256} }} }}]"]
    return lines


def dated(requirements: Sequence[Requirement], as_of: str) -> list[str]:
    """The date, and what it does not hold for: exact versions, which the user named, and build tools."""
    if not as_of:
        return []
    exact = [canonicalize_name(one.name) for one in requirements if any(it.operator == "==" for it in one.specifier)]
    free = sorted({*exact, *BUILD_TOOLS})
    return ["--exclude-newer", as_of, *(word for name in free for word in ("--exclude-newer-package", f"{name}=false"))]


def floor(requirements: Sequence[Requirement], as_of: str) -> list[str]:
    """A condition on ipykernel as of a date, unless the user has one: from wheels alone, resolvers go back too far."""
    said = any(canonicalize_name(one.name) == "ipykernel" and one.specifier for one in requirements)
    return [KERNEL_FLOOR] if as_of and not said else []


def newer(items: Iterable[dict[str, Any]], as_of: str) -> list[str]:
    """The packages of a ``pylock.toml`` that were uploaded after the date."""
    if not as_of:
        return []
    date = datetime.datetime.fromisoformat(as_of.replace("Z", "+00:00"))
    times = {item["name"]: (item.get("wheels") or [{}])[0].get("upload-time") for item in items}
    return [canonicalize_name(name) for name, time in times.items() if time is not None and time > date]
