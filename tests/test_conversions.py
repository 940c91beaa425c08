"""From conda's packages to PyPI's and back, as texts alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import conversions, envfile, matchspec
from jupyter_envs.errors import Conflict
from jupyter_envs.models import Spec


def name_of(line: str) -> str:
    found = re.match(r"[a-z0-9-]+", line)
    assert found
    return found[0]


CHANNELS = ("https://conda.example.org/forge",)
PYTHONS = st.sampled_from(["", ">=3.9", ">=3.10,<3.13", "==3.11.*", "==3.12.4", "~=3.10", "!=3.11.1,>=3.10"])
NAMES = st.from_regex(r"[a-z](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda name: name != "ipykernel")
CONDITIONS = st.sampled_from(["", "==1.0", ">=1,<2", "~=2.4", "!=1.5", "==1.*", "[more]>=1", '; python_version < "3"'])
LINES = st.lists(st.builds(str.__add__, NAMES, CONDITIONS), min_size=1, unique_by=name_of)


def of(*dependencies: str, channels: tuple[str, ...] = CHANNELS) -> Spec:
    """What a small file asks for."""
    listed = "".join(f"  - {line}\n" for line in dependencies)
    return envfile.parse(f"name: one\nchannels: [{', '.join(channels)}]\ndependencies:\n{listed}")


@given(python=PYTHONS, lines=LINES)
def test_to_conda_and_back_is_the_same(python: str, lines: list[str]) -> None:
    spec = Spec("one", pip=tuple(lines), python=python)
    there = conversions.to_conda(spec, {}, CHANNELS).spec
    assert there.engine == "conda" and there.channels == CHANNELS
    assert envfile.parse(envfile.write(there)) == there
    back = conversions.to_pypi(there).spec
    assert back.content_hash() == spec.content_hash()


@given(lines=LINES)
def test_nothing_is_lost_where_conda_has_everything(lines: list[str]) -> None:
    spec = Spec("one", pip=tuple(lines))
    names = {line: f"c-{line}" for line in map(name_of, lines)}
    there = conversions.to_conda(spec, names, CHANNELS).spec
    conda = [matchspec.parse(text).name.removeprefix("c-") for text in there.conda]
    assert sorted({*conda, *map(name_of, there.pip)} - {"python", "pip"}) == sorted(map(name_of, lines))
    assert ("pip" in conda) == bool(there.pip)


def test_what_changes_is_said() -> None:
    found = conversions.to_pypi(of("python=3.11", "pip", "ipykernel>=6", "pip: [pandas>=2]"))
    assert (found.spec.python, found.spec.pip, found.spec.conda) == ("==3.11.*", ("pandas>=2", "ipykernel>=6"), ())
    assert found.notes == (
        "Conda's Python is replaced by one of the machine (==3.11.*).",
        "There is no pip in it: jupyter envs install and uv need none.",
        f"No channel is asked: {CHANNELS[0]}.",
    )
    spec = Spec(pip=("torch==2.1", "pandas[excel]", "--extra-index-url https://pypi.example.org/simple"))
    there = conversions.to_conda(spec, {"torch": "pytorch", "pandas": "pandas"}, CHANNELS)
    assert there.spec.conda == ("python", "pytorch ==2.1", "pip")
    assert there.spec.pip == spec.pip[1:]
    assert there.notes == (
        f"Its Python is conda's now, from {CHANNELS[0]}.",
        "torch is conda's pytorch now.",
        "These stay in the pip section: pandas[excel].",
    )
    alone = conversions.to_conda(Spec(pip=(spec.pip[0], spec.pip[2])), {"torch": "pytorch"}, CHANNELS)
    assert alone.spec.pip == () and alone.notes[-1] == f"Not needed any more: {spec.pip[2]}."


@pytest.mark.parametrize(
    ("dependencies", "words"),
    [
        (("python", "numpy", "gdal>=3", "pip: [a]"), "needs conda packages: numpy, gdal"),
        (("python 3.10|3.11", "pip: [a]"), "no like among PyPI's conditions"),
        (("python=3.11",), "no PyPI package"),
    ],
)
def test_what_pypi_alone_cannot_give_is_refused(dependencies: tuple[str, ...], words: str) -> None:
    with pytest.raises(Conflict, match=words) as caught:
        conversions.to_pypi(of(*dependencies))
    assert caught.value.hints


@pytest.mark.parametrize(
    ("spec", "wish"),
    [
        ("python", ""),
        ("python=3", "==3.*"),
        ("python=3.11", "==3.11.*"),
        ("python==3.11.4", "==3.11.4"),
        ("python=3.11.4=h1_0", "==3.11.4"),
        ("python >=3.9,<3.12", ">=3.9,<3.12"),
        ("python ~=3.10", "~=3.10"),
    ],
)
def test_versions_of_python(spec: str, wish: str) -> None:
    assert conversions.wish_for(matchspec.parse(spec)) == wish


def test_what_is_of_the_engine_already_stays() -> None:
    conda, pypi = of("python", "pip: [a]"), Spec(pip=("a",))
    assert conversions.to_conda(conda, {}, CHANNELS).spec is conda
    assert conversions.to_pypi(pypi).spec is pypi
