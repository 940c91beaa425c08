"""From conda's packages to PyPI's and back: the channels are asked which of PyPI's packages they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jupyter_envs import conversions, matchspec, modules
from jupyter_envs.conversions import Converted
from jupyter_envs.errors import Unreachable
from jupyter_envs.manager.search import Search, versions_of
from jupyter_envs.models import EngineName, Spec
from jupyter_envs.versions import satisfies


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
