"""``pylock.toml`` as a lock of ours: what is written is read again, and others read it, too."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from packaging import pylock as reader

from jupyter_envs import lockfile, pylock, toml_guard
from jupyter_envs.errors import InvalidFile, InvalidInput
from jupyter_envs.models import Lock

from .pure_values import IDNA, PYTHON, REQUESTS, locks

HERE = Lock(
    (IDNA, REQUESTS), platforms=("linux-64",), content_hash={"linux-64": "0" * 64}, python={"linux-64": "3.12.1"}
)


def only_wheels(lock: Lock) -> Lock:
    """The part of a lock that the format can hold."""
    return replace(lock, packages=tuple(one for one in lock.packages if one.manager == "pip"), channels=())


@given(locks())
def test_what_is_written_is_read_as_the_same(lock: Lock) -> None:
    wheels = only_wheels(lock)
    text = pylock.write(wheels, sources=("requirements.txt",))
    assert pylock.parse(text) == replace(wheels, packages=tuple(replace(one, md5="") for one in wheels.packages))
    assert lockfile.parse(text).digest() == wheels.digest()


def test_the_format_s_own_reader_takes_it() -> None:
    mac = replace(IDNA, platform="osx-arm64")
    lock = Lock((IDNA, REQUESTS, mac), platforms=("linux-64", "osx-arm64"), python={"linux-64": "3.12.1"})
    read = reader.Pylock.from_dict(toml_guard.read(pylock.write(lock), source="x", longest_line=4_000).values)
    read.validate()
    assert {(package.name, str(package.version)) for package in read.packages} == {
        ("idna", "3.10"),
        ("requests", "2.32.3"),
    }
    assert str(read.requires_python) == "==3.12.*"


def test_one_file_for_several_machines_stands_once() -> None:
    mac = replace(IDNA, platform="osx-arm64")
    lock = Lock((IDNA, REQUESTS, mac), platforms=("linux-64", "osx-arm64"))
    text = pylock.write(lock)
    assert text.count('name = "idna"') == 1
    assert "marker = \"(sys_platform == 'linux' and platform_machine == 'x86_64')\"" in text
    assert pylock.parse(text).for_platform("osx-arm64") == (mac,)


def test_a_lock_is_written_by_the_name_of_its_file() -> None:
    assert lockfile.write_as("pylock.toml", HERE).startswith('lock-version = "1.0"')
    assert lockfile.write_as("environment.conda-lock.yml", HERE).startswith("version: 1")


def test_what_it_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidInput, match="python is a conda package"):
        pylock.write(Lock((PYTHON,), platforms=("linux-64",)))
    with pytest.raises(InvalidInput, match="no SHA-256"):
        pylock.write(Lock((replace(IDNA, sha256=""),), platforms=("linux-64",)))


def test_no_secret_is_written() -> None:
    secret = replace(IDNA, url="https://user:Canary4711@pypi.example.org/files/idna-3.10-py3-none-any.whl")
    assert "Canary4711" not in pylock.write(Lock((secret,), platforms=("linux-64",)))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('lock-version = "1.0"', 'lock-version = "2.0"', "version '2.0' of the format"),
        ("[tool.jupyter-envs.platforms.linux-64]", "[tool.jupyter-envs.others.linux-64]", "does not say for which"),
        ('platforms = ["linux-64"]', 'platforms = ["win-64"]', "some of linux-64"),
        ('platforms = ["linux-64"]', "platforms = []", "some of linux-64"),
        ('name = "idna"', 'name = "../idna"', "a package's name"),
        ('url = "https:', 'url = "ftp:', "an https, http or file address"),
        (f'sha256 = "{IDNA.sha256}"', 'sha256 = "abc"', "64 hexadecimal digits"),
        ('python = "3.12.1"', 'python = "three"', "a version such as 3.12.1"),
        ("wheels = [", "others = [", "one wheel, or a source archive"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(before: str, after: str, words: str) -> None:
    text = pylock.write(HERE)
    assert before in text
    with pytest.raises(InvalidFile, match=words):
        pylock.parse(text.replace(before, after))


def test_only_locks_of_packages_alone_are_taken_for_one() -> None:
    assert pylock.is_pylock('# by hand\nlock-version = "1.0"\npackages = []\n')
    assert not pylock.is_pylock('[[package]]\nname = "x"\n[metadata]\nlock-version = "2.0"\n')
    assert pylock.is_ours(pylock.write(HERE)) and not pylock.is_ours('lock-version = "1.0"\npackages = []\n')


def test_a_python_that_nobody_knows_is_not_required() -> None:
    lock = Lock((), platforms=("linux-64",), python={"linux-64": ""})
    assert "requires-python" not in pylock.write(lock)
