"""Version order is conda's and pip's own, held against rattler and packaging."""

from __future__ import annotations

from itertools import pairwise

import pytest
import rattler
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import versions

ASCENDING = ["0.4", "0.4.1.rc", "0.4.1", "0.5a1", "0.5b3", "0.5C1", "0.5", "0.9.6", "0.960923", "1.0dev", "1.0a", "1.0"]
ASCENDING += ["1.0.post1", "1.9", "1.10", "1.10.1_", "1.10.1", "1!0.1", "1!0.1+2"]

_part = st.from_regex(r"[0-9]{1,3}((a|b|rc|dev|post)[0-9]{0,2})?", fullmatch=True)
_version = st.builds(
    lambda epoch, parts, local: epoch + ".".join(parts) + local,
    st.sampled_from(("", "0!", "1!")),
    st.lists(_part, min_size=1, max_size=4),
    st.sampled_from(("", "+1", "+cpu", "+cu118")),
)


def test_from_old_to_new() -> None:
    for older, newer in pairwise(ASCENDING):
        assert versions.compare(older, newer) < 0 < versions.compare(newer, older), (older, newer)


@given(_version, _version)
def test_the_order_is_that_of_rattler(one: str, other: str) -> None:
    first, second = rattler.Version(one), rattler.Version(other)
    assert versions.compare(one, other) == (first > second) - (first < second)


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [("1.0", "1.0.0", 0), ("1.0rc1", "1.0", -1), ("1.0.post1", "1.0", 1), ("1.0.dev1", "1.0a1", -1), ("odd", "odd", 0)],
)
def test_pip_versions_are_pep_440(one: str, other: str, order: int) -> None:
    assert versions.compare(one, other, "pip") == order


CONDITIONS = [">=1.2", "<2", ">=1.2,<2", "1.2.*", "=1.2", "1.2*", "==1.2", "1.2", "!=1.2", "~=1.2.0", "1.1|1.3.*"]
CONDITIONS += ["!=1.2.*", "*", "<1.2|>2,!=2.1"]


@pytest.mark.parametrize("condition", CONDITIONS)
@given(version=_version)
def test_a_condition_is_met_as_for_rattler(condition: str, version: str) -> None:
    expected = rattler.VersionSpec(condition).matches(rattler.Version(version))
    assert versions.satisfies(version, condition) is expected


@pytest.mark.parametrize("condition", ["^1.*$", "(1.2|1.3),<2", "1.*.2"])
def test_what_is_not_understood_is_said(condition: str) -> None:
    assert versions.satisfies("1.2", condition) is None


def test_the_minor_version_that_wheels_are_made_for() -> None:
    assert [versions.minor(text) for text in ("3.12.1", "3.12", "3", "")] == ["3.12", "3.12", "3", ""]
    assert versions.any_of_minor("3.12.1") == "==3.12.*"
    assert versions.any_of_minor("") == ""
