"""Packages installed Python distributions, as their RECORD lists them.

A pure one becomes ``noarch: python``; one with compiled files belongs to this machine and this Python. Byte code and
what pip wrote about the installation are left out. Nothing is imported or executed.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError
from importlib.metadata import distribution as find_distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from jupyter_envs.errors import InvalidInput, NotFound

from .archive import PLACEHOLDER, Metadata, PackagedFile
from .platforms import current_subdir
from .requirements import applies, conda_name, match_specs, version_constraints

_COMPILED = (".so", ".dylib", ".pyd")
_ABOUT_THE_INSTALLATION = {"direct_url.json", "REQUESTED", "RECORD"}
_SHEBANG = re.compile(rb"\A#!.*python.*$", re.MULTILINE)


def find(name: str) -> Distribution:
    """The installed distribution of that name.

    Raises NotFound when it is not installed, or has no list of files (so with a system's own packages).
    """
    try:
        found = find_distribution(name)
    except PackageNotFoundError:
        raise NotFound(f"{name} is not installed beside this Python.", name=name) from None
    if found.files is None:
        raise NotFound(
            f"{name} was installed without a list of its files.",
            hints=("Install it with pip in a virtual environment.",),
            name=name,
        )
    return found


def closure(names: Iterable[str]) -> dict[str, Distribution]:
    """The named distributions and all they need on this machine, by conda name. Raises NotFound like `find`."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if conda_name(name) not in found:
            distribution = find(name)
            found[conda_name(name)] = distribution
            waiting += [requirement.name for requirement in needed(distribution)]
    return dict(sorted(found.items()))


def needed(distribution: Distribution, extra: str = "") -> list[Requirement]:
    """What the distribution needs on this machine, including what the extras that it asks for need."""
    chosen = []
    for requirement in map(Requirement, distribution.requires or ()):
        if applies(requirement, extra):
            chosen.append(requirement)
            for inner in requirement.extras if conda_name(requirement.name) != _name(distribution) else ():
                chosen += needed(find(requirement.name), inner)
    return chosen


def is_pure(distribution: Distribution) -> bool:
    """Whether the distribution has no compiled file and says that it is pure."""
    compiled = any(path.name.endswith(_COMPILED) or ".so." in path.name for path in distribution.files or ())
    return not compiled and "Root-Is-Purelib: true" in (distribution.read_text("WHEEL") or "")


def distribution_metadata(distribution: Distribution) -> Metadata:
    """The conda package's metadata."""
    pure = is_pure(distribution)
    major, minor = sys.version_info[:2]
    python = _python(distribution) if pure else f"python >={major}.{minor},<{major}.{minor + 1}.0a0"
    return Metadata(
        name=_name(distribution),
        version=distribution.version,
        subdir="noarch" if pure else current_subdir(),
        build="py_0" if pure else f"py{major}{minor}_0",
        depends=(python, *match_specs(needed(distribution))),
        noarch="python" if pure else None,
        entry_points=tuple(f"{point.name} = {point.value}" for point in _commands(distribution)) if pure else (),
        license=_field(distribution, "License-Expression"),
    )


def distribution_files(distribution: Distribution, site_packages: str) -> Iterator[PackagedFile]:
    """The files of the conda package.

    ``site_packages`` is the folder below the prefix for compiled distributions; pure ones go where the installer puts
    them. Raises InvalidInput for a distribution that is installed in editable form.
    """
    if '"editable": true' in (distribution.read_text("direct_url.json") or ""):
        raise InvalidInput(f"{_name(distribution)} is installed in editable form and cannot be packaged.")
    pure = is_pure(distribution)
    layout = _Layout(distribution, "site-packages" if pure else site_packages, "python-scripts" if pure else "bin")
    yield from layout.files()
    if not pure:
        yield from map(_wrapper, _commands(distribution))


class _Layout:
    """Where the files of one distribution are and where they belong."""

    def __init__(self, distribution: Distribution, site_packages: str, scripts: str) -> None:
        self.distribution = distribution
        self.site_packages = site_packages
        self.scripts = scripts
        self.source = Path(str(distribution.locate_file("")))
        self.prefix = self.source.parents[2]
        self.commands = {point.name for point in _commands(distribution)}

    def files(self) -> Iterator[PackagedFile]:
        for listed in self.distribution.files or ():
            path = Path(os.path.normpath(self.source / listed))
            if not self._is_left_out(path):
                yield self._file(path)

    def _is_left_out(self, path: Path) -> bool:
        if path.suffix == ".pyc" or not path.is_file():
            return True
        if path.is_relative_to(self.source):
            return path.name in _ABOUT_THE_INSTALLATION - {"RECORD"} and path.parent.suffix == ".dist-info"
        return not path.is_relative_to(self.prefix) or (path.parent.name == "bin" and path.name in self.commands)

    def _file(self, path: Path) -> PackagedFile:
        executable = os.access(path, os.X_OK)
        if path.is_relative_to(self.source):
            target = f"{self.site_packages}/{path.relative_to(self.source).as_posix()}"
            return PackagedFile(target, self._content(path), executable)
        inside = path.relative_to(self.prefix)
        if inside.parts[0] == "bin":
            inside = Path(self.scripts, *inside.parts[1:])
        return _with_prefix(inside.as_posix(), path.read_bytes(), executable, self.prefix)

    def _content(self, path: Path) -> bytes:
        if path.parent.suffix != ".dist-info":
            return path.read_bytes()
        if path.name == "INSTALLER":
            return b"conda\n"
        return self._record(path) if path.name == "RECORD" else path.read_bytes()

    def _record(self, path: Path) -> bytes:
        """The RECORD without the files that are left out and without hashes of the ones that are rewritten."""
        kept = io.StringIO()
        writer = csv.writer(kept, lineterminator="\n")
        for row in csv.reader(path.read_text(encoding="utf-8").splitlines()):
            listed = PurePosixPath(row[0])
            if listed.suffix == ".pyc" or listed.name in _ABOUT_THE_INSTALLATION - {"RECORD"}:
                continue
            rewritten = listed.name == "INSTALLER" or listed.is_absolute() or listed.parts[0] == ".."
            writer.writerow([row[0], "", ""] if rewritten else row)
        return kept.getvalue().encode()


def _name(distribution: Distribution) -> str:
    return conda_name(distribution.metadata["Name"])


def _field(distribution: Distribution, name: str) -> str | None:
    return next(iter(distribution.metadata.get_all(name) or ()), None)


def _python(distribution: Distribution) -> str:
    constraints = version_constraints(SpecifierSet(_field(distribution, "Requires-Python") or ""))
    return f"python {constraints}".strip()


def _commands(distribution: Distribution) -> list[EntryPoint]:
    points = distribution.entry_points
    return [point for point in points if point.group in ("console_scripts", "gui_scripts")]


def _with_prefix(target: str, content: bytes, executable: bool, prefix: Path) -> PackagedFile:
    """A file outside of site-packages; scripts run by the prefix's Python, texts name the prefix."""
    content = _SHEBANG.sub(f"#!{PLACEHOLDER}/bin/python".encode(), content, count=1)
    if b"\0" not in content and len(prefix.parts) > 2:
        content = content.replace(os.fsencode(prefix), PLACEHOLDER.encode())
    return PackagedFile(target, content, executable, "text" if PLACEHOLDER.encode() in content else None)


def _wrapper(point: EntryPoint) -> PackagedFile:
    text = (
        f"#!{PLACEHOLDER}/bin/python\n"
        "import sys\n\n"
        f"from {point.module} import {point.attr.split('.')[0]}\n\n"
        f"sys.exit({point.attr}())\n"
    )
    return PackagedFile(f"bin/{point.name}", text.encode(), executable=True, file_mode="text")
