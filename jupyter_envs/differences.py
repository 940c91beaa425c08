"""What separates two sets of packages, platform by platform: added, removed, up, down, rebuilt. Pure.

The packages may come from locks, files that name versions, environments or generations; what is not known of one
(its build, its hash) never makes a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from .models import Manager, Package

Kind = Literal["added", "removed", "up", "down", "rebuilt"]
Key = tuple[str, str, Manager]
Element = tuple[int, int, str]
Components = list[list[Element]]

_PARTS = re.compile(r"[0-9]+|[a-z*]+")
# what stands in a version besides numbers, in conda's order; another word comes between the two
_BEFORE, _WORD, _NUMBER, _AFTER = -2, -1, 0, 1


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


def is_newer(version: str, than: str) -> bool:
    """Whether a version is greater in conda's order, which is also PyPI's for what PyPI has."""
    compared = (_compare(one, other) for one, other in zip(_parts(version), _parts(than), strict=True))
    return next((found for found in compared if found), 0) > 0


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
    return "up" if is_newer(after.version, before.version) else "down"


def _parts(version: str) -> list[Components]:
    """Epoch, version and local version, each as its components."""
    epoch, _, rest = version.lower().rpartition("!")
    public, _, local = rest.partition("+")
    return [_components(epoch or "0"), _components(public), _components(local or "0")]


def _components(text: str) -> Components:
    return [_elements(component) for component in re.split(r"[.-]", text)]


def _elements(component: str) -> list[Element]:
    """A component's numbers and words, in turn; one that begins with a word has a zero in front of it."""
    parts = _PARTS.findall(component) or ["0"]
    return [_element(part) for part in ([] if parts[0].isdigit() else ["0"]) + parts]


def _element(part: str) -> Element:
    if part.isdigit():
        return (_NUMBER, int(part), "")
    return ({"dev": _BEFORE, "post": _AFTER}.get(part, _WORD), 0, part)


def _compare(one: Components, other: Components) -> int:
    """Below, at or above zero; what is missing counts as zero, so 1.0 is 1.0.0 and more than 1.0rc1."""
    zero = _element("0")
    nothing: list[Element] = []
    for left, right in zip_longest(one, other, fillvalue=nothing):
        for a, b in zip_longest(left, right, fillvalue=zero):
            if a != b:
                return 1 if a > b else -1
    return 0
