"""Exports of what was asked for from PyPI: pipenv's Pipfile, and the block of a script (PEP 723).

A Pipfile names one Python, and all of its sources or none. What has no place in a file is said in a note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .. import conversions, matchspec, piplines, pipsection
from ..errors import Conflict
from ..models import Spec
from ..versions import minor
from .environment_files import Written, asked, resolved
from .lists import NO_WHEELS, toml_text
from .source import Source

_MINOR = re.compile(r"==\s*(3\.[0-9]+)\.\*")
_WHOLE = re.compile(r"==\s*(3\.[0-9]+\.[0-9]+)(?:\.\*)?")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# the options about sources: those that a Pipfile has a place for, and the others
_INDEX = ("-i", "--index-url")
_EARLY = "--pre"
_MORE = "--extra-index-url"
USUAL = "pypi"  # pipenv's name for the index that it asks where none is named
_IN_A_PIPFILE = (*_INDEX, _MORE, "--trusted-host", _EARLY)
_SOURCES = (*_IN_A_PIPFILE, "-f", "--find-links")


@dataclass(frozen=True)
class _Wish:
    """What is asked of PyPI: for which Python, which requirements, and with which options."""

    python: str
    requirements: tuple[Requirement, ...]
    options: tuple[piplines.PipLine, ...]
    notes: tuple[str, ...]


def pipfile(source: Source) -> Written:
    """A Pipfile of what was asked for; ``pipenv lock`` makes its lock."""
    return _pipfile(source, _wish(*asked(source), what="Pipfile"))


def pipfile_resolved(source: Source) -> Written:
    """A Pipfile of what was asked for, each package with the version that it resolved to."""
    return _pipfile(source, _wish(*resolved(source), what="Pipfile"))


def leaves_out_an_index(spec: Spec, *, always: bool) -> bool:
    """Whether a Pipfile has to name the index that nobody named: beside others, or (``always``) alone."""
    named = {option.option for line in spec.pip if line.startswith("-") for option in piplines.options(line)}
    return not named & set(_INDEX) and (always or _MORE in named)


def unnamed_places(spec: Spec) -> list[str]:
    """The lines by which packages come from elsewhere than an index."""
    return [line for line in spec.pip if piplines.classify(line).option in ("-f", "--find-links", "--no-index")]


def script(source: Source) -> Written:
    """The block of comments by which a script, or a notebook's first cell, asks for the same."""
    return _block(_wish(*asked(source), what="block"))


def script_resolved(source: Source) -> Written:
    """The block, each package with the version that it resolved to."""
    return _block(_wish(*resolved(source), what="block"))


def _wish(spec: Spec, notes: Sequence[str], *, what: str) -> _Wish:
    said = list[str]()
    python = spec.python
    if spec.engine == "conda":
        python, about_conda = _without_conda(spec)
        said += about_conda
    requirements, options = [], []
    for line in spec.pip:
        parsed = piplines.classify(line)
        if parsed.option in _SOURCES:
            options.append(parsed)
        elif found := pipsection.one(line):
            requirements.append(_with_hash(found))
            if found.hashes and "#sha256=" not in str(requirements[-1]):
                said.append(f"A {what} holds no hashes: those of {found.requirement.name} are left out.")
        elif parsed.kind != "comment":
            said.append(f"Not in the {what}: {line}.")
    if spec.variables:
        said.append(f"Variables have no place in it: {', '.join(spec.variables)}.")
    said += [] if requirements else [NO_WHEELS]
    return _Wish(python, tuple(requirements), tuple(options), (*said, *notes))


def _without_conda(spec: Spec) -> tuple[str, list[str]]:
    """The wish for a Python, and a sentence about everything else that is conda's."""
    parsed = [matchspec.parse(text) for text in spec.conda]
    python = next((one for one in parsed if one.name == "python"), None)
    others = [one.name for one in parsed if one.name not in ("python", "pip")]
    notes = [f"Conda's packages are not in it: {', '.join(others)}."] if others else []
    try:
        return conversions.wish_for(python) if python else "", notes
    except Conflict as error:
        return "", [*notes, error.message]


def _with_hash(asked: pipsection.Requested) -> Requirement:
    """The requirement; an address has room for one hash."""
    found = Requirement(str(asked.requirement))
    if found.url and len(asked.hashes) == 1:
        found.url = with_hash(found.url, min(asked.hashes))
    return found


def with_hash(address: str, sha256: str) -> str:
    """The address of a file, with what that file has to be; a fragment that is there stays."""
    return address if "#" in address or not sha256 else f"{address}#sha256={sha256}"


def _pipfile(source: Source, wish: _Wish) -> Written:
    python, about_python = _one_python(source, wish.python)
    sources, about_sources = _sources(wish.options, source.index)
    lines = [line for one in sources for line in ("[[source]]", *one, "")]
    lines.append("[packages]")
    packages, more = dict[str, str](), list[str]()
    for one in wish.requirements:
        name = canonicalize_name(one.name)
        if name in packages:
            more.append(f"Not in the Pipfile, which has one line for a package: {one}.")
        packages.setdefault(name, f"{_key(one.name)} = {_entry(one)}")
    lines += packages.values()
    lines += ["", "[requires]", python] if python else []
    early = any(one.option == _EARLY for one in wish.options)
    lines += ["", "[pipenv]", "allow_prereleases = true"] if early else []
    return "\n".join(lines) + "\n", (*more, *about_sources, *about_python, *wish.notes)


def _entry(asked: Requirement) -> str:
    version = toml_text(asked.url or str(asked.specifier) or "*")
    extras = [f"extras = [{', '.join(map(toml_text, sorted(asked.extras)))}]"] if asked.extras else []
    markers = [f"markers = {toml_text(str(asked.marker))}"] if asked.marker else []
    more = [*extras, *markers]
    key = "file" if asked.url else "version"
    return f"{{ {', '.join([f'{key} = {version}', *more])} }}" if more or asked.url else version


def _one_python(source: Source, wish: str) -> tuple[str, tuple[str, ...]]:
    """The line of ``[requires]``, which names a version or a minor version."""
    if whole := _WHOLE.fullmatch(wish):
        return f'python_full_version = "{whole[1]}"', ()
    if one := _MINOR.fullmatch(wish):
        return f'python_version = "{one[1]}"', ()
    here = minor(source.python)
    if not wish or not here:
        return "", ()
    return f'python_version = "{here}"', (f"A Pipfile names one Python: {here}, which it has here, for {wish}.",)


def _sources(options: Sequence[piplines.PipLine], usual: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """The lines of each ``[[source]]``: pipenv's own where no other is named; ``usual`` is that where others are."""
    main = [one.value for one in options if one.option in _INDEX]
    more = [one.value for one in options if one.option == _MORE]
    trusted = {one.value.partition(":")[0] for one in options if one.option == "--trusted-host"}
    left = [one for one in options if one.option not in _IN_A_PIPFILE]
    notes = [f"Not in the Pipfile: {one.option} {one.value}." for one in left]
    named = [(f"index{number}", url) for number, url in enumerate([*main, *more], 1)]
    if more and not main and usual:
        named.insert(0, (USUAL, usual))
    elif more and not main:
        notes.append("A Pipfile that names a source names all of them: add the index that comes first.")
    found = []
    for name, url in named:
        verify = "false" if urlsplit(url).hostname in trusted else "true"
        found.append([f"name = {toml_text(name)}", f"url = {toml_text(url)}", f"verify_ssl = {verify}"])
    return found, tuple(notes)


def _block(wish: _Wish) -> Written:
    dependencies = [f"#   {toml_text(str(one))}," for one in wish.requirements]
    python = [f"# requires-python = {toml_text(wish.python)}"] if wish.python else []
    lines = ["# /// script", *python, "# dependencies = [", *dependencies, "# ]", "# ///"]
    options = [f"Not in the block: {f'{one.option} {one.value}'.rstrip()}." for one in wish.options]
    return "\n".join(lines) + "\n", (*options, *wish.notes)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else toml_text(name)
