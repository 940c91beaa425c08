"""Exports as environment files: with builds, with versions, and as it was asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from .. import differences, envfile, matchspec, piplines
from ..models import Package, Spec
from .portable import Notes, portable_spec
from .source import Source

_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_REQUIREMENT_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")

Written = tuple[str, tuple[str, ...]]


def full(source: Source) -> Written:
    """Every package: conda's as ``name=version=build``, pip's as ``name==version`` or from where they came."""
    return _every_package(source, with_builds=True)


def without_builds(source: Source) -> Written:
    """Every package with its version alone, which other platforms may have too."""
    return _every_package(source, with_builds=False)


def as_asked(source: Source) -> Written:
    """What was asked for, and what was installed by hand with pip."""
    spec, notes = asked(source)
    return write_spec(spec), notes


def as_resolved(source: Source) -> Written:
    """What was asked for, each package with the version that it resolved to."""
    spec, notes = resolved(source)
    return write_spec(spec), notes


def asked(source: Source) -> tuple[Spec, Notes]:
    """What `as_asked` writes."""
    spec, notes = portable_spec(source)
    more, left_out = pip_lines(source, source.by_hand)
    named = pip_names(spec.pip)
    new = tuple(line for name, line in more if name not in named)
    return replace(spec, pip=spec.pip + new), (*notes, *left_out, *_changed_by_hand(source))


def resolved(source: Source) -> tuple[Spec, Notes]:
    """What `as_resolved` writes."""
    spec, notes = portable_spec(source)
    chosen = envfile.select(spec, source.platform)
    versions = {package.name: package.version for package in source.of("conda")}
    conda = tuple(_with_version(text, versions) for text in chosen.conda)
    known, left_out = pip_lines(source, source.of("pip"))
    wheels, local = dict(known), {package.name for package in source.local}
    named = pip_names(chosen.pip)
    mine = [one.name for one in source.by_hand if one.name in wheels]
    pip = [_pinned(line, wheels, mine) for line in chosen.pip if not pip_names([line]) & local]
    pip += [wheels[name] for name in mine if name not in named]
    said = (*notes, *left_out, *_changed_by_hand(source))
    return replace(chosen, conda=conda, pip=tuple(pip), platforms=()), said


def _with_version(text: str, versions: Mapping[str, str]) -> str:
    """A match spec with the version that is there; the channel and build that it asks for stay."""
    parsed = matchspec.parse(text)
    version = versions.get(parsed.name)
    return text if parsed.url or not version else str(replace(parsed, version=f"{version}*"))


def _pinned(line: str, wheels: Mapping[str, str], by_hand: Collection[str]) -> str:
    """A line of the pip section with the version that is there; its extras and its marker stay.

    ``wheels`` are requirements by name; one that was installed by hand is no answer to the line, and takes its place.
    """
    name = next(iter(pip_names([line])), "")
    if name not in wheels or name in by_hand:
        return wheels.get(name, line)
    try:
        asked = Requirement(piplines.without_comment(line))
        found = Requirement(wheels[name])
    except InvalidRequirement:
        return line
    if asked.url or found.url:
        return line if asked.url else wheels[name]
    extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
    return f"{found.name}{extras}{found.specifier}" + (f" ; {asked.marker}" if asked.marker else "")


def _changed_by_hand(source: Source) -> tuple[str, ...]:
    """A sentence about conda packages that are not as they were locked, of which what was asked for says nothing."""
    locked = [one for one in source.lock.for_platform(source.platform) if one.manager == "conda"] if source.lock else []
    changes = differences.between(locked, source.of("conda")) if source.lock else ()
    names = ", ".join(change.name for change in changes)
    return (f"Changed by hand since it was locked, and not in this file: {names}.",) if names else ()


def write_spec(spec: Spec) -> str:
    """The text of an environment file; with ``pip`` where only a pip section needs it, and a Python before that.

    Of PyPI packages alone it so becomes a file for conda, whose Python takes the place of the machine's.
    """
    if spec.engine == "pypi":
        spec = replace(spec, conda=(matchspec.of_python(spec.python),), python="")
    names = {matchspec.parse(text).name for text in spec.conda}
    needs_pip = bool(spec.pip) and "pip" not in names
    return envfile.write(replace(spec, conda=(*spec.conda, "pip") if needs_pip else spec.conda))


def pip_lines(source: Source, packages: Sequence[Package]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """``(name, line)`` of each pip package that others can get, and a sentence about every other."""
    lines, notes = [], []
    local = {package.name for package in source.local}
    for package in sorted(packages, key=lambda one: one.name):
        if package.name in local:
            notes.append(left_out(package))
            continue
        lines.append((package.name, requirement(source, package)))
        if (origin := source.origins.get(package.name)) and origin.editable:
            notes.append(f"{package.name} is being worked on here: only what was pushed can be installed elsewhere.")
    return lines, tuple(notes)


def left_out(package: Package) -> str:
    """The sentence about a package that nobody else can get."""
    return f"{package.name} {package.version} was installed from files of this machine: it is left out."


def requirement(source: Source, package: Package, *, editable: bool = True) -> str:
    """One pip package as pip is asked for it: by version, or from where it came."""
    origin = source.origin(package)
    if origin is None or not origin.address:
        return f"{package.name}=={package.version}"
    if origin.editable and editable:
        mark = "&" if "#" in origin.address else "#"
        return f"-e {origin.address}{mark}egg={package.name}"
    return f"{package.name} @ {origin.address}"


def pip_names(lines: Iterable[str]) -> set[str]:
    """The names of the packages that pip lines ask for, as pip compares names."""
    found = set()
    for line in lines:
        parsed = piplines.classify(line)
        match = _REQUIREMENT_NAME.match(parsed.value) if parsed.kind == "requirement" else None
        if match and not _REPOSITORY.match(parsed.value):
            found.add(str(canonicalize_name(match[1])))
        elif egg := re.search(r"[#&]egg=([A-Za-z0-9._-]+)", line):
            found.add(str(canonicalize_name(egg[1])))
    return found


def index_options(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that say where pip packages come from."""
    return tuple(line for line in lines if piplines.classify(line).kind == "index")


def _every_package(source: Source, *, with_builds: bool) -> Written:
    lines, left_out = pip_lines(source, source.of("pip"))
    options = index_options(source.spec.pip) if lines else ()
    spec, notes = portable_spec(replace(source, spec=replace(source.spec, conda=(), pip=options, platforms=())))
    conda = tuple(_exact(package, with_builds) for package in source.of("conda"))
    if not conda and source.python:
        conda, spec = (f"python={source.python}",), replace(spec, python="")
    pip = spec.pip + tuple(line for _, line in lines)
    return write_spec(replace(spec, conda=conda, pip=pip)), (*notes, *left_out)


def _exact(package: Package, with_builds: bool) -> str:
    build = f"={package.build}" if with_builds and package.build else ""
    return f"{package.name}={package.version}{build}"
