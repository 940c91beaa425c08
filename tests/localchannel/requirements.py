"""Python requirements as conda match specs. Text in, text out."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version


def conda_name(name: str) -> str:
    """The conda name of a Python distribution: lower case, words joined by ``-``."""
    return canonicalize_name(name)


def applies(requirement: Requirement, extra: str = "") -> bool:
    """Whether the requirement's marker holds on this machine, with ``extra`` asked for."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def match_spec(requirement: Requirement) -> str:
    """A conda match spec for a requirement whose marker holds; a direct URL gives the bare name."""
    constraints = version_constraints(requirement.specifier)
    return " ".join(filter(None, [conda_name(requirement.name), constraints]))


def match_specs(requirements: Iterable[Requirement]) -> tuple[str, ...]:
    """Match specs without repetition, sorted."""
    return tuple(sorted({match_spec(requirement) for requirement in requirements}))


def version_constraints(specifiers: SpecifierSet) -> str:
    """PEP 440 specifiers in conda's notation, sorted and joined by commas."""
    return ",".join(sorted(part for specifier in specifiers for part in _parts(specifier)))


def _parts(specifier: Specifier) -> list[str]:
    version = specifier.version
    if specifier.operator == "~=":
        series = ".".join(str(number) for number in Version(version).release[:-1])
        return [f">={version}", f"{series}.*"]
    if specifier.operator == "===":
        return [f"=={version}"]
    if specifier.operator == "==" and version.endswith(".*"):
        return [version]
    return [f"{specifier.operator}{version}"]
