"""What all formats of locks have in common: how a package's fields look, and in which order packages stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import InvalidInput
from .models import Package

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*\Z")
VERSION = re.compile(r"[A-Za-z0-9_.+!*-]+\Z")
PLATFORM = re.compile(r"[a-z0-9]+-[a-z0-9_]+\Z")
# what is said of a platform, and a description of it: the date, the machine taken for granted, the interpreter
MOMENT = (
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z"),
    "a time such as 2024-05-01T00:00:00Z",
)
SYSTEM = (
    re.compile(r"__[a-z]+=[0-9.]+(?: __[a-z]+=[0-9.]+)*\Z"),
    "virtual packages such as __cuda=12.4 __glibc=2.28",
)
PYTHON = (re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){1,2}(?:(?:a|b|rc)[0-9]{1,3})?\Z"), "a version such as 3.12.1")


def in_order(packages: Iterable[Package]) -> list[Package]:
    """By platform, manager and name."""
    return sorted(packages, key=lambda package: (package.platform, package.manager, package.name))


def require_complete(package: Package) -> None:
    """Raise `InvalidInput` for a package without address or SHA-256, which a lock cannot carry."""
    if not package.url or not package.sha256:
        missing = "SHA-256" if package.url else "address"
        raise InvalidInput(f"{package.name} {package.version} has no {missing}, so it cannot be locked")
