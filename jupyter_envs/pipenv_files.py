"""pipenv's ``Pipfile`` and ``Pipfile.lock`` as a `Spec` of PyPI packages alone. Pure; nothing is expanded.

A `Pipfile.lock` asks for exactly its versions, each with all of its hashes: what is installed is what pipenv would
install. Both groups are read, the default one and that for development, since the kernel usually is in the second.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from . import piplines, toml_guard
from .envfile import Reading
from .models import Spec
from .redact import show
from .toml_guard import Table, deeper_than
from .yaml_guard import MAX_DEPTH, Place

PIPFILE_GROUPS = ("packages", "dev-packages")
LOCK_GROUPS = ("default", "develop")
BOTH_GROUPS = "The packages for development are part of it, as with “pipenv sync --dev”."
NOT_READ = "Not read: {}. Only the packages and those for development are."
OWN_INDEX = "Its source “pypi” is taken for the configured package index, or else for uv's own."

_KNOWN = ("source", "requires", "pipenv", "scripts", "_meta", *PIPFILE_GROUPS, *LOCK_GROUPS)
_LOCAL = ("git", "hg", "svn", "bzr", "path", "file", "editable", "ref", "subdirectory")
_MARKERS = ("sys_platform", "platform_machine", "platform_system", "python_version", "os_name", "implementation_name")
_READ = ("version", "extras", "markers", "hashes", "index", *_MARKERS)
_PUBLIC = re.compile(r"https://pypi\.[a-z]+/simple/?\Z")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_PYTHON = re.compile(r"3(?:\.[0-9]{1,3}){0,2}\Z")
_WHOLE = re.compile(r"3\.[0-9]+\.[0-9]+\Z")
_HASH = re.compile(r"sha(?:256|384|512):[0-9A-Fa-f]{64,128}\Z")
_WEB = re.compile(r"https?://[^\s;]+\Z", re.IGNORECASE)
_SIMPLE = "a condition such as “>=1.0” or “*”, or a table with version, extras, markers"


def is_lock(text: str) -> bool:
    """Whether a text begins as pipenv's locks do."""
    return re.match(r"\s*\{\s*\"_meta\"", text) is not None


def is_pipfile(text: str) -> bool:
    """Whether a text has the tables of a Pipfile."""
    return re.search(r"^\[\[source\]\][ \t]*$|^\[(?:dev-)?packages\][ \t]*$", text, re.MULTILINE) is not None


def read(text: str, *, source: str = "Pipfile", max_depth: int = MAX_DEPTH) -> Reading:
    """What a Pipfile asks for. Raises `InvalidFile` for what cannot be locked."""
    root = toml_guard.read(text, source=source, max_depth=max_depth)
    reading = _reading(root, PIPFILE_GROUPS)
    early = root.table("pipenv").values.get("allow_prereleases") is True
    return replace(reading, spec=replace(reading.spec, pip=("--pre", *reading.spec.pip))) if early else reading


def read_lock(text: str, *, source: str = "Pipfile.lock", max_depth: int = MAX_DEPTH) -> Reading:
    """What a Pipfile.lock asks for: one version of each package, and its hashes. Raises `InvalidFile`."""
    root = Table(_json(text, source, max_depth), source, tuple(text.splitlines()))
    meta = root.table("_meta")
    return _reading(Table({**root.values, "source": meta.values.get("sources", [])}, source, root.lines), LOCK_GROUPS)


def _json(text: str, source: str, max_depth: int) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except RecursionError:
        raise Place(source).refuse(f"nested deeper than {max_depth} levels") from None
    except ValueError as error:
        raise Place(source).refuse(f"not JSON ({show(str(error))})") from None
    if not isinstance(values, dict):
        raise Place(source).refuse("not a lock of pipenv", expected="a JSON object")
    if deeper_than(values, max_depth):
        raise Place(source).refuse(f"nested deeper than {max_depth} levels")
    return values


def _reading(root: Table, groups: tuple[str, str]) -> Reading:
    lines: dict[str, str] = {}
    for group in groups:
        for name, line in _packages(root.table(group)):
            lines.setdefault(name, line)
    if not lines:
        raise root.refuse("", "no package in it", f"[{groups[0]}]")
    indexes, own = _sources(root)
    requires = root.table("requires" if groups == PIPFILE_GROUPS else "_meta")
    requires = requires if groups == PIPFILE_GROUPS else requires.table("requires")
    others = ", ".join(
        show(name) for name, said in root.values.items() if name not in _KNOWN and isinstance(said, dict)
    )
    left = [NOT_READ.format(others)] if others else []
    notes = (*([BOTH_GROUPS] if root.table(groups[1]).values else []), *([OWN_INDEX] if own else []), *left)
    return Reading(Spec(pip=(*indexes, *lines.values()), python=_python(requires)), notes)


def _python(requires: Table) -> str:
    """pipenv wants just this minor version, or just this version."""
    wish = requires.text("python_full_version") or requires.text("python_version") or ""
    if wish in ("", "*"):
        return ""
    if not _PYTHON.match(wish):
        raise requires.refuse("python_version", f"'{show(wish)}'", "a version such as 3.12")
    return f"=={wish}" if _WHOLE.match(wish) else f"=={wish}.*"


def _sources(root: Table) -> tuple[list[str], bool]:
    """The lines that say where to look, and whether the public index is among them, which needs none."""
    lines: list[str] = []
    own = False
    values = root.values.get("source", [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise root.refuse("source", "not a list of tables", "[[source]]")
    for value in values:
        table = Table(value, root.source, root.lines, ("source",))
        url = table.text("url") or ""
        if table.text("name") == "pypi" and _PUBLIC.match(url):
            own = True
            continue
        first = not own and not lines
        lines.append(_checked(f"{'--index-url' if first else '--extra-index-url'} {url}", table, "url"))
        if table.values.get("verify_ssl") is False:
            host = re.sub(r"\A[a-z]+://(?:[^/@]*@)?([^/:]*).*\Z", r"\1", url)
            lines.append(_checked(f"--trusted-host {host}", table, "url"))
    return lines, own


def _packages(group: Table) -> Iterator[tuple[str, str]]:
    """Name and requirement line of each package."""
    for name, said in group.values.items():
        if not _NAME.match(name):
            raise group.refuse(name, f"'{show(name)}'", "a package's name")
        values = {"version": said} if isinstance(said, str) else said
        if not isinstance(values, dict):
            raise group.refuse(name, toml_guard.kind(said), _SIMPLE)
        table = Table(values, group.source, group.lines, (*group.path, name))
        yield canonicalize_name(name), _line(name, table)


def _line(name: str, table: Table) -> str:
    address = table.text("file") or ""
    for key in table.values:
        if key in _LOCAL and not (key == "file" and _WEB.match(address)):
            hint = "Name a release, or leave it out: only files with a hash can be locked."
            raise table.refuse(
                key, "a repository, a folder or a file has no hash that a lock could hold", hints=(hint,)
            )
        if key not in (*_READ, "file"):
            raise table.refuse(key, f"'{show(key)}'", ", ".join(_READ[:4]))
    version = table.text("version") or "*"
    if version != "*" and not _is_condition(version):
        raise table.refuse("version", f"'{show(version)}'", "a condition such as >=1.0")
    extras = ",".join(table.texts("extras"))
    markers = " and ".join(f"({marker})" for marker in _markers(table))
    hashes = [f" --hash={_hash(digest, table)}" for digest in table.texts("hashes")]
    condition = f" @ {address}" if address else "" if version == "*" else version
    line = f"{name}{f'[{extras}]' if extras else ''}{condition}"
    return _checked(f"{line}{f' ; {markers}' if markers else ''}{''.join(hashes)}", table, "version")


def _is_condition(version: str) -> bool:
    try:
        return len(SpecifierSet(version)) > 0
    except InvalidSpecifier:
        return False


def _markers(table: Table) -> Iterator[str]:
    if marker := table.text("markers"):
        yield marker
    for key in _MARKERS:
        if condition := table.text(key):
            yield f"{key} {condition}"


def _hash(digest: str, table: Table) -> str:
    if not _HASH.match(digest):
        raise table.refuse("hashes", f"'{show(digest)}'", "sha256: and 64 hexadecimal digits")
    return digest


def _checked(line: str, table: Table, key: str) -> str:
    """A line of a pip section. Raises `InvalidFile` for one that no environment can have."""
    if reason := piplines.refusal(line):
        hints = (piplines.remedy(line),)
        raise table.refuse(key, f"'{show(line)}': {reason}", "what a requirements file may say", hints)
    return line
