"""A wish to change an environment, applied to what was asked for before. Texts and values only; nothing is solved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from jupyter_envs import matchspec, pipsection
from jupyter_envs.envfile import Reading
from jupyter_envs.errors import Conflict, InvalidInput, NotFound
from jupyter_envs.manager.planning import Wanted, requested_names
from jupyter_envs.manager.requests import ChangeRequest
from jupyter_envs.models import Package, Spec

REASON_LENGTH = 200


def check(request: ChangeRequest) -> None:
    """Raise `InvalidInput` unless a request asks for something, and for an edited file or for packages, not both."""
    wishes = bool(request.install or request.pip or request.update or request.update_all or request.remove)
    if wishes == (request.file is not None):
        raise InvalidInput(
            "A change is made of packages to install, update or remove, or of an edited file: exactly one of them.",
            hints=("Name some packages, or give the edited environment.yml.",),
        )


def wanted(request: ChangeRequest, spec: Spec, installed: Sequence[Package], edited: Reading | None) -> Wanted:
    """What the environment should be made from after the change; ``edited`` is the request's file, read.

    Raises `InvalidInput`, `NotFound` for a package to update or remove that is not there, and what the parsers raise.
    """
    check(request)
    if edited is not None:
        named = edited.spec.name in (None, request.environment)
        note = f"The file's name, {edited.spec.name}, is not used: the environment keeps its own."
        return Wanted(request.environment, edited.spec, notes=(*edited.notes, *([] if named else [note])))
    require_installed([*request.update, *request.remove], installed)
    asked = requested_names(spec)
    for name in request.remove:
        if normal(name) not in {normal(known) for known in asked}:
            raise needed(name, needing(name, installed))
    engine, spec = spec.engine, without(spec, request.remove)
    if engine == "pypi":
        return Wanted(request.environment, with_pip(spec, (*request.install, *request.pip)))
    return Wanted(request.environment, with_pip(with_conda(spec, request.install), request.pip))


def normal(name: str) -> str:
    """A name as it is compared."""
    return str(canonicalize_name(name))


def conda_name(text: str) -> str:
    """The package that a match spec is about. Raises `InvalidSpec`."""
    return matchspec.parse(matchspec.strip_comment(text)).name


def without(spec: Spec, names: Sequence[str]) -> Spec:
    """``spec`` without everything that asks for these packages."""
    return without_pip(without_conda(spec, names), names)


def without_conda(spec: Spec, names: Iterable[str]) -> Spec:
    """``spec`` without the match specs for these packages."""
    gone = {normal(name) for name in names}
    return replace(spec, conda=tuple(text for text in spec.conda if normal(conda_name(text)) not in gone))


def without_pip(spec: Spec, names: Iterable[str]) -> Spec:
    """``spec`` without the requirement lines for these packages."""
    gone = {normal(name) for name in names}
    return replace(spec, pip=tuple(line for line in spec.pip if not gone & set(pipsection.names([line]))))


def pip_requirements(spec: Spec) -> dict[str, Requirement]:
    """The requirements of the pip section by name."""
    return {asked.name: asked.requirement for asked in pipsection.read(spec.pip, builds=True).requirements}


def with_conda(spec: Spec, texts: Sequence[str]) -> Spec:
    """``spec`` with match specs added; each takes the place of those for the same package. Raises `InvalidSpec`."""
    new = {normal(conda_name(text)): text for text in texts}
    conda: dict[str, str] = {}
    for text in spec.conda:
        name = normal(conda_name(text))
        # two lines for one package may be meant for two platforms
        conda.setdefault(name if name in new else text, new.get(name, text))
    return replace(spec, conda=tuple({**conda, **new}.values()))


def with_pip(spec: Spec, lines: Sequence[str]) -> Spec:
    """``spec`` with requirement lines added, in place of those for the same packages. Raises `InvalidSpec`."""
    names = set(pipsection.names(lines))
    kept = tuple(line for line in spec.pip if not names & set(pipsection.names([line])))
    return replace(spec, pip=(*kept, *lines))


def require_installed(names: Iterable[str], installed: Sequence[Package]) -> None:
    """Raise `NotFound` for a name that no installed package has."""
    known = {normal(package.name) for package in installed}
    for name in names:
        if normal(name) not in known:
            raise NotFound(f"{name} is not installed.", hints=("Check the name of the package.",), package=name)


def require_gone(names: Iterable[str], packages: Sequence[Package]) -> None:
    """Raise `Conflict` for a package that was to be removed and that others need."""
    for name in names:
        if any(normal(package.name) == normal(name) for package in packages):
            raise needed(name, needing(name, packages), "other packages need it")


def needing(name: str, packages: Sequence[Package]) -> list[str]:
    """The packages that need one."""
    return sorted(
        package.name
        for package in packages
        if any(dependency and normal(dependency.split()[0]) == normal(name) for dependency in package.depends)
    )


def needed(name: str, by: Sequence[str], otherwise: str = "nobody asked for it by name") -> Conflict:
    """The error for a package that cannot go; ``otherwise`` is the reason where nobody can say who needs it."""
    who = f"{', '.join(by[:3])} {'needs' if len(by) == 1 else 'need'} it" if by else otherwise
    return Conflict(
        f"{name} cannot be removed: {who}.", hints=("Remove what needs it first.",), package=name, needed_by=list(by)
    )


def reason(request: ChangeRequest) -> str:
    """Why a generation is made, in the words of its history."""
    if request.file is not None:
        return "changed its file"
    parts = [f"added {', '.join((*request.install, *request.pip))}" if request.install or request.pip else ""]
    parts += [f"updated {', '.join(request.update)}" if request.update else ""]
    parts += ["updated all packages" if request.update_all else ""]
    parts += [f"removed {', '.join(request.remove)}" if request.remove else ""]
    return "; ".join(filter(None, parts))[:REASON_LENGTH]
