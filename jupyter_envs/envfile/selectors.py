"""Packages for some platforms only: ``- gcc  # [linux]`` (conda-lock's way) and ``- sel(linux): gcc`` (mamba's way).

A `Spec` keeps both behind the package's text, as ``gcc  # [linux]`` and ``gcc  # sel(linux)``: conda itself reads
the first as ``gcc`` everywhere and ignores the second.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..models import Lock, Spec
from .secrets import without_secrets

_COMMENT = re.compile(r"\s+#.*?\[([A-Za-z0-9_ ]+)\]\s*\Z")
_SUFFIX = re.compile(r"  # (?:\[(?P<comment>[a-z0-9]+)\]|sel\((?P<key>[a-z0-9]+)\))\Z")
_ARCHITECTURES = {"linux-64": "linux64", "osx-64": "osx64", "win-64": "win64", "osx-arm64": "arm64"}
NAMES = frozenset({"linux", "osx", "win", "unix", "linux64", "osx64", "win64", "arm64", "aarch64", "ppc64le"})


def names_for(platform: str) -> frozenset[str]:
    """The selectors that hold on a platform such as ``linux-64``."""
    system, _, architecture = platform.partition("-")
    names = {system, _ARCHITECTURES.get(platform, architecture)}
    return frozenset(names | ({"unix"} if system in ("linux", "osx") else set()))


def in_comment(line: str) -> str | None:
    """The selector in the comment at the end of a file's line, known or not."""
    found = _COMMENT.search(line)
    return found[1] if found else None


def mark_comment(text: str, selector: str) -> str:
    """``text`` as a `Spec` keeps it under ``# [selector]``."""
    return f"{text}  # [{selector}]"


def mark_key(text: str, selector: str) -> str:
    """``text`` as a `Spec` keeps it under ``sel(selector):``."""
    return f"{text}  # sel({selector})"


def split(text: str) -> tuple[str, str | None, bool]:
    """The text without its selector, the selector, and whether it was ``sel()``."""
    found = _SUFFIX.search(text)
    if not found or (found["comment"] or found["key"]) not in NAMES:
        return text, None, False
    return text[: found.start()], found["comment"] or found["key"], found["key"] is not None


def select(spec: Spec, platform: str) -> Spec:
    """What ``spec`` asks for on ``platform``, with no selectors left. Call it before solving."""
    names = names_for(platform)

    def chosen(lines: tuple[str, ...]) -> tuple[str, ...]:
        parts = [split(line) for line in lines]
        return tuple(text for text, selector, _ in parts if selector is None or selector in names)

    return replace(spec, conda=chosen(spec.conda), pip=chosen(spec.pip))


def content_hash(spec: Spec, platform: str) -> str:
    """The hash of what ``spec`` asks for on ``platform``.

    A line for other platforms only does not change it, nor does a secret in an address, which a lock must not tell.
    """
    return select(without_secrets(spec), platform).content_hash()


def locked_from(lock: Lock, spec: Spec) -> Lock:
    """``lock``, said to be resolved from ``spec`` on each of its platforms."""
    return replace(lock, content_hash={platform: content_hash(spec, platform) for platform in lock.platforms})
