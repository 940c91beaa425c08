"""The Pythons that are on this machine, and virtual environments of them. Runs in the worker process.

An environment of PyPI packages alone has no Python of its own: it is a virtual environment of one that somebody
installed, or that was downloaded before (`pythons`). uv knows where the first are; nothing is fetched here.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from jupyter_envs import pythons
from jupyter_envs.engine.pypi_uv import run_uv
from jupyter_envs.errors import InvalidSpec, NotFound
from jupyter_envs.models import Interpreter
from jupyter_envs.versions import minor

# a generation's folder below its environment, as the store has it: it may be collected at any time
OF_A_GENERATION = ("..", "..", "environment.json")


async def find(wish: str, near: str, cache_dir: Path, downloaded: Path) -> Interpreter:
    """The Python to use: one as in ``near`` if there is any, else the one that runs us, else the newest.

    All of them only where the ``wish`` (PEP 440) allows it; of those in the folder ``downloaded`` only where no other
    fits as well. Raises `InvalidSpec` for a wish that is none, `NotFound`.
    """
    wanted, own = parsed(wish), this_one()
    if near in ("", own.version) and wanted.contains(own.version, prereleases=True):
        return own  # whatever else there is, and looking takes longer than installing
    ours = pythons.whole(downloaded)
    found = [own, *await installed(cache_dir), *ours]
    fitting = [one for one in found if wanted.contains(one.version, prereleases=True)]
    if not fitting:
        raise missing(wish, found)
    return max(fitting, key=lambda one: (*likeness(one, near), one == own, one not in ours, Version(one.version)))


def parsed(wish: str) -> SpecifierSet:
    """A wish. Raises `InvalidSpec`."""
    try:
        return SpecifierSet(wish)
    except InvalidSpecifier as error:
        raise InvalidSpec(
            f"“{wish[:80]}” says nothing about a version of Python.", hints=("Write a condition such as >=3.11.",)
        ) from error


def likeness(interpreter: Interpreter, near: str) -> tuple[bool, bool]:
    """Whether wheels for the version ``near`` fit, and whether it is just that version."""
    return minor(interpreter.version) == minor(near), interpreter.version == near


def missing(wish: str, found: Iterable[Interpreter]) -> NotFound:
    """The error where no Python fits."""
    versions = sorted({one.version for one in found}, key=Version)
    return NotFound(
        f"There is no Python {wish} on this machine.",
        hints=(
            f"It has {', '.join(versions)}.",
            "Install such a Python, change the condition, or add “python” to conda's packages: conda brings its own.",
        ),
        python=wish,
    )


def this_one() -> Interpreter:
    """The Python that runs us, not the virtual environment around it."""
    base = getattr(sys, "_base_executable", sys.executable)
    return Interpreter(platform.python_version(), str(Path(base).resolve()))


async def installed(cache_dir: Path) -> list[Interpreter]:
    """What uv finds on this machine: CPython, each file once."""
    text = await run_uv(
        ["python", "list", "--only-installed", "--output-format", "json"], cache_dir, "Looking for Pythons"
    )
    return list(dict.fromkeys(usable(json.loads(text))))


def usable(items: Iterable[dict[str, Any]]) -> Iterator[Interpreter]:
    """Those of uv's answer that an environment may stand on."""
    for item in items:
        path = item.get("path")
        if not path or item.get("implementation") != "cpython" or item.get("variant", "default") != "default":
            continue
        real = Path(path).resolve()
        if not real.parent.parent.joinpath(*OF_A_GENERATION).exists() and is_version(str(item["version"])):
            yield Interpreter(str(item["version"]), str(real))


def is_version(text: str) -> bool:
    """Whether a text is a version."""
    try:
        return bool(Version(text))
    except InvalidVersion:
        return False


async def make_environment(interpreter: Interpreter, prefix: Path, cache_dir: Path) -> None:
    """A virtual environment without any package. Raises `NotFound` where that Python is no longer here."""
    if not await asyncio.to_thread(os.path.exists, interpreter.path):
        raise NotFound(f"{interpreter} is no longer on this machine.", hints=("Try again: another is looked for.",))
    prefix.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["venv", "--python", interpreter.path, "--no-project", "--prompt", prefix.parent.parent.name]
    await run_uv([*arguments, str(prefix)], cache_dir, "Making the environment")
