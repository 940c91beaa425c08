"""What separates two sets of packages."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from jupyter_envs.differences import Change, between
from jupyter_envs.models import Lock

from .pure_values import OPENSSL, PYTHON, REQUESTS, locks
from .pure_values import conda_package as conda
from .pure_values import pip_package as pip


def test_each_kind_of_change_is_told_apart() -> None:
    before = [conda("a"), conda("b", "1.9"), conda("c", "2.0"), conda("d"), pip("Some_Name"), conda("e")]
    renamed = replace(pip("Some_Name"), name="some.name")
    after = [conda("b", "1.10"), conda("c", "1.9"), conda("d", build="h0_1"), renamed, conda("e"), pip("f")]
    found = {change.name: (change.kind, change.manager) for change in between(before, after)}
    assert found == {
        "a": ("removed", "conda"),
        "b": ("up", "conda"),
        "c": ("down", "conda"),
        "d": ("rebuilt", "conda"),
        "f": ("added", "pip"),
    }


def test_platforms_are_held_apart() -> None:
    other = replace(OPENSSL, platform="osx-arm64", version="3.4.0")
    assert between([OPENSSL, other], [OPENSSL]) == (Change("openssl", "conda", "osx-arm64", "removed", "3.4.0", None),)


def test_what_is_not_known_makes_no_difference() -> None:
    assert between([PYTHON, REQUESTS], [replace(PYTHON, sha256="", build=""), replace(REQUESTS, sha256="")]) == ()


def test_a_rebuilt_package_shows_its_builds() -> None:
    (change,) = between([PYTHON], [replace(PYTHON, build="h2_0_cpython", sha256="c" * 64)])
    assert change.before == f"3.12.7 h1_0_cpython {PYTHON.sha256[:7]}"
    assert change.after == "3.12.7 h2_0_cpython ccccccc"


@given(locks(), locks())
def test_going_back_is_the_reverse(one: Lock, other: Lock) -> None:
    reverse = {"added": "removed", "removed": "added", "up": "down", "down": "up", "rebuilt": "rebuilt"}
    there = between(one.packages, other.packages)
    back = between(other.packages, one.packages)
    # versions of equal rank (1.0 and 1.0.0) count as down both ways
    assert [(change.name, change.before, change.after) for change in there] == [
        (change.name, change.after, change.before) for change in back
    ]
    assert all(
        reverse[change.kind] == other_way.kind or {change.kind, other_way.kind} == {"down"}
        for change, other_way in zip(there, back, strict=True)
    )
