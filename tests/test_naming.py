"""Names that say something, by a pattern or by advice; notes and tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.errors import InvalidInput, InvalidName
from jupyter_envs.naming import NamePattern, check_name, check_words, hints

PATTERN = NamePattern("<team>_<project>_<purpose>")


@pytest.mark.parametrize("name", ["geo_ice-cores_paper", "a_b_c", "A1_b.2_c3"])
def test_names_that_follow_the_pattern(name: str) -> None:
    assert PATTERN.check(name) == name


@pytest.mark.parametrize("name", ["test", "geo_ice", "geo_ice_cores_paper", "_a_b", "a__c", "a_b_", "a_b_c\n", ""])
def test_names_that_do_not_are_refused_with_the_pattern_shown(name: str) -> None:
    with pytest.raises(InvalidName, match="<team>_<project>_<purpose>") as refused:
        PATTERN.check(name)
    assert "team_project_purpose" in refused.value.hints[0]


@given(st.lists(st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True), min_size=3, max_size=3))
def test_every_name_made_by_the_pattern_follows_it(parts: list[str]) -> None:
    assert PATTERN.check("_".join(parts))


@pytest.mark.parametrize("text", ["plain", "<a b> <c>", "<a>/<b>", "<<a>>", "a<b"])
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match="no pattern"):
        NamePattern(text)


@pytest.mark.parametrize("name", ["test", "Test2", "myenv", "my_env", "my-test", "env", "tmp", "foo", "untitled1"])
def test_a_name_that_says_nothing_gets_a_hint(name: str) -> None:
    assert len(hints(name)) == 1


@pytest.mark.parametrize("name", ["penguins", "contest", "environmental-data", "testbed-radar", "py311-geo"])
def test_a_name_that_says_something_gets_none(name: str) -> None:
    assert hints(name) == ()


def test_the_hint_shows_the_pattern() -> None:
    assert PATTERN.text in hints("test", PATTERN)[0]


TOO_MUCH: list[tuple[str, tuple[str, ...]]] = [
    ("x" * 2001, ()),
    ("", ("x" * 41,)),
    ("", ("",)),
    ("", ("a\nb",)),
    ("", tuple("abcdefghijklmnopqrstu")),
]


@pytest.mark.parametrize(("note", "tags"), TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_words_that_are_too_long(note: str, tags: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        check_words(note, tags)


def test_words_that_will_do() -> None:
    check_words("for the paper\nsecond line", ("team geo", "2026"))


def test_a_refused_name_is_shown_in_one_line() -> None:
    with pytest.raises(InvalidName, match="“a�b” cannot be the name") as refused:
        check_name("a\nb")
    assert "a_b" in refused.value.hints[0]
