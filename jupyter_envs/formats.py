"""The one front door for files that describe an environment: says what a text is, and reads it.

Read are environment files, requirements files, pipenv's, ``pyproject.toml``, ``@EXPLICIT`` lists, conda-lock files and
``pixi.toml``; a ``pixi.lock`` and a ``pylock.toml`` are recognised and left to the engine, which knows their versions
and this machine. The files of other tools are recognised, too, and refused with what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from . import envfile, explicit_list, lockfile, pipenv_files, pixi, pylock, pyproject, requirements_file, yaml_guard
from .errors import InvalidFile
from .models import Lock, Spec
from .yaml_guard import Place

Format = Literal[
    "environment",
    "requirements",
    "pipfile",
    "pipfile-lock",
    "pyproject",
    "script",
    "explicit",
    "conda-lock",
    "pylock",
    "pixi-lock",
    "pixi",
]

_ADVICE = "Write what is needed into an environment.yml, with a pip section for what comes from PyPI."
# by the file's name: what it is
_FOREIGN_NAMES = (
    (re.compile(r"constraints.*\.txt"), "a file of constraints alone"),
    (re.compile(r"(?:poetry|uv|pdm)\.lock"), "a lock of Python packages alone"),
)
# by a line in it
_FOREIGN_LINES = ((re.compile(r"^\[\[package\]\][ \t]*$", re.MULTILINE), "a lock of Python packages alone"),)
_REQUIREMENTS = re.compile(r"(?:.*[-_.])?requirements.*\.(?:txt|in)")
_PYLOCK = re.compile(r"pylock(?:\.[^.]+)?\.toml")
_LONGEST_NAME = 255
_BEGINNING = 10_000  # characters that are looked at
_LONGEST = 1_000  # characters of a line that can be a requirement
_PIXI = re.compile(r"^[ \t]*\[(?:workspace|tool\.pixi\b.*|feature\..*)\][ \t]*(?:#.*)?$", re.MULTILINE)
_TOML = re.compile(r"^[ \t]*\[{1,2}[A-Za-z0-9_.\"'-]+\]{1,2}[ \t]*(?:#.*)?$", re.MULTILINE)
_PIXI_LOCK = re.compile(r"^environments:", re.MULTILINE)
_PACKAGES = re.compile(r"^packages:", re.MULTILINE)
_CONDA_LOCK = re.compile(r"^package:", re.MULTILINE)
_METADATA = re.compile(r"^metadata:", re.MULTILINE)
_REQUIREMENT = re.compile(
    r"(?!.*:(?:\s|\Z))(?:-[a-z]\s|--[a-z-]+(?:[ =]|\Z)|[A-Za-z0-9][\w.-]*(?:\[[\w, .-]*\])?\s*(?:[<>=!~]=|[<>@;]|\Z))"
)

# the first that is true of a text and its name decides
_KINDS: tuple[tuple[Format, Callable[[str, str], bool]], ...] = (
    ("script", lambda _, name: name.endswith((".py", ".ipynb"))),
    ("explicit", lambda text, _: explicit_list.is_explicit(text)),
    ("pylock", lambda text, name: pylock.is_pylock(text) or _PYLOCK.fullmatch(name) is not None),
    ("requirements", lambda _, name: _REQUIREMENTS.fullmatch(name) is not None),
    ("pipfile-lock", lambda text, name: name == "pipfile.lock" or pipenv_files.is_lock(text)),
    ("pixi", lambda text, name: name == "pixi.toml" or (_PIXI.search(text) is not None and not _is_yaml(name))),
    ("pipfile", lambda text, name: name == "pipfile" or pipenv_files.is_pipfile(text)),
    ("pyproject", lambda text, name: not _is_yaml(name) and pyproject.is_project(text)),
)


def _is_yaml(name: str) -> bool:
    return name.endswith((".yml", ".yaml"))


@dataclass(frozen=True)
class Limits:
    """How much of a stranger's file is read: bytes of a file, bytes of a lock, and how deep it is nested."""

    file: int = yaml_guard.MAX_BYTES
    lock: int = lockfile.MAX_BYTES
    depth: int = yaml_guard.MAX_DEPTH


LIMITS = Limits()


@dataclass(frozen=True)
class Read:
    """A file as it was understood: a Spec, or a Lock, or the text of a lock that the engine reads; and notes.

    The engine reads a ``pixi.lock``, and a ``pylock.toml`` that is not ours.
    """

    format: Format
    spec: Spec | None = None
    lock: Lock | None = None
    text: str = ""
    notes: tuple[str, ...] = ()


def read(
    text: str | bytes, *, source: str = "environment.yml", limits: Limits = LIMITS, choice: str | None = None
) -> Read:
    """What a file asks for; ``source`` is its name or path, ``choice`` names extras and groups of a pyproject.toml.

    Raises `InvalidFile`.
    """
    decoded = yaml_guard.decode(text, source=source, limit=max(limits.file, limits.lock))
    found = recognise(decoded, source)
    locks = found in ("explicit", "conda-lock", "pylock", "pixi-lock", "pipfile-lock")
    # of a script or a notebook, which may hold pictures, only the block is parsed
    large = locks or found == "script"
    yaml_guard.check_size(decoded, source=source, limit=limits.lock if large else limits.file)
    if found == "pixi-lock" or (found == "pylock" and not pylock.is_ours(decoded)):
        return Read(found, text=decoded)
    if locks and found != "pipfile-lock":
        return Read(found, lock=lockfile.parse(decoded, source=source, limit=limits.lock, max_depth=limits.depth))
    if found == "pyproject":
        reading = pyproject.read(decoded, source=source, choice=choice or "", max_depth=limits.depth)
    else:
        reading = _read_spec(found, decoded, source, limits)
    return Read(found, spec=reading.spec, notes=reading.notes)


def _read_spec(found: Format, text: str, source: str, limits: Limits) -> envfile.Reading:
    """What a file that is no lock asks for."""
    if found == "requirements":
        return requirements_file.read(text, source=source)
    if found == "pixi":
        return pixi.read(text, source=source, max_depth=limits.depth)
    if found == "script":
        return pyproject.read_block(text, source=source, max_depth=limits.depth)
    if found == "pipfile":
        return pipenv_files.read(text, source=source, max_depth=limits.depth)
    if found == "pipfile-lock":
        return pipenv_files.read_lock(text, source=source, max_depth=limits.depth)
    return envfile.read(text, source=source, limit=limits.file, max_depth=limits.depth)


def recognise(text: str, source: str) -> Format:
    """What a text is, by what is in it and, where that leaves a doubt, by its name. Raises `InvalidFile`."""
    name = re.split(r"[/\\]", source)[-1][-_LONGEST_NAME:].lower()
    if what := next((what for pattern, what in _FOREIGN_NAMES if pattern.fullmatch(name)), None):
        raise _foreign(source, what)
    if found := next((kind for kind, is_one in _KINDS if is_one(text, name)), None):
        return found
    if what := next((what for pattern, what in _FOREIGN_LINES if pattern.search(text)), None):
        raise _foreign(source, what)
    if name.endswith(".toml"):
        raise _foreign(source, "a Python project without [project]" if name == "pyproject.toml" else "a TOML file")
    return _yaml_format(text, source, name)


def _yaml_format(text: str, source: str, name: str) -> Format:
    if name == "pixi.lock" or (_PIXI_LOCK.search(text) and _PACKAGES.search(text)):
        return "pixi-lock"
    if name.endswith(("conda-lock.yml", "conda-lock.yaml")) or (_CONDA_LOCK.search(text) and _METADATA.search(text)):
        return "conda-lock"
    if _TOML.match(text.lstrip()):
        raise _foreign(source, "a TOML file")
    return "requirements" if _looks_like_requirements(text) else "environment"


def _looks_like_requirements(text: str) -> bool:
    """Whether the first lines that say anything are requirements: none of them could begin an environment file."""
    lines = (line.strip() for line in text[:_BEGINNING].splitlines())
    first = [line for line in lines if line and not line.startswith("#")][:5]
    telling = len(first) > 1 or any(re.search(r"[<>=!~]=", line) for line in first)
    return telling and all(len(line) < _LONGEST and _REQUIREMENT.match(line) for line in first)


def _foreign(source: str, what: str) -> InvalidFile:
    expected = "an environment.yml, a requirements.txt, a lock (conda-lock.yml, pixi.lock, @EXPLICIT) or a pixi.toml"
    return Place(source).refuse(f"this is {what}, which is not read yet", expected=expected, hints=(_ADVICE,))
