"""What separates two sets of packages, platform by platform: added, removed, up, down, rebuilt. Pure.

The packages may come from locks, files that name versions, environments or generations; what is not known of one
(its build, its hash) never makes a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from . import versions
from .models import Manager, Package

Kind = Literal["added", "removed", "up", "down", "rebuilt"]
Key = tuple[str, str, Manager]


@dataclass(frozen=True)
class Change:
    """One package that is not the same on both sides; ``before`` and ``after`` are versions, None where it is absent.

    Of a package that was only built anew, they show the build as well.
    """

    name: str
    manager: Manager
    platform: str
    kind: Kind
    before: str | None
    after: str | None


def between(before: Iterable[Package], after: Iterable[Package]) -> tuple[Change, ...]:
    """What has to change to get from one set to the other, by platform and name."""
    old, new = by_key(before), by_key(after)
    return tuple(
        _change(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if not same(old.get(key), new.get(key))
    )


def by_key(packages: Iterable[Package]) -> dict[Key, Package]:
    """Packages by platform, normalised name and manager."""
    return {(package.platform, normal_name(package), package.manager): package for package in packages}


def normal_name(package: Package) -> str:
    """The name as its manager compares names; pip's way is PEP 503."""
    name = package.name.lower()
    return re.sub(r"[-_.]+", "-", name) if package.manager == "pip" else name


def same(before: Package | None, after: Package | None) -> bool:
    """Whether two packages are one and the same, as far as both are known."""
    if before is None or after is None:
        return False
    pairs = ((before.build, after.build), (before.sha256, after.sha256))
    return before.version == after.version and all(not one or not other or one == other for one, other in pairs)


def shown(package: Package, with_build: bool) -> str:
    """Its version, if wanted with the build and the begin of its hash."""
    parts = (package.version, package.build, package.sha256[:7])
    return " ".join(filter(None, parts)) if with_build else package.version


def _change(key: Key, before: Package | None, after: Package | None) -> Change:
    platform, name, manager = key
    kind = _kind(before, after)
    old = shown(before, kind == "rebuilt") if before else None
    new = shown(after, kind == "rebuilt") if after else None
    return Change(name, manager, platform, kind, old, new)


def _kind(before: Package | None, after: Package | None) -> Kind:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if before.version == after.version:
        return "rebuilt"
    return "up" if versions.compare(after.version, before.version, after.manager) > 0 else "down"
