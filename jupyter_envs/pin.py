"""A notebook's pin: ``metadata.jupyter_envs``, read, written and held against reality.

Metadata may come from anyone, so `read` believes nothing: names, paths and the digest have to look like what they
are, and a path can only lead to the notebook's own folder or below. Nothing here opens a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from packaging.utils import canonicalize_name

from . import envfile, matchspec
from .differences import between
from .models import Difference, Lock, Package, Pin, Spec
from .redact import show
from .verdicts import Fields, Verdict, VerdictState
from .yaml_guard import Place

METADATA_KEY = "jupyter_envs"
VERSION = 1

_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_DRIVE = re.compile(r"[A-Za-z]:")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=\Z|[\s\[<>=!~;@])")
_MAX_PATH = 1024
_MAX_NAMES = 3


def read(metadata: Mapping[str, Any], *, source: str = "notebook") -> Pin | None:
    """The pin in a notebook's metadata, None if there is none.

    Raises `InvalidFile` (field ``key``) if what is there is not a pin, or of a newer version than this program knows.
    """
    place = Place(source, f"metadata.{METADATA_KEY}")
    if METADATA_KEY not in metadata:
        return None
    value = metadata[METADATA_KEY]
    if not isinstance(value, Mapping):
        raise place.refuse("not a pin", expected="a mapping")
    _check_version(value.get("version"), place)
    return Pin(
        environment=_environment(value.get("environment"), Place(source, f"{place.key}.environment")),
        file=_path(value.get("file"), Place(source, f"{place.key}.file")),
        lock=_path(value.get("lock"), Place(source, f"{place.key}.lock")),
        digest=_digest(value.get("digest"), Place(source, f"{place.key}.digest")),
    )


def check_replaceable(metadata: Mapping[str, Any], *, source: str = "notebook") -> None:
    """Raises `InvalidFile` for a pin of a newer version, which may say more than a new one could keep."""
    value = metadata.get(METADATA_KEY)
    version = value.get("version") if isinstance(value, Mapping) else None
    if type(version) is int and version > VERSION:
        _check_version(version, Place(source, f"metadata.{METADATA_KEY}"))


def write(metadata: Mapping[str, Any], pin: Pin) -> dict[str, Any]:
    """The metadata with ``pin`` in it: a new mapping, everything else as it was, also what a pin before says more."""
    before = metadata.get(METADATA_KEY)
    entry = {
        **(before if isinstance(before, Mapping) else {}),
        "version": pin.version,
        "environment": pin.environment,
        "file": pin.file,
        "lock": pin.lock,
        "digest": pin.digest,
    }
    return {**metadata, METADATA_KEY: entry}


def remove(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata without a pin: a new mapping, everything else as it was."""
    return {key: value for key, value in metadata.items() if key != METADATA_KEY}


def differences(locked: Iterable[Package], installed: Iterable[Package]) -> tuple[Difference, ...]:
    """What is installed and not as locked, by name: ``before`` is the lock's version, ``after`` the installed one.

    A package of the same version counts as different if its build is another one, or its SHA-256 where both are
    known; its versions then show the build.
    """
    found = between(_without_platform(locked), _without_platform(installed))
    return tuple(Difference(change.name, change.before, change.after, change.manager) for change in found)


def verdict(
    pin: Pin | None,
    *,
    platform: str,
    spec: Spec | None,
    lock: Lock | None,
    installed: Sequence[Package] | None,
) -> Verdict:
    """The pin held against what is there; None stands for a file or an environment that is not.

    The first that is true of: unpinned; unlocked (no lock, or none for ``platform``); missing (not installed);
    outdated (the file was edited after it was locked, or the lock is not the pinned one); drifted; match.
    """
    if pin is None:
        return Verdict(VerdictState.UNPINNED, "unpinned", {}, "pin")
    if lock is None:
        return Verdict(VerdictState.UNLOCKED, "no-lock", {"lock": pin.lock}, "lock")
    if platform not in lock.platforms:
        covered: Fields = {"platforms": list(lock.platforms), "platform": platform}
        return Verdict(VerdictState.UNLOCKED, "other-platform", covered, "lock")
    packages = lock.for_platform(platform)
    if installed is None:
        return Verdict(VerdictState.MISSING, "absent", _absent(packages, lock), "build")
    found = differences(packages, installed)
    if spec is not None and envfile.content_hash(spec, platform) != lock.content_hash.get(platform):
        edited = _edited(pin, envfile.select(spec, platform), packages)
        return Verdict(VerdictState.OUTDATED, "edited", edited, "update", found)
    return _locked_verdict(pin, lock, found)


def _locked_verdict(pin: Pin, lock: Lock, found: tuple[Difference, ...]) -> Verdict:
    if lock.digest() != pin.digest:
        return Verdict(VerdictState.OUTDATED, "other-lock", {"lock": pin.lock}, "update", found)
    if found:
        return Verdict(VerdictState.DRIFTED, "differs", {"count": len(found)}, "restore", found)
    return Verdict(VerdictState.MATCH, "as-locked", {"file": pin.file}, "none")


def _check_version(version: Any, place: Place) -> None:
    if type(version) is not int or version < 1:
        raise place.refuse("the pin's version is missing or no number", expected=f"{VERSION}")
    if version > VERSION:
        raise place.refuse(
            f"the pin has version {version if version < 10**6 else 'unknown'}, this program reads version {VERSION}",
            hints=("Update Jupyter Envs to open this notebook in its environment.",),
        )


def _text(value: Any, place: Place) -> str:
    if not isinstance(value, str) or not value:
        raise place.refuse("no text", expected="text")
    return value


def _environment(value: Any, place: Place) -> str:
    text = _text(value, place)
    if not _ENVIRONMENT.match(text):
        raise place.refuse(f"'{show(text)}' is not an environment's name", expected="letters, digits, '.', '_' and '-'")
    return text


def _digest(value: Any, place: Place) -> str:
    text = _text(value, place)
    if not _DIGEST.match(text):
        raise place.refuse(f"'{show(text)}' is not a digest", expected="64 hexadecimal digits")
    return text


def _path(value: Any, place: Place) -> str:
    """A POSIX path to a file in the notebook's folder or below."""
    text = _text(value, place)
    parts = text.split("/")
    if len(text) > _MAX_PATH or not text.isprintable() or "\\" in text or _DRIVE.match(text):
        raise place.refuse(f"'{show(text)}' is not a path", expected="a relative path such as environment.yml")
    if any(part in ("", ".", "..") for part in parts):
        raise place.refuse(f"'{show(text)}' leaves the notebook's folder", expected="a file beside the notebook")
    return text


def _without_platform(packages: Iterable[Package]) -> Iterable[Package]:
    return (replace(package, platform="") for package in packages)


def _edited(pin: Pin, spec: Spec, packages: Sequence[Package]) -> Fields:
    """With the packages that the file names and the lock does not have, as far as there is room for them."""
    locked = {canonicalize_name(package.name) for package in packages}
    added = [show(name) for name in _asked_names(spec) if canonicalize_name(name) not in locked]
    return {"file": pin.file, "added": added[:_MAX_NAMES], "more": max(len(added) - _MAX_NAMES, 0)}


def _asked_names(spec: Spec) -> list[str]:
    names = [matchspec.parse(text).name for text in spec.conda]
    requirements = (_REQUIREMENT.match(line) for line in spec.pip if "://" not in line.split("@")[0])
    return names + [found[0] for found in requirements if found]


def _absent(packages: Sequence[Package], lock: Lock) -> Fields:
    pypi = ["PyPI"] if any(package.manager == "pip" for package in packages) else []
    return {"count": len(packages), "channels": [*lock.channels, *pypi]}
