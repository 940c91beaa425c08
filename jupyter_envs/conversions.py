"""From an environment of conda packages to one of PyPI packages alone, and back: what is asked for, and what changes.

Pure. Which PyPI packages a channel has, and under which names, is told from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from . import matchspec, piplines
from .errors import Conflict
from .matchspec import MatchSpec
from .models import KERNEL_PACKAGE, Spec

_BEGINNING = re.compile(r"([0-9][^*]*?)\.?\*")
_NO_OPERATOR = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Converted:
    """What is asked for now, and a sentence about each thing that is no longer as it was."""

    spec: Spec
    notes: tuple[str, ...] = ()


def to_pypi(spec: Spec) -> Converted:
    """The same for PyPI packages alone, if conda has only Python, pip and the kernel in it.

    Raises `Conflict`, naming the conda packages that it needs, or the wish for a Python that PEP 440 cannot say.
    """
    if spec.engine == "pypi":
        return Converted(spec)
    conda = [matchspec.parse(text) for text in spec.conda]
    others = [one.name for one in conda if one.name not in ("python", "pip", KERNEL_PACKAGE)]
    if others:
        raise Conflict(
            f"This environment needs conda packages: {', '.join(others)}.",
            hints=("Name them in the pip section, if PyPI has them, or leave the environment with conda.",),
            packages=others,
        )
    python = next((wish_for(one) for one in conda if one.name == "python"), "")
    kernel = tuple(requirement_for(one) for one in conda if one.name == KERNEL_PACKAGE)
    if not spec.pip and not kernel:
        raise Conflict("There is no PyPI package in it.", hints=("Name some in its pip section.",))
    converted = replace(spec, channels=(), conda=(), pip=(*spec.pip, *kernel), python=python)
    return Converted(converted, tuple(_about_pypi(spec, conda, python)))


def _about_pypi(spec: Spec, conda: list[MatchSpec], python: str) -> Iterator[str]:
    yield f"Conda's Python is replaced by one of the machine{f' ({python})' if python else ''}."
    if any(one.name == "pip" for one in conda):
        yield "There is no pip in it: jupyter envs install and uv need none."
    if spec.channels:
        yield f"No channel is asked: {', '.join(spec.channels)}."
    for one in conda:
        if one.build or one.channel or one.url:
            yield f"Of {one} only the version counts."


def wish_for(python: MatchSpec) -> str:
    """The version of a match spec as PEP 440 says it: ``3.11.*`` is ``==3.11.*``. Raises `Conflict`."""
    parts = [part.strip() for part in (python.version or "").split(",") if part.strip() not in ("", "*")]
    whole = [f"{found[1]}.*" if (found := _BEGINNING.fullmatch(part)) else part for part in parts]
    said = [f"=={part}" if _NO_OPERATOR.match(part) else part for part in whole]
    try:
        SpecifierSet(",".join(said))
    except InvalidSpecifier:
        raise Conflict(
            f"“{python}” has no like among PyPI's conditions.", hints=("Write a range such as >=3.11,<3.13.",)
        ) from None
    return ",".join(said)


def requirement_for(one: MatchSpec) -> str:
    """A match spec's name and version as a requirement."""
    return f"{one.name}{wish_for(one)}"


def plain(line: str) -> Requirement | None:
    """The requirement in a pip line that says no more than a name and a version, which conda can say, too."""
    try:
        asked = Requirement(line)
    except InvalidRequirement:
        return None
    exotic = any(one.operator == "===" or re.search(r"[!+]", one.version) for one in asked.specifier)
    return None if asked.url or asked.extras or asked.marker or exotic else asked


def to_conda(spec: Spec, names: Mapping[str, str], channels: tuple[str, ...]) -> Converted:
    """The same with conda's Python from ``channels``.

    ``names`` are the conda packages to take instead of PyPI's, by PyPI's (canonical) name; all others stay in the pip
    section.
    """
    if spec.engine == "conda":
        return Converted(spec)
    conda, pip, notes = [matchspec.of_python(spec.python)], list[str](), list[str]()
    notes.append(f"Its Python is conda's now{', from ' * bool(channels)}{', '.join(channels)}.")
    for line in spec.pip:
        asked = plain(line)
        name = names.get(canonicalize_name(asked.name)) if asked else None
        if asked is None or name is None:
            pip.append(line)
            continue
        conda.append(matchspec.of_pep440(name, str(asked.specifier)))
        notes.append(f"{asked.name} is conda's {name} now.")
    stay = [line for line in pip if piplines.classify(line).kind == "requirement"]
    if not stay:
        notes += [f"Not needed any more: {line}." for line in pip]
        pip = []
    elif names:
        notes.append(f"These stay in the pip section: {', '.join(line.split(' ')[0] for line in stay)}.")
    return Converted(
        replace(spec, channels=channels, conda=(*conda, *(["pip"] if stay else [])), pip=tuple(pip), python=""),
        tuple(notes),
    )
