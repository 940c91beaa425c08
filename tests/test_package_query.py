"""What people write when they look for a package, and what fits it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from jupyter_envs.errors import InvalidInput
from jupyter_envs.package_query import Held, PackageQuery, parse

PACKAGES: list[Held] = [
    ("my-numpy", "1.0"),
    ("ncnumpy", "1.0"),
    ("numpy", "1.26.4"),
    ("numpy-base", "1.26.4"),
    ("pandas", "2.2.3"),
    ("python", "3.12.1"),
    ("scikit-learn", "1.5"),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("numpy", ["numpy", "numpy-base", "my-numpy"]),
        ("  NumPy ", ["numpy", "numpy-base", "my-numpy"]),
        ("numpy 1.26", ["numpy", "numpy-base"]),
        ("numpy=1.26", ["numpy", "numpy-base"]),
        ("numpy==1.26", []),
        ("numpy==1.26.4", ["numpy", "numpy-base"]),
        ("numpy 1.2", []),
        ("numpy < 1.26.4", ["my-numpy"]),
        ("numpy>=1.26,<2", ["numpy", "numpy-base"]),
        ("pandas~=2.1", ["pandas"]),
        ("pandas 2.*", ["pandas"]),
        ("Scikit_Learn", ["scikit-learn"]),
        ("py", ["python"]),
        ("learn", ["scikit-learn"]),
        ("scikit-l", ["scikit-learn"]),
        ("xarray", []),
    ],
)
def test_packages_fit_by_how_a_word_of_the_name_begins_and_by_version(text: str, names: list[str]) -> None:
    assert [name for name, _ in parse(text).holds(PACKAGES)] == names


@pytest.mark.parametrize("text", ["", " ", "-", "...", "<2", "a b", "numpy <", "numpy (1|2)", "é", "a" * 121, "a\n\0"])
def test_what_names_no_package_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    assert refused.value.hints


NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?", fullmatch=True)


@given(NAMES)
def test_every_name_finds_itself_however_it_is_written(name: str) -> None:
    packages = [(canonicalize_name(name), "1.0")]
    for written in (name, name.upper(), name.replace("-", "_"), f"{name} 1.0", f"{name}>=1"):
        assert parse(written).holds(packages) == packages


@given(st.text(max_size=130))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except InvalidInput:
        return
    assert query == PackageQuery(canonicalize_name(query.name), query.condition) and query.name
