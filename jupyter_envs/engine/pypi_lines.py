"""The lines of a pip section as uv gets them: requirements, and options about indexes. Nothing else is let through."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from jupyter_envs.errors import InvalidSpec

OPTIONS = {
    "-i": "--default-index",
    "--index-url": "--default-index",
    "--extra-index-url": "--index",
    "-f": "--find-links",
    "--find-links": "--find-links",
    "--pre": "--prerelease=allow",
}


def split_lines(lines: Sequence[str]) -> tuple[list[Requirement], list[str]]:
    """``(requirements, uv arguments)`` of a pip section.

    Raises `InvalidSpec`, naming the line, for what is neither a requirement nor an option about indexes: files,
    folders, repositories and options that run code or write elsewhere.
    """
    requirements: list[Requirement] = []
    arguments: list[str] = []
    for line in lines:
        if "${" in line:
            raise not_supported(line, "variables in a pip section are never expanded")
        if line.startswith("-"):
            arguments += option(line)
            continue
        try:
            requirement = Requirement(line)
        except InvalidRequirement as error:
            raise not_supported(line, f"it is not a requirement ({str(error).splitlines()[0]})") from error
        if requirement.url:
            raise not_supported(line, "packages from an address cannot be locked by version")
        requirements.append(requirement)
    return requirements, arguments


def option(line: str) -> list[str]:
    """uv's arguments for one option line."""
    name, _, value = line.replace("=", " ", 1).partition(" ")
    known = OPTIONS.get(name)
    if known is None:
        raise not_supported(line, f"the option {name} is not supported")
    return [known, value.strip()] if value.strip() else [known]


def not_supported(line: str, why: str) -> InvalidSpec:
    """The error for one line of a pip section."""
    return InvalidSpec(
        f"The pip line “{line}” cannot be used: {why}.",
        hints=("Name the package and its version, for example “requests>=2.31”.",),
        line=line,
    )


def pip_names(lines: Sequence[str]) -> list[str]:
    """Normalised names of the packages that a pip section asks for."""
    return [canonicalize_name(requirement.name) for requirement in split_lines(lines)[0]]
