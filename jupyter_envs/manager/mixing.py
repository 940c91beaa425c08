"""What people should know before pip packages and conda packages come together in one prefix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name

from jupyter_envs import pipsection
from jupyter_envs.models import Package


def notes(asked: Sequence[str], conda: Sequence[Package], pip: Sequence[Package]) -> tuple[str, ...]:
    """One sentence for each name that both sides have, and for each asked pip package that is not installed."""
    by_conda = {str(canonicalize_name(package.name)): package for package in conda if package.manager == "conda"}
    by_pip = {package.name: package for package in pip if package.manager == "pip"}
    return (*_beside(by_conda, by_pip), *_not_installed(asked, by_conda, by_pip))


def _beside(conda: dict[str, Package], pip: dict[str, Package]) -> Iterator[str]:
    for name in sorted(set(conda) & set(pip)):
        other = conda[name]
        yield (
            f"{name} comes twice: {pip[name].version} from PyPI and {other.name} {other.version} from conda. "
            "If the first overwrites a file of the second, nothing is built."
        )


def _not_installed(asked: Sequence[str], conda: dict[str, Package], pip: dict[str, Package]) -> Iterator[str]:
    for name in dict.fromkeys(asked):
        if name in conda and name not in pip:
            yield f"{name} of the pip section is conda's {conda[name].name} {conda[name].version} already."
        elif name not in pip:
            yield f"{name} of the pip section is left out: a conda package provides it, or its marker excludes it here."


def builds(packages: Sequence[Package]) -> list[str]:
    """What a plan says about each pip package that has to be built."""
    return [
        f"{package.name} {package.version}: is built from source when the environment is; "
        "what it needs is only known then, so it must be in the file"
        for package in packages
        if pipsection.is_source(package.url)
    ]
