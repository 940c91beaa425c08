"""A request's own text, read: packages, a file in any format that is understood, or a lock."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jupyter_envs import conversions, formats, lockfile, matchspec
from jupyter_envs.engine.session import Session
from jupyter_envs.envfile import Reading
from jupyter_envs.errors import EnvsError, InvalidInput, NotFound
from jupyter_envs.formats import Limits, Read
from jupyter_envs.machine import current_platform
from jupyter_envs.manager.including import include
from jupyter_envs.manager.planning import Wanted, named
from jupyter_envs.manager.requests import ChangeRequest, CreateRequest, Documents
from jupyter_envs.models import KERNEL_PACKAGE, Lock, Spec
from jupyter_envs.redact import show

FILE = "environment.yml"  # what a text without a name is called in messages
DEFAULT_ENVIRONMENT = "default"  # pixi's name for it
_PYTHON = re.compile(r"python(\s*[<>=!~].*)?", re.IGNORECASE)


async def read_request(
    request: CreateRequest, documents: Documents, session: Session, channels: Sequence[str], limits: Limits
) -> Wanted:
    """Understand a request that does not refer to a notebook; ``channels`` go with bare packages.

    Raises `InvalidInput` unless exactly one source and a name are given, and what the parsers raise.
    """
    sources = [request.packages, request.file, request.lock, request.clone]
    if sum(bool(source) for source in sources) != 1:
        raise InvalidInput(
            "An environment is made from packages, a file, a lock, or another environment: exactly one of them.",
            hints=("Name some packages, or give one environment.yml.",),
        )
    if request.packages and request.engine == "pypi":
        return Wanted(named(request.name, None), of_pypi(request), kernel_in_spec=True)
    if request.packages:
        spec = Spec(request.name, request.channels or tuple(channels), request.packages)
        return Wanted(named(request.name, None), spec, kernel_in_spec=True)
    if request.file is not None:
        return await read_file(request, request.file, documents, session, limits)
    if request.clone is not None:
        return Wanted(named(request.name, None), Spec())
    lock = lockfile.parse(request.lock or "", limit=limits.lock, max_depth=limits.depth)
    return Wanted(named(request.name, None), Spec(), lock)


def of_pypi(request: CreateRequest) -> Spec:
    """What names of PyPI alone ask for; ``python`` among them is a wish for an interpreter. Raises `InvalidInput`."""
    if request.channels:
        raise InvalidInput("PyPI's packages come from no channel.", hints=("Leave the channels out.",), key="channels")
    pythons = [text for text in request.packages if _PYTHON.fullmatch(text.strip())]
    others = tuple(text for text in request.packages if text not in pythons)
    wish = ",".join(filter(None, map(_wish_for_python, pythons)))
    return Spec(request.name, pip=others or (KERNEL_PACKAGE,), python=wish)


def _wish_for_python(text: str) -> str:
    """What a name such as ``python>=3.11`` or, as conda writes it, ``python=3.11`` says. Raises `InvalidInput`."""
    try:
        return conversions.wish_for(matchspec.parse(text))
    except EnvsError:
        raise InvalidInput(
            f"“{show(text)}” says nothing about a Python.", hints=("Write it as python>=3.11.",), key="packages"
        ) from None


async def read_file(
    request: CreateRequest, text: str, documents: Documents, session: Session, limits: Limits
) -> Wanted:
    """A file of any format: what it asks for, with the files that its pip section names, or its lock."""
    found = formats.read(text, source=request.filename or FILE, limits=limits, choice=request.environment)
    if found.spec is not None:
        spec = await include(found.spec, request.filename, documents, limits)
        _require_engine(request.engine, spec)
        return Wanted(named(request.name, spec.name), spec, notes=found.notes)
    return Wanted(named(request.name, None), Spec(), await lock_of(found, request.environment, session))


def _require_engine(engine: str, spec: Spec) -> None:
    """Raise `InvalidInput` where a file is for another engine than was asked for."""
    if engine and engine != spec.engine:
        whose = {"conda": "conda's packages", "pypi": "PyPI's packages alone"}
        raise InvalidInput(
            f"The file asks for {whose[spec.engine]}, not for {whose[engine]}.",
            hints=(f"jupyter envs convert FILE --to {engine} writes a file that does, and says what changes.",),
            key="engine",
        )


async def edited(request: ChangeRequest, documents: Documents | None, limits: Limits) -> Reading | None:
    """The edited file of a request, in any format that is solved, with the files that its pip section names.

    Raises `InvalidFile`, and `InvalidInput` for a lock.
    """
    if request.file is None:
        return None
    found = formats.read(request.file, source=request.filename or FILE, limits=limits)
    spec = wish_in(found)
    if documents is None:
        return Reading(spec, found.notes)
    return Reading(await include(spec, request.filename, documents, limits), found.notes)


def wish_in(found: Read) -> Spec:
    """What a file asks for that an environment is changed to. Raises `InvalidInput` for a lock, which asks nothing."""
    if found.spec is None:
        raise InvalidInput(
            f"An environment is changed by its edited file, and this is a lock ({found.format}).",
            hints=(
                "Give the environment.yml that the lock was made from.",
                "Or make another environment from the lock: jupyter envs create NAME --file LOCK.",
            ),
            key="file",
        )
    return found.spec


async def lock_of(found: Read, environment: str | None, session: Session) -> Lock:
    """The lock that a file holds; ``environment`` chooses one of several. Raises `NotFound`."""
    if found.lock is None and found.format == "pylock":
        return await session.read_pylock(found.text, current_platform())
    if found.lock is None:
        return await session.read_pixi_lock(found.text, environment or DEFAULT_ENVIRONMENT)
    if environment is not None:
        raise NotFound(
            f"The file has no environments to choose {environment} from.",
            hints=("Only a pixi.lock has several.",),
            key="environment",
        )
    return found.lock
