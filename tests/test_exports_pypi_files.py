"""A Pipfile and a script's block, as they are written and as our readers, and pipenv's and uv's, read them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from packaging.requirements import Requirement

from jupyter_envs import exports, pipenv_files, pipsection, pyproject
from jupyter_envs.exports import Source
from jupyter_envs.exports.lists import NO_WHEELS
from jupyter_envs.models import Lock, Spec

from .pure_values import conda_package, pip_package
from .test_conversions import LINES, PYTHONS

INDEX = "--index-url https://pypi.example.org/simple"


def source(*pip: str, python: str = "", conda: tuple[str, ...] = (), **more: object) -> Source:
    """An environment that asks for these."""
    wheel = pip_package("idna", "3.10")
    lock = Lock((wheel,), platforms=("linux-64",), python={"linux-64": "3.12.7"})
    spec = Spec("one", conda=conda, pip=pip, python=python)
    return replace(Source("one", "linux-64", (wheel,), spec, lock), **more)  # type: ignore[arg-type]


def wishes(lines: tuple[str, ...]) -> set[Requirement]:
    return {Requirement(line) for line in lines if not line.startswith("-")}


@given(lines=LINES, python=PYTHONS)
def test_our_readers_read_back_what_was_asked_for(lines: list[str], python: str) -> None:
    asked = source(*lines, python=python)
    script = pyproject.read_block(exports.write(asked, "script").text, source="one.py")
    assert wishes(script.spec.pip) == wishes(tuple(lines)) and script.spec.python == python
    pipfile = pipenv_files.read(exports.write(asked, "pipfile").text)
    assert wishes(pipfile.spec.pip) == wishes(tuple(lines))
    assert pipfile.spec.python == ("==3.12.4" if python == "==3.12.4" else pipfile.spec.python)


def test_a_pipfile_has_one_python_and_all_its_sources() -> None:
    more = "--extra-index-url https://more.example.org/simple"
    made = exports.write(source(INDEX, more, "--trusted-host more.example.org", "a[x]>=1 ; os_name == 'nt'"), "pipfile")
    assert made.filename == "Pipfile" and made.notes == ()
    assert made.text == (
        '[[source]]\nname = "index1"\nurl = "https://pypi.example.org/simple"\nverify_ssl = true\n\n'
        '[[source]]\nname = "index2"\nurl = "https://more.example.org/simple"\nverify_ssl = false\n\n'
        '[packages]\na = { version = ">=1", extras = ["x"], markers = "os_name == \\"nt\\"" }\n'
    )
    read = pipenv_files.read(made.text).spec.pip
    assert read[:3] == (INDEX, more, "--trusted-host more.example.org")
    ranged = exports.write(source("a", more, python=">=3.9"), "pipfile")
    assert 'python_version = "3.12"' in ranged.text
    assert ranged.notes == (
        "A Pipfile that names a source names all of them: add the index that comes first.",
        "A Pipfile names one Python: 3.12, which it has here, for >=3.9.",
    )


def test_early_releases_are_asked_for_as_pipenv_asks() -> None:
    made = exports.write(source("--pre", "a"), "pipfile")
    assert made.text.endswith("\n[pipenv]\nallow_prereleases = true\n") and made.notes == ()
    assert pipenv_files.read(made.text).spec.pip == ("--pre", "a")
    assert exports.write(source("--pre", "a"), "script").notes == ("Not in the block: --pre.",)


@pytest.mark.parametrize("format", ["pipfile", "script"])
def test_what_has_no_place_is_said(format: str) -> None:
    what = "Pipfile" if format == "pipfile" else "block"
    git = "b @ git+https://git.example.org/b.git@0a1b"
    lines = (f"a==1.0 --hash=sha256:{'0' * 64}", git, "--find-links https://pypi.example.org/files")
    made = exports.write(source(*lines, conda=("python 3.10|3.11", "numpy")), format)
    assert set(made.notes) >= {
        "Conda's packages are not in it: numpy.",
        "“python[version='3.10|3.11']” has no like among PyPI's conditions.",
        f"A {what} holds no hashes: those of a are left out.",
        f"Not in the {what}: {git}.",
        f"Not in the {what}: --find-links https://pypi.example.org/files.",
    }


@pytest.mark.parametrize("format", ["pipfile", "script"])
def test_an_environment_without_pypi_packages(format: str) -> None:
    bare = Source("one", "linux-64", (conda_package("python", "3.12.7"),), Spec("one", conda=("python=3.12",)))
    made = exports.write(bare, format)
    assert NO_WHEELS in made.notes
    assert "[packages]" in made.text or "dependencies = [\n# ]" in made.text


def test_with_the_versions_that_were_resolved() -> None:
    assert '"idna[x]==3.10"' in exports.write(source("idna[x]>=2"), "script", versions=True).text
    assert 'idna = "==3.10"' in exports.write(source("idna"), "pipfile", versions=True).text


def test_a_script_may_ask_twice_and_a_pipfile_says_that_it_cannot() -> None:
    lines = ("a==1 ; python_version < '3.9'", "a==2 ; python_version >= '3.9'")
    script = exports.write(source(*lines), "script")
    assert wishes(pyproject.read_block(script.text, source="one.py").spec.pip) == wishes(lines)
    (note,) = exports.write(source(*lines), "pipfile").notes
    assert note == 'Not in the Pipfile, which has one line for a package: a==2; python_version >= "3.9".'


@pytest.mark.parametrize("format", ["pipfile", "script"])
def test_a_folder_is_named_as_it_stands(format: str) -> None:
    what = "Pipfile" if format == "pipfile" else "block"
    assert (
        f"Not in the {what}: --find-links ./wheels."
        in exports.write(source("a", "--find-links ./wheels"), format).notes
    )


@pytest.mark.parametrize("hashes", [0, 1, 2])
def test_an_address_keeps_the_one_hash_that_was_asked_for(hashes: int) -> None:
    wheel, digests = "https://files.example.org/b-1.0-py3-none-any.whl", ["0" * 64, "1" * 64][:hashes]
    asked = source(f"b[x] @ {wheel} ; os_name == 'posix'{''.join(f' --hash=sha256:{one}' for one in digests)}")
    address = f"{wheel}#sha256={digests[0]}" if hashes == 1 else wheel
    pipfile, script = (exports.write(asked, format) for format in ("pipfile", "script"))
    entry = f'b = {{ file = "{address}", extras = ["x"], markers = "os_name == \\"posix\\"" }}'
    assert entry in pipfile.text.splitlines()
    for read in (pipenv_files.read(pipfile.text), pyproject.read_block(script.text, source="one.py")):
        (one,) = pipsection.read(read.spec.pip).requirements
        assert (one.name, one.requirement.url, one.requirement.extras) == ("b", address, {"x"})
        assert "posix" in str(one.requirement.marker)
        assert one.hashes == (set(digests) if hashes == 1 else set())
    left = hashes == 2
    assert [made.notes != () for made in (pipfile, script)] == [left, left]
