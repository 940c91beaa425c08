"""The order of what a search finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.engine.ranking import rank

NAMES = st.lists(st.text("abnp-_.", min_size=1, max_size=6), max_size=30, unique=True)


def test_the_name_itself_then_beginnings_then_the_others() -> None:
    names = ["python-numpy", "numpy-base", "numba", "numpydoc", "numpy", "a-numpy"]
    assert rank(names, "numpy") == ["numpy", "numpydoc", "numpy-base", "a-numpy", "python-numpy"]


def test_case_does_not_count_in_what_is_typed() -> None:
    assert rank(["pyyaml"], "PyYAML") == ["pyyaml"]


@given(NAMES, st.text("abnp-_.", min_size=1, max_size=3))
def test_everything_that_holds_the_text_and_nothing_else(names: list[str], text: str) -> None:
    found = rank(names, text)
    assert sorted(found) == sorted(name for name in names if text in name)
    assert (text in names) == (found[:1] == [text])
    beginnings = [name.startswith(text) for name in found]
    assert beginnings == sorted(beginnings, reverse=True)
