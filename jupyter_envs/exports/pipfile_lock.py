"""pipenv's lock of the Pipfile that `pypi_files` writes: what is installed, for this machine and its Python.

pipenv knows the Pipfile of a lock by a hash of what it says. Where there are several sources, each package names its
own: the addresses of the files tell which, or the lock is refused.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from ..errors import Conflict
from ..models import Package
from . import pypi_files
from .environment_files import Written
from .lists import NO_WHEELS, gettable, left_out_of, repositories_of
from .source import Source, require_hashes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # the same module, before it came with Python

WHAT = "Pipfile.lock"
_HINT = "Write the Pipfile, and have pipenv lock it: jupyter envs export NAME --format pipfile."


def as_asked(source: Source) -> Written:
    """The lock of a Pipfile of what was asked for. Raises `Conflict` where a hash or an index is not known."""
    return _lock(source, pypi_files.pipfile(source)[0])


def as_resolved(source: Source) -> Written:
    """The lock of a Pipfile that has the resolved versions. Raises `Conflict`."""
    return _lock(source, pypi_files.pipfile_resolved(source)[0])


def _lock(source: Source, text: str) -> Written:
    if not source.index and pypi_files.leaves_out_an_index(source.spec, always=True):
        raise Conflict(f"A {WHAT} names all of its indexes, and nobody said the first.", hints=(_HINT,))
    pipfile = tomllib.loads(text)
    # pipenv takes its own for the source of a Pipfile that names none
    sources = pipfile.get("source") or [{"name": pypi_files.USUAL, "url": source.index, "verify_ssl": True}]
    repositories = [one for one in gettable(source) if one.name in repositories_of(source)]
    files = [one for one in gettable(source) if source.origin(one) and one not in repositories]
    wheels = [one for one in gettable(source) if one not in (*files, *repositories)]
    require_hashes((*wheels, *files), WHAT)
    if wheels and (places := pypi_files.unnamed_places(source.spec)):
        raise Conflict(f"A {WHAT} holds indexes only, and the file says “{places[0]}”.", hints=(_HINT,))
    extras = {str(canonicalize_name(name)): _extras(said) for name, said in pipfile["packages"].items()}
    meta = {
        "hash": {"sha256": pipfile_hash(pipfile, sources)},
        "pipfile-spec": 6,
        "requires": pipfile.get("requires", {}),
        "sources": sources,
    }
    index = _indexes(wheels, sources)
    default = {one.name: _entry(one, index[one.name], extras.get(one.name)) for one in wheels}
    default |= {one.name: _with_extras(_file(one), extras.get(one.name)) for one in files}
    lock = {"_meta": meta, "default": default, "develop": {}}
    return json.dumps(lock, indent=4, sort_keys=True) + "\n", tuple(_notes(source, default, repositories))


def pipfile_hash(pipfile: Mapping[str, Any], sources: Sequence[Mapping[str, Any]]) -> str:
    """By what pipenv knows a Pipfile again: SHA-256 (hex) of its sources, its Python and its packages."""
    about = {"sources": sources, "requires": pipfile.get("requires", {})}
    said = {"_meta": about, "default": pipfile.get("packages", {}), "develop": pipfile.get("dev-packages", {})}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _extras(said: Any) -> list[str] | None:
    return said.get("extras") if isinstance(said, dict) else None


def _indexes(wheels: Sequence[Package], sources: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The source of each package: the only one, that on the file's host, or the only one that has no files itself."""
    by_host: dict[str, list[str]] = {}
    for one in sources:
        by_host.setdefault(urlsplit(one["url"]).netloc, []).append(one["name"])
    hosts = {urlsplit(one.url).netloc for one in wheels}
    others = [name for host, names in by_host.items() if host not in hosts for name in names]
    found = {one.name: by_host.get(urlsplit(one.url).netloc, others) for one in wheels}
    if len(sources) == 1:
        return dict.fromkeys(found, sources[0]["name"])
    unknown = sorted(name for name, names in found.items() if len(names) != 1)
    if unknown:
        raise Conflict(
            f"A {WHAT} names the index of each package, and nobody knows that of {', '.join(unknown)}.",
            hints=(_HINT,),
            packages=unknown,
        )
    return {name: names[0] for name, names in found.items()}


def _entry(package: Package, index: str, extras: list[str] | None) -> dict[str, Any]:
    entry = {"hashes": [f"sha256:{package.sha256}"], "index": index, "version": f"=={package.version}"}
    return _with_extras(entry, extras)


def _file(package: Package) -> dict[str, Any]:
    """One with an address of its own: pipenv keeps no hash beside that, and pip checks the one in it."""
    return {"file": pypi_files.with_hash(package.url, package.sha256)}


def _with_extras(entry: dict[str, Any], extras: list[str] | None) -> dict[str, Any]:
    return {**entry, "extras": extras} if extras else entry


def _notes(source: Source, default: Mapping[str, Any], repositories: Sequence[Package]) -> Iterator[str]:
    python = f"Python {source.python}".rstrip()
    yield f"It is the lock of the Pipfile that the format pipfile writes, for {python} on {source.platform} only."
    if not default:
        yield NO_WHEELS
    if source.of("conda"):
        yield "Conda's packages are not in it."
    if repositories:
        yield f"Not in the {WHAT}, because they come from a repository: {', '.join(one.name for one in repositories)}."
    yield from left_out_of(source)
