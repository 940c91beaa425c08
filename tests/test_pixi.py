"""pixi.toml and pyproject.toml, where they map to what an environment file can say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import envfile, pixi
from jupyter_envs.errors import InvalidFile
from jupyter_envs.models import Spec

WORKSPACE = '[workspace]\nname = "penguins"\nchannels = ["forge"]\nplatforms = ["linux-64", "osx-arm64"]\n'


def parse(text: str, source: str = "pixi.toml") -> Spec:
    return pixi.read(text, source=source).spec


def test_a_whole_file() -> None:
    spec = parse(
        WORKSPACE
        + """
        [dependencies]
        python = "3.12.*"
        numpy = ">=1.26,<3"
        scipy = "*"
        exact = "1.2.3"
        torch = { version = ">=2", build = "cuda*", channel = "forge", build-number = 3 }

        [pypi-dependencies]
        requests = { version = ">=2", extras = ["socks", "x"] }
        idna = "*"
        flit = "==3.9"
        wheel = { url = "https://pypi.example.org/wheel-1.0-py3-none-any.whl" }
        marked = { version = ">=1", env-markers = "python_version > '3'" }

        [pypi-options]
        index-url = "https://pypi.example.org/simple"
        extra-index-urls = ["https://more.example.org/simple"]

        [target.linux-64.dependencies]
        gcc = "*"

        [target.unix.pypi-dependencies]
        uvloop = "*"

        [activation.env]
        OMP_NUM_THREADS = "1"
        """
    )
    assert spec == Spec(
        name="penguins",
        channels=("forge",),
        platforms=("linux-64", "osx-arm64"),
        conda=(
            "python 3.12.*",
            "numpy >=1.26,<3",
            "scipy",
            "exact 1.2.3",
            "torch[version='>=2',build='cuda*',channel='forge',build_number='3']",
            "gcc  # [linux64]",
        ),
        pip=(
            "--index-url https://pypi.example.org/simple",
            "--extra-index-url https://more.example.org/simple",
            "requests[socks,x]>=2",
            "idna",
            "flit==3.9",
            "wheel @ https://pypi.example.org/wheel-1.0-py3-none-any.whl",
            "marked>=1; python_version > '3'",
            "uvloop  # [unix]",
        ),
        variables={"OMP_NUM_THREADS": "1"},
    )
    assert envfile.parse(envfile.write(spec)) == spec
    assert envfile.select(spec, "osx-arm64").conda[-1] != "gcc"


def test_a_version_alone_is_exact_as_pixi_has_it() -> None:
    spec = parse(WORKSPACE + '[dependencies]\na = "1.2"\n')
    assert envfile.to_json(spec)["conda"] == ["a==1.2"]


def test_the_old_name_of_the_table_and_the_long_form_of_a_channel() -> None:
    assert parse('[project]\nname = "x"\nchannels = [{channel = "a"}]\nplatforms = []\n') == Spec("x", ("a",))


PYPROJECT = """
[project]
name = "penguins"
requires-python = ">= 3.10"
dependencies = ["requests>=2"]
optional-dependencies = {docs = ["sphinx"]}

[tool.pixi.workspace]
channels = ["forge"]
platforms = ["linux-64"]

[tool.pixi.dependencies]
numpy = "*"

[tool.pixi.tasks]
start = "jupyter lab"

[tool.ruff]
line-length = 120
"""


def test_a_pyproject() -> None:
    reading = pixi.read(PYPROJECT, source="pyproject.toml")
    assert reading.spec == Spec(
        name="penguins",
        channels=("forge",),
        platforms=("linux-64",),
        conda=("python >=3.10", "numpy"),
        pip=("requests>=2",),
    )
    notes = " ".join(reading.notes)
    assert "line 15, tool.pixi.tasks: 'tasks' says nothing about the packages" in notes
    assert "line 6, project.optional-dependencies: 'optional-dependencies' is no part" in notes


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("[feature.x.dependencies]\na = '1'\n", 5, "feature", "features make several environments"),
        ("[environments]\nx = ['y']\n", 5, "environments", "several environments"),
        ("[system-requirements]\ncuda = '12'\n", 5, "system-requirements", "change what is solved"),
        ("[dependencies]\na = {path = '.'}\n", 6, "dependencies.a.path", "a folder on one machine"),
        ("[dependencies]\na = {git = 'https://git.example.org/a'}\n", 6, "dependencies.a.git", "a repository"),
        ("[pypi-dependencies]\na = {path = '.', editable = true}\n", 6, "pypi-dependencies.a.path", "a folder"),
        ("[pypi-dependencies]\na = {git = 'https://x.example.org'}\n", 6, "pypi-dependencies.a.git", "a repository"),
        ("[pypi-dependencies.a]\nversion = '*'\nindex = 'https://x'\n", 7, "pypi-dependencies.a.index", "one index"),
        ("[pypi-dependencies]\na = '2.1'\n", 6, "pypi-dependencies.a", "has no operator"),
        ("[pypi-dependencies]\na = '>=x'\n", 6, "pypi-dependencies.a", "'a>=x'"),
        ("[pypi-dependencies]\na = {version='>=1', env-markers='x --target /'}\n", 6, "pypi-dependencies.a", "a>=1"),
        ("[target.linux-64.dependencies]\na = {path = '.'}\n", 6, "target.linux-64.dependencies.a.path", "a folder"),
        ("[target.mars.dependencies]\na = '*'\n", 5, "target.mars", "an unknown platform"),
        ("[target.linux.activation.env]\nA = 'b'\n", 5, "target.linux.activation", "not one of the keys"),
        ("[target.linux.dependencies]\na='1'\n[dependencies]\na='2'\n", 6, "target.linux.dependencies.a", "too"),
        ("[activation]\nscripts = ['x.sh']\n", 6, "activation.scripts", "are not run"),
        ("[activation.env]\nA = '$HOME/x'\n", 6, "activation.env.A", "filled in from other variables"),
        ("[activation.env]\n'A;B' = 'x'\n", 6, "activation.env.A;B", "expected NAME = text"),
        ("[dependencies]\na = 3\n", 6, "dependencies.a", "expected text"),
        ("[dependencies]\na = '>=1 <2'\n", 6, "dependencies.a", "is not a version"),
        ("[dependencies]\n'$(reboot)' = '*'\n", 6, "dependencies.$(reboot)", "no package name"),
        ("[host-dependencies]\na = '*'\n", 5, "host-dependencies", "for building"),
        ("[package]\nname = 'x'\n", 5, "package", "builds a package"),
        ("[what]\na = 1\n", 5, "what", "not one of the keys"),
    ],
)
def test_what_does_not_map_is_refused_with_line_key_and_reason(text: str, line: int, key: str, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse(WORKSPACE + text)
    error = caught.value
    assert (error.fields.get("line"), error.fields["key"]) == (line, key), str(error)
    assert says in str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[dependencies]\na = '1'\n", r"no \[workspace\] in it"),
        ("[workspace]\nchannels = [{channel = 'a', priority = 1}]\n", "without priorities"),
        ("[workspace]\nchannel-priority = 'disabled'\n", "strict priority"),
        ("[workspace]\nexclude-newer = '2024-01-01'\n", "--as-of"),
        ("[workspace\n", "line 1: not TOML"),
        ("[workspace]\nname = 'a'\nname = 'b'\n", "line 3: not TOML"),
    ],
)
def test_a_workspace_that_is_not_understood(text: str, says: str) -> None:
    with pytest.raises(InvalidFile, match=says):
        parse(text)


def test_dependencies_that_only_a_build_tells_are_refused() -> None:
    with pytest.raises(InvalidFile, match=r"project\.dynamic: only a build"):
        parse("[project]\ndynamic = ['dependencies']\n[tool.pixi.workspace]\nchannels=[]\n", "pyproject.toml")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(WORKSPACE + text)
    except InvalidFile as error:
        assert len(str(error)) < 1000
