"""Environments of PyPI packages alone: for which Python they are resolved, and what a lock says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jupyter_envs import piplines, pipsection
from jupyter_envs.engine.answers import Wheels
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import Unsolvable
from jupyter_envs.models import KERNEL_PACKAGE, Download, Interpreter, Lock, Package, Plan, Spec
from jupyter_envs.redact import clean_url
from jupyter_envs.versions import any_of_minor, minor
from jupyter_envs.virtual import System

ALONE = "--no-deps"
NO_ROOM = "What is asked for can be had, but not with ipykernel, which a notebook's kernel needs and nobody asked for."


@dataclass(frozen=True)
class Found:
    """What the lines resolved to, and whether a kernel had to be added."""

    wheels: Wheels
    kernel_added: bool


async def find(
    spec: Spec,
    interpreter: Interpreter,
    session: Session,
    platform: str,
    *,
    locked: Sequence[Package],
    system: System,
    as_of: str,
) -> Found:
    """Resolve the requirements of ``spec``, and a kernel with them. Raises what the engine raises."""

    async def resolve(lines: Sequence[str]) -> Wheels:
        return await session.resolve_pip(
            lines, (), platform, locked=locked, system=system, as_of=as_of, python=interpreter.version
        )

    async def with_kernel(lines: Sequence[str]) -> Wheels:
        try:
            return await resolve(lines)
        except Unsolvable as error:
            raise Unsolvable(f"{error.message}\n{NO_ROOM}", hints=error.hints, **error.fields) from error

    wheels = await resolve(spec.pip)
    if has_kernel(wheels.packages):
        return Found(wheels, kernel_added=False)
    if not pipsection.wants(spec.pip, ALONE):
        return Found(await with_kernel([*spec.pip, KERNEL_PACKAGE]), kernel_added=True)
    # a file that names everything that it needs does not name what a kernel needs
    fixed = [f"{piplines.CONSTRAINT_MARK}{one.name}=={one.version}" for one in wheels.packages]
    more = await with_kernel([*pipsection.indexes(spec.pip), *fixed, KERNEL_PACKAGE])
    here = {package.name for package in wheels.packages}
    added = tuple(package for package in more.packages if package.name not in here)
    both = Wheels((*wheels.packages, *added), (*wheels.newer, *more.newer), (*wheels.yanked, *more.yanked))
    return Found(both, kernel_added=True)


def has_kernel(packages: Sequence[Package]) -> bool:
    """Whether a notebook could use them."""
    return any(package.name == KERNEL_PACKAGE for package in packages)


def interpreter_of(lock: Lock, platform: str) -> Interpreter | None:
    """The Python of a lock of PyPI packages alone, where nobody knows yet where it is; None for any other lock."""
    packages = lock.for_platform(platform)
    if not packages or any(package.manager == "conda" for package in packages):
        return None
    return Interpreter(lock.python.get(platform, ""))


async def find_python(lock: Lock, session: Session, platform: str) -> Interpreter:
    """The Python for a lock of PyPI packages alone. Raises as `Session.find_python` does."""
    return await session.find_python(python_of(lock, platform), lock.python.get(platform, ""))


def with_python(plan: Plan, interpreter: Interpreter | None) -> Plan:
    """The same plan, which says for which Python it is, and what of that is still to be downloaded."""
    if interpreter is None:
        return plan
    archive = interpreter.download
    size = (archive.size or 0) if archive else 0
    notes = (*plan.notes, *([note_on(archive)] if archive else []))
    return replace(plan, python=str(interpreter), archive=archive, download=plan.download + size, notes=notes)


def note_on(archive: Download) -> str:
    """What people should be told of a Python that is still to be downloaded."""
    checked = f"its SHA-256 has to be {archive.sha256}" if archive.sha256 else "uv knows its SHA-256"
    size = "" if archive.size is not None else " How large it is, nobody says."
    return f"The Python comes from {clean_url(archive.url)[0]}; {checked}. It is kept for other environments.{size}"


def moved(lock: Lock, interpreter: Interpreter | None) -> bool:
    """Whether an environment gets another kind of Python than its lock is for: its prefix cannot follow."""
    before = {minor(version) for version in lock.python.values()}
    after = {minor(interpreter.version)} if interpreter else set()
    return before != after


def python_of(lock: Lock, platform: str) -> str:
    """For which Pythons a lock of PyPI packages alone is (PEP 440): wheels fit one minor version."""
    return any_of_minor(lock.python.get(platform, ""))
