"""Everything that uv does for us, and the only place that runs it. Runs in the worker process.

The pip section is resolved against what conda provides (as constraints), from wheels alone: a source build is
running code, and a preview must not. What was resolved is installed by hash and without dependencies.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import uv
from packaging.utils import canonicalize_name

from jupyter_envs.engine import pypi_targets as targets
from jupyter_envs.engine.pypi_lines import split_lines
from jupyter_envs.engine.wheel_record import changed
from jupyter_envs.errors import (
    DiskTrouble,
    EngineFailed,
    EnvsError,
    InvalidSpec,
    PackageRefused,
    Unreachable,
    Unsolvable,
)
from jupyter_envs.models import Package
from jupyter_envs.virtual import THIS_SYSTEM, System

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # the same module, before it came with Python

# What uv's message says about the cause, most telling first.
TELLING: tuple[tuple[str, type[EnvsError], str], ...] = (
    ("No space left", DiskTrouble, "Free some space, then try again."),
    ("Hash mismatch", PackageRefused, "The index serves another file than the one that was locked; do not trust it."),
    ("no usable wheels", Unsolvable, "Only wheels are installed; take the package from conda, or another version."),
    ("No solution found", Unsolvable, "Loosen the pip section, or take the package from conda."),
    ("error sending request", Unreachable, "Check the index's address and the network, then try again."),
    ("Failed to fetch", Unreachable, "Check the index's address and the network, then try again."),
    ("Failed to download", Unreachable, "Check the network, then try again."),
)


async def resolve(
    lines: Sequence[str],
    conda: Sequence[Package],
    *,
    platform: str,
    cache_dir: Path,
    index: str | None = None,
    locked: Sequence[Package] = (),
    system: System = THIS_SYSTEM,
    as_of: str = "",
) -> tuple[list[Package], list[str]]:
    """Resolve a pip section for one platform against the packages that conda provides.

    ``index`` replaces the default package index. What conda provides already is left out of the result. The
    versions of ``locked`` packages are kept where possible; ``as_of`` is a moment (ISO 8601, UTC), and the second
    result names what is newer all the same, because the user named its version.
    Raises `InvalidSpec`, `Unsolvable` or `Unreachable`.
    """
    requirements, options = split_lines(lines)
    python = next((package.version for package in conda if package.name == "python"), None)
    if python is None:
        raise InvalidSpec(
            "The file has a pip section but no Python among its conda packages.",
            hints=("Add a line “- python” above the pip section.",),
        )
    provided = {
        str(canonicalize_name(package.name)): package.version for package in conda if is_python_package(package)
    }
    with tempfile.TemporaryDirectory() as scratch:
        wanted = write_lines(Path(scratch, "requirements.in"), [str(requirement) for requirement in requirements])
        conditions = [*(f"{name}=={it}" for name, it in provided.items()), *targets.floor(requirements, as_of)]
        fixed = write_lines(Path(scratch, "provided.txt"), conditions)
        # uv prefers the versions that it finds in the file that it is about to write
        output = write_lines(Path(scratch, "pylock.toml"), targets.preferences(locked))
        command = ["pip", "compile", str(wanted), "--constraints", str(fixed), "--output-file", str(output)]
        command += ["--format", "pylock.toml", "--python", sys.executable, "--python-version", python]
        command += ["--python-platform", targets.python_platform(platform, system), "--no-build"]
        command += [*default_index(index, options), *options, *targets.dated(requirements, as_of)]
        await run_uv(command, cache_dir, "Resolving the pip section", targets.environment(platform, system))
        items = read_pylock(output).get("packages", [])
    found = [wheel(item, platform) for item in items]
    chosen = [package for package in found if provided.get(package.name) != package.version]
    return chosen, sorted({package.name for package in chosen} & set(targets.newer(items, as_of)))


def default_index(index: str | None, options: Sequence[str]) -> list[str]:
    """The configured index, unless the file names one of its own."""
    return ["--default-index", index] if index and "--default-index" not in options else []


def is_python_package(package: Package) -> bool:
    """Whether a conda package may provide an importable distribution of its own name."""
    return any(dependency.split()[0] in ("python", "python_abi") for dependency in package.depends if dependency)


def write_lines(path: Path, lines: Sequence[str]) -> Path:
    """A text file."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read_pylock(path: Path) -> dict[str, Any]:
    """A `pylock.toml` (PEP 751)."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def wheel(item: dict[str, Any], platform: str) -> Package:
    """One ``[[packages]]`` entry of a pylock.toml (PEP 751), as uv writes it for one platform."""
    wheels = item.get("wheels") or []
    if not wheels:
        raise Unsolvable(
            f"{item.get('name')} {item.get('version')} has no wheel for {platform}.",
            hints=("Only wheels are installed; take the package from conda, or another version.",),
        )
    chosen = wheels[0]
    return Package(
        name=canonicalize_name(item["name"]),
        version=str(item["version"]),
        manager="pip",
        platform=platform,
        url=str(chosen.get("url") or Path(chosen.get("path", "")).as_uri()),
        sha256=str(chosen["hashes"]["sha256"]),
        size=chosen.get("size"),
    )


async def install(packages: Sequence[Package], prefix: Path, cache_dir: Path, say: Callable[[str], None]) -> None:
    """Install exactly these wheels, by hash, without their dependencies.

    A wheel whose files in uv's cache were changed, as an edit in an environment does through their hard links, is
    fetched again, and the job's log is told. Raises `PackageRefused`, `Unreachable`, `DiskTrouble`.
    """
    await link(packages, prefix, cache_dir)
    damaged = await asyncio.to_thread(changed, packages, prefix)
    if not damaged:
        return
    names = [package.name for package in damaged]
    say(f"{', '.join(names)}: files in the package cache were changed; fetched again.")
    await run_uv(["cache", "clean", *names], cache_dir, "Cleaning the cache of wheels")
    await link(damaged, prefix, cache_dir, "--reinstall")
    # fresh from an archive with the locked hash, so the files are right and the list is not
    for package in await asyncio.to_thread(changed, damaged, prefix):
        say(f"{package.name}: its wheel's own list of files does not agree with its files.")


async def link(packages: Sequence[Package], prefix: Path, cache_dir: Path, *options: str) -> None:
    """Have uv put wheels into a prefix."""
    with tempfile.TemporaryDirectory() as scratch:
        lines = [f"{package.name} @ {package.url} --hash=sha256:{package.sha256}" for package in packages]
        wanted = write_lines(Path(scratch, "requirements.txt"), lines)
        command = ["pip", "install", "--python", str(python_of(prefix)), "--requirement", str(wanted)]
        command += ["--no-deps", "--require-hashes", "--no-build", "--link-mode", "hardlink"]
        command += ["--no-index", "--break-system-packages", *options]
        await run_uv(command, cache_dir, "Installing the pip section")


def python_of(prefix: Path) -> Path:
    """The interpreter of a prefix."""
    return prefix / ("python.exe" if os.name == "nt" else "bin/python")


async def run_uv(arguments: Sequence[str], cache_dir: Path, doing: str, more: Mapping[str, str] | None = None) -> None:
    """Run uv without any configuration of the user's; raises one of our errors with uv's own words."""
    env = {**os.environ, "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(cache_dir / "uv"), "UV_PYTHON_DOWNLOADS": "never"}
    env |= more or {}
    child = await asyncio.create_subprocess_exec(
        uv.find_uv_bin(),
        *arguments,
        "--no-progress",
        "--color",
        "never",
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, output = await child.communicate()
    if child.returncode:
        raise failure(output.decode(errors="replace"), doing)


def failure(output: str, doing: str) -> EnvsError:
    """uv's message as one of our errors."""
    words = re.sub(r"^\s*(error: |× )", "", output.strip())
    for telling, kind, hint in TELLING:
        if telling.lower() in output.lower():
            return kind(f"{doing} failed: {words}", hints=(hint,))
    return EngineFailed(f"{doing} failed: {words}", hints=("The job's log has the details.",))
