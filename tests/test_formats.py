"""The front door: what a text is, by what is in it and by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import envfile, formats, lockfile, pylock
from jupyter_envs.errors import InvalidFile
from jupyter_envs.formats import Limits
from jupyter_envs.models import Lock

from .pure_values import IDNA, LOCK, TZDATA

ENVIRONMENT = "name: x\ndependencies: [python]\n"
EXPLICIT = f"# platform: linux-64\n@EXPLICIT\n{TZDATA.url}#sha256:{TZDATA.sha256}\n"
PIXI = '[workspace]\nname = "x"\nchannels = ["forge"]\nplatforms = []\n[dependencies]\npython = "*"\n'
PYPROJECT = '[project]\nname = "x"\n\n[tool.pixi.workspace]\nchannels = ["forge"]\nplatforms = []\n'
PIPFILE_LOCK = '{"_meta": {}, "default": {"x": {"version": "==1"}}}'
PIXI_LOCK = "version: 6\nenvironments:\n  default:\n    channels: []\n    packages: {}\npackages: []\n"


@pytest.mark.parametrize(
    ("text", "source", "format"),
    [
        (ENVIRONMENT, "environment.yml", "environment"),
        (ENVIRONMENT, "anything", "environment"),
        (ENVIRONMENT, "work/my.yaml", "environment"),
        ("dependencies: []\nenvironments: x\n", "environment.yml", "environment"),
        (lockfile.write(LOCK), "conda-lock.yml", "conda-lock"),
        (lockfile.write(LOCK), "environment.yml", "conda-lock"),
        ("requests\n", "requirements.txt", "requirements"),
        ("requests>=2\nnumpy\n", "environment.yml", "requirements"),
        ("--index-url https://pypi.example.org/simple\nnumpy==1\n", "x", "requirements"),
        ("# pins\nnumpy[x]==1.0 ; python_version > '3'\n", "dev-requirements.in", "requirements"),
        (EXPLICIT, "list.txt", "explicit"),
        (EXPLICIT, "requirements.txt", "explicit"),
        (PIXI, "pixi.toml", "pixi"),
        (PIXI, "environment", "pixi"),
        (PYPROJECT, "pyproject.toml", "pixi"),
        ("[packages]\nx = '*'\n", "Pipfile", "pipfile"),
        ("[[source]]\nurl = 'https://example.org/simple'\n[packages]\nx = '*'\n", "y", "pipfile"),
        (PIPFILE_LOCK, "Pipfile.lock", "pipfile-lock"),
        (PIPFILE_LOCK, "x", "pipfile-lock"),
        ("[project]\nname = 'x'\ndependencies = ['y']\n", "pyproject.toml", "pyproject"),
        ('lock-version = "1.0"\n', "pylock.toml", "pylock"),
        ('created-by = "x"\n', "pylock.dev.toml", "pylock"),
        ('lock-version = "1.0"\npackages = []\n', "x", "pylock"),
        (pylock.write(Lock((IDNA,), platforms=("linux-64",))), "anything.toml", "pylock"),
        (PIXI_LOCK, "pixi.lock", "pixi-lock"),
        (PIXI_LOCK, "environment.yml", "pixi-lock"),
    ],
)
def test_what_is_read(text: str, source: str, format: str) -> None:
    found = formats.read(text, source=source)
    assert found.format == format
    assert [found.spec is not None, found.lock is not None, found.text != ""].count(True) == 1


def test_what_comes_out_is_what_the_readers_say() -> None:
    assert formats.read(ENVIRONMENT).spec == envfile.parse(ENVIRONMENT)
    assert formats.read(lockfile.write(LOCK)).lock == LOCK
    assert formats.read("x: 1\n" + ENVIRONMENT).notes == envfile.read("x: 1\n" + ENVIRONMENT).notes


@pytest.mark.parametrize(
    ("text", "source", "what"),
    [
        ("requests<3\n", "constraints.txt", "a file of constraints alone"),
        ("version = 1\n[[package]]\nname = 'x'\n", "uv.lock", "a lock of Python packages alone"),
        ("[tool.black]\nline-length = 9\n", "pyproject.toml", "a Python project without [project]"),
        ("[a]\nb = 1\n", "settings.toml", "a TOML file"),
        ("[a]\nb = 1\n", "x", "a TOML file"),
    ],
)
def test_files_of_other_tools_are_refused_by_what_they_are(text: str, source: str, what: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        formats.read(text, source=source)
    assert f"{source}: this is {what}, which is not read yet; expected an environment.yml" in str(caught.value)
    assert caught.value.hints


def test_limits_are_the_callers() -> None:
    with pytest.raises(InvalidFile, match="larger than 20 bytes"):
        formats.read(ENVIRONMENT, limits=Limits(file=20))
    with pytest.raises(InvalidFile, match="larger than 100 bytes"):
        formats.read(lockfile.write(LOCK), limits=Limits(lock=100))
    with pytest.raises(InvalidFile, match="deeper than 1 "):
        formats.read(ENVIRONMENT, limits=Limits(depth=1))
    with pytest.raises(InvalidFile, match="deeper than 2 "):
        formats.read(lockfile.write(LOCK), limits=Limits(depth=2))
    with pytest.raises(InvalidFile, match="deeper than 1 "):
        formats.read(PIXI, source="pixi.toml", limits=Limits(depth=1))


@given(
    st.text() | st.binary(),
    st.sampled_from(
        ["environment.yml", "pixi.toml", "pyproject.toml", "pixi.lock", "Pipfile", "Pipfile.lock", "pylock.toml", "x"]
    ),
)
def test_any_text_is_read_or_refused(data: str | bytes, source: str) -> None:
    try:
        formats.read(data, source=source)
    except InvalidFile as error:
        assert len(str(error)) < 1000
        assert "\n" not in str(error)
