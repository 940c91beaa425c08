"""From conda's packages to PyPI's and back: the channels are asked which of PyPI's packages they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jupyter_envs import conversions, envfile, exports, matchspec, modules, requirements_file
from jupyter_envs.conversions import Converted
from jupyter_envs.errors import Unreachable
from jupyter_envs.exports import Source
from jupyter_envs.manager.search import Search, versions_of
from jupyter_envs.models import EngineName, Spec
from jupyter_envs.versions import satisfies


@dataclass(frozen=True)
class Conversion:
    """A file that asks for the same of ``engine``, and a name for it; ``notes`` are sentences about what changes."""

    engine: EngineName
    filename: str
    text: str
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Conversion``."""
        return {"engine": self.engine, "filename": self.filename, "text": self.text, "notes": list(self.notes)}


def as_file(spec: Spec, notes: Sequence[str] = ()) -> Conversion:
    """A requirements file where that can hold it, else an environment.yml."""
    if requirements_file.holds(spec) and not spec.platforms:
        return Conversion(spec.engine, "requirements.txt", requirements_file.write(spec), tuple(notes))
    return Conversion(spec.engine, "environment.yml", envfile.write(spec), tuple(notes))


async def convert_environment(
    source: Source, engine: EngineName, search: Search, channels: Sequence[str]
) -> Conversion:
    """An environment as a file for ``engine``, with what was installed by hand; no secret is in it.

    ``channels`` are those that conda's packages are to come from. Raises as `convert` does.
    """
    if engine == "conda" and not source.spec.conda:
        source = replace(source, spec=replace(source.spec, channels=tuple(channels)))
    asked = exports.asked(source)
    converted = await convert(asked.spec, engine, search, asked.spec.channels)
    made = as_file(converted.spec)
    return replace(made, notes=(*asked.told(made.text), *converted.notes))


async def convert(spec: Spec, engine: EngineName, search: Search, channels: Sequence[str]) -> Converted:
    """What asks for the same of the other engine. Raises `Conflict` for what PyPI alone cannot give.

    To conda: a requirement of a name and a version becomes conda's where a channel has such a version, under PyPI's
    name or the one that is known to be conda's. Where the channels do not answer, all stay in the pip section.
    """
    if engine == "pypi":
        return conversions.to_pypi(spec)
    names, notes = dict[str, str](), tuple[str, ...]()
    try:
        names = await _names(spec, search)
    except Unreachable as error:
        notes = (f"The channels were not asked for these packages, which stay in the pip section: {error.message}",)
    converted = conversions.to_conda(spec, names, tuple(channels))
    return replace(converted, notes=(*converted.notes, *notes))


async def _names(spec: Spec, search: Search) -> dict[str, str]:
    """By PyPI's names, conda's names of the packages that the channels have in such a version, among the newest 100."""
    found = dict[str, str]()
    if spec.engine == "conda":
        return found
    for asked in filter(None, map(conversions.plain, spec.pip)):
        name = canonicalize_name(asked.name)
        for candidate in modules.in_conda(name):
            if await _has(candidate, asked, search):
                found[str(name)] = candidate
                break
    return found


async def _has(name: str, asked: Requirement, search: Search) -> bool:
    versions = await versions_of(name, search)
    wanted = matchspec.parse(matchspec.of_pep440(name, str(asked.specifier))).version or "*"
    return any(satisfies(version, wanted) for version in versions)
