"""An environment file that is changed line by line asks for the right thing, and keeps what people wrote."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import envfile
from jupyter_envs.models import Spec

TEXT = """# the team's own
name: penguins  # do not rename
channels:
  - conda-forge
dependencies:
  - python=3.12   # pinned for the cluster
  - "numpy>=2"

  # plots
  - matplotlib
  - pip:
      - requests  # for the API
"""
NAMES = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), unique=True)


def test_lines_come_and_go_and_comments_stay() -> None:
    spec = envfile.parse(TEXT)
    new = replace(spec, conda=("python=3.12", "matplotlib", "tqdm"), pip=("requests", "rich==13"))
    expected = TEXT.replace('  - "numpy>=2"\n', "").replace("  - matplotlib\n", "  - matplotlib\n  - tqdm\n")
    assert envfile.amend(TEXT, new) == expected + "      - rich==13\n"
    assert envfile.amend(TEXT, spec) == TEXT


def test_a_first_pip_section() -> None:
    text = "dependencies:\n- python # here\n- ipykernel\n"
    spec = replace(envfile.parse(text), pip=("rich",))
    assert envfile.amend(text, spec) == text + "- pip:\n    - rich\n"


def test_what_lines_cannot_say_is_written_anew() -> None:
    text = "dependencies: [python, numpy]\n"
    spec = replace(envfile.parse(text), conda=("python",))
    assert envfile.parse(envfile.amend(text, spec)) == spec
    variables = replace(spec, variables={"A": "b"})
    assert envfile.parse(envfile.amend(text, variables)) == variables


@given(NAMES.filter(bool), NAMES, NAMES.filter(bool), NAMES)
def test_it_always_asks_for_what_it_should(
    conda: list[str], pip: list[str], new_conda: list[str], new_pip: list[str]
) -> None:
    text = envfile.write(Spec("x", ("c",), tuple(conda), tuple(pip)))
    spec = Spec("x", ("c",), tuple(new_conda), tuple(new_pip))
    assert envfile.parse(envfile.amend(text, spec)).content_hash() == spec.content_hash()
