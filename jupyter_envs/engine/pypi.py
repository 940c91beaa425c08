"""The pip section, by uv. Runs in the worker process.

It is resolved against what conda provides (as constraints), from wheels alone: a source build is running code, and a
preview must not. Where builds are allowed, a source archive is locked by its hash without being opened, and built
when it is installed (`pypi_install`).
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from jupyter_envs import pipsection
from jupyter_envs.engine import pypi_targets as targets
from jupyter_envs.engine import shared
from jupyter_envs.engine.provided import Provided, provided_by
from jupyter_envs.engine.pypi_uv import run_and_hear, write_lines
from jupyter_envs.errors import InvalidSpec, PackageRefused, Unsolvable
from jupyter_envs.models import Package
from jupyter_envs.pipsection import ALL, Requested, Section
from jupyter_envs.redact import show
from jupyter_envs.virtual import THIS_SYSTEM, System

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # the same module, before it came with Python

# what uv says of a package that has source archives only
YANKED = re.compile(r"^warning: `([^`]+)` is yanked(?: \(reason: \"(.*)\"\))?", re.MULTILINE)
NO_WHEELS = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*?)(?:[=<>!~][^ ]*)? ha(?:s|ve) no usable wheels")


@dataclass(frozen=True)
class Resolved:
    """What a pip section resolved to.

    ``newer`` names what is newer than the wished moment, because the user named its version; ``yanked`` says which
    releases their authors have withdrawn (PEP 592), with the reason: only an exact version asks for such a one.
    """

    packages: tuple[Package, ...]
    newer: tuple[str, ...] = ()
    yanked: tuple[str, ...] = ()


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
    builds: bool = False,
    dependencies: bool = True,
    python: str = "",
) -> Resolved:
    """Resolve a pip section for one platform against the packages that conda provides. Nothing is built.

    Without ``dependencies`` only what the lines name is looked up. ``python`` is the version of the interpreter where
    conda provides none.
    ``index`` replaces the default package index; ``builds`` allows source archives in the result. What conda provides
    already is left out of it. The versions of ``locked`` packages are kept where possible; ``as_of`` is a moment
    (ISO 8601, UTC).
    Raises `InvalidSpec`, `Unsolvable`, `PackageRefused` or `Unreachable`.
    """
    section = pipsection.read(lines, builds=builds)
    python = python or next((package.version for package in conda if package.name == "python"), "")
    if not python:
        raise InvalidSpec(
            "The file has a pip section but no Python among its conda packages.",
            hints=("Add a line “- python” above the pip section.",),
        )
    provided = provided_by(conda, lambda package: cached_entry(package, cache_dir))
    check_direct_conflicts(section, provided)
    requirements = [asked.requirement for asked in section.requirements]
    options = ["--python-version", python, "--python-platform", targets.python_platform(platform, system)]
    options += [*default_index(index, section.options), *section.options, *targets.dated(requirements, as_of)]
    options += [] if dependencies else ["--no-deps"]
    fixed = [f"{one.name}=={one.version}" for one in provided.values()]
    run = _Resolution(
        section,
        [*fixed, *section.constraints, *targets.floor(requirements, as_of)],
        options,
        _Machine(platform, system, cache_dir, as_of),
        locked,
    )
    try:
        found = await run.packages(builds)
    except Unsolvable as error:
        raise with_both_sides(error, provided) from error
    chosen = [package for package in found if package.name not in provided]
    newer = sorted({package.name for package in chosen} & run.newer)
    return Resolved(tuple(chosen), tuple(newer), tuple(dict.fromkeys(run.yanked)))


def cached_entry(package: Package, cache_dir: Path) -> Path | None:
    """The folder of a conda package that is in one of the caches."""
    return shared.place(package, cache_dir) if shared.is_here(package, cache_dir) else None


@dataclass(frozen=True)
class _Machine:
    """For which machine, from which cache, as of which date."""

    platform: str
    system: System
    cache_dir: Path
    as_of: str


class _Resolution:
    """The calls of uv for one pip section and one platform; ``newer`` are the names of what is newer than the date."""

    def __init__(
        self,
        section: Section,
        limits: Sequence[str],
        options: Sequence[str],
        machine: _Machine,
        locked: Sequence[Package],
    ) -> None:
        self.section = section
        self.limits = limits
        self.options = options
        self.machine = machine
        self.locked = locked
        self.newer: set[str] = set()
        self.yanked: list[str] = []

    async def packages(self, builds: bool) -> list[Package]:
        """Wheels for all that has them; source archives, unopened, for what is to be built."""
        named = [asked for asked in self.section.requirements if asked.archive is None]
        archives = [asked for asked in self.section.requirements if asked.archive is not None]
        to_build = [asked for asked in named if self.section.builds(asked.name)]
        while True:
            rest = [asked for asked in named if asked not in to_build]
            try:
                wheels = await self.compile(rest, ["--no-build"], without=[*to_build, *archives])
                break
            except Unsolvable as error:
                lacking = set(map(str, map(canonicalize_name, NO_WHEELS.findall(error.message))))
                more = [asked for asked in rest if builds and asked.name in lacking - self.section.only_wheels]
                if not more:
                    raise named_first(error, sorted(lacking)) if builds else error from None
                to_build += more
        return [*wheels, *await self.sources(to_build), *(self.archive(asked) for asked in archives)]

    async def sources(self, to_build: Sequence[Requested]) -> list[Package]:
        """Releases without looking into them: without dependencies, uv asks an index for names and hashes only."""
        forced = [asked for asked in to_build if self.section.builds(asked.name)]
        others = [asked for asked in to_build if asked not in forced]
        return [
            *await self.compile(forced, ["--no-deps", "--no-binary", ALL]),
            *await self.compile(others, ["--no-deps"]),
        ]

    def archive(self, asked: Requested) -> Package:
        """A source archive at an address: all that a lock needs stands in the line."""
        assert asked.archive is not None
        address, version = asked.archive
        return Package(asked.name, version, "pip", self.machine.platform, url=address, sha256=min(asked.hashes))

    async def compile(
        self, requirements: Sequence[Requested], options: Sequence[str], without: Sequence[Requested] = ()
    ) -> list[Package]:
        """What uv resolves some requirements to; ``without`` are taken for granted."""
        if not requirements:
            return []
        machine = self.machine
        with tempfile.TemporaryDirectory() as scratch:
            wanted = write_lines(Path(scratch, "requirements.in"), [str(asked.requirement) for asked in requirements])
            limits = write_lines(Path(scratch, "limits.txt"), self.limits)
            granted = [f"{asked.name} ; python_version < '0'" for asked in without]
            overrides = write_lines(Path(scratch, "without.txt"), granted)
            # uv prefers the versions that it finds in the file that it is about to write
            output = write_lines(Path(scratch, "pylock.toml"), targets.preferences(self.locked))
            command = ["pip", "compile", str(wanted), "--output-file", str(output)]
            command += ["--constraints", str(limits)] if self.limits else []
            command += ["--overrides", str(overrides)] if granted else []
            command += ["--format", "pylock.toml", "--python", sys.executable, *self.options]
            command += [option for option in options if option not in self.options]
            more = targets.environment(machine.platform, machine.system)
            _, heard = await run_and_hear(command, machine.cache_dir, "Resolving the pip section", more)
            items = read_pylock(output).get("packages", [])
        self.yanked += [f"{name} ({show(why)})" if why else name for name, why in YANKED.findall(heard)]
        self.newer |= set(targets.newer(items, machine.as_of))
        allowed = {asked.name: asked.hashes for asked in requirements if asked.hashes}
        return [locked_package(item, machine.platform, allowed) for item in items]


def check_direct_conflicts(section: Section, provided: Mapping[str, Provided]) -> None:
    """Raises `Unsolvable`, naming both sides, for a line that asks for another version than conda provides."""
    for asked in section.requirements:
        known = provided.get(asked.name)
        if known is None or asked.requirement.marker is not None:
            continue
        if asked.requirement.url or not asked.requirement.specifier.contains(known.version, prereleases=True):
            raise Unsolvable(
                f"The pip line “{asked.line}” does not agree with {known}.",
                hints=(
                    f"Ask conda for another version of {known.package.name}, or take the line out of the pip section.",
                ),
                conflicts=[{"pip": asked.line, "conda": f"{known.package.name} {known.package.version}"}],
            )


def named_first(error: Unsolvable, lacking: Sequence[str]) -> Unsolvable:
    """The error where builds are allowed, and what has to be built is not what the file names."""
    if not lacking:
        return error
    hint = f"Only what the file names itself is built, and not behind --only-binary: name {', '.join(lacking)} in it."
    return Unsolvable(error.message, hints=(hint,), **error.fields)


def with_both_sides(error: Unsolvable, provided: Mapping[str, Provided]) -> Unsolvable:
    """uv's explanation, with the conda packages that it speaks of."""
    words = set(map(str, map(canonicalize_name, re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*", error.message))))
    found = [known for name, known in sorted(provided.items()) if name in words]
    if not found or "conflicts" in error.fields:
        return error
    sides = ", ".join(map(str, found))
    return Unsolvable(
        f"{error.message}\nFixed by {sides}: the pip section cannot change what conda provides.",
        hints=(f"Ask conda for another version of {found[0].package.name}, or change the pip section.",),
        conflicts=[{"conda": f"{known.package.name} {known.package.version}"} for known in found],
    )


def default_index(index: str | None, options: Sequence[str]) -> list[str]:
    """The configured index, unless the file names one of its own or wants none."""
    own = {"--default-index", "--no-index"} & set(options)
    return ["--default-index", index] if index and not own else []


def read_pylock(path: Path) -> dict[str, Any]:
    """A `pylock.toml` (PEP 751)."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def locked_package(item: dict[str, Any], platform: str, allowed: Mapping[str, frozenset[str]]) -> Package:
    """One ``[[packages]]`` entry of a pylock.toml (PEP 751), as uv writes it for one platform.

    ``allowed`` holds, by name, the SHA-256 digests that the file insists on. Raises `PackageRefused`.
    """
    name = str(canonicalize_name(item["name"]))
    files = [*item.get("wheels", ()), *(item[key] for key in ("archive", "sdist") if key in item)]
    hashes = allowed.get(name)
    chosen = next((file for file in files if not hashes or file["hashes"].get("sha256") in hashes), None)
    if chosen is None:
        raise PackageRefused(
            f"No file of {name} {item.get('version', '')} has the hash that the pip section asks for.",
            hints=("Do not trust the index; or write the hash of the file that you mean.",),
            name=name,
        )
    return Package(
        name=name,
        version=str(item["version"]),
        manager="pip",
        platform=platform,
        url=str(chosen.get("url") or Path(chosen.get("path", "")).as_uri()).partition("#")[0],
        sha256=str(chosen["hashes"]["sha256"]),
        size=chosen.get("size"),
    )
