"""What was asked for, from histories as conda has written them over the years."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.conda_history import requested

HISTORY = """\
==> 2019-01-01 10:00:00 <==
# cmd: conda create -n x python numpy
# conda version: 4.5.12
+defaults::python-3.7.1-h0_0
# update specs: ['python=3.7', 'numpy', 'scipy >=1,<2', 'features@']
==> 2020-01-01 10:00:00 <==
# cmd: conda install python=3.8
# update specs: ["python=3.8", "conda-forge::pandas[version='>=1.0']"]
# neutered specs: ["numpy=1.16"]
==> 2021-01-01 10:00:00 <==
# cmd: conda remove scipy
-defaults::scipy-1.2.0-py37_0
# remove specs: ["scipy"]
"""
INSTALLED = ("python", "numpy", "pandas", "scipy", "openssl")


def test_the_last_wish_for_each_package_counts() -> None:
    assert requested(HISTORY, INSTALLED) == ("python=3.8", "numpy=1.16", "conda-forge::pandas[version='>=1.0']")


def test_what_is_no_longer_there_was_not_asked_for() -> None:
    assert requested(HISTORY, ("python",)) == ("python=3.8",)


@pytest.mark.parametrize(
    ("line", "specs"),
    [
        ("# install specs: numpy,scipy", ("numpy", "scipy")),
        ("# update specs: scipy >=1,<2,numpy", ("scipy >=1,<2", "numpy")),
        ("# update specs:", ()),
        ("# update specs: [broken", ()),
        ("# update specs: [1, None, 'numpy']", ("numpy",)),
        ("# update specs: ['a=b=c=d', 'numpy']", ("numpy",)),
        ("#update specs: ['numpy']", ("numpy",)),
        ("# other specs: ['numpy']", ()),
    ],
)
def test_old_and_odd_lines(line: str, specs: tuple[str, ...]) -> None:
    assert requested(line, INSTALLED) == specs


@given(st.text())
def test_no_text_stops_it(text: str) -> None:
    requested(f"# update specs: {text}", INSTALLED)
