"""pipenv's lock, as it is written and as our reader reads it. What pipenv says of it: `test_pipenv`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import exports, pipenv_files, pipsection
from jupyter_envs.errors import Conflict
from jupyter_envs.exports import Origin, Source
from jupyter_envs.exports.lists import NO_WHEELS
from jupyter_envs.models import Lock, Package, Spec

from .pure_values import PYTHON, pip_package

USUAL = "https://usual.example.org/simple"
MAIN = "--index-url https://pypi.example.org/simple"
MORE = "--extra-index-url https://more.example.org/simple"
ONLY = "It is the lock of the Pipfile that the format pipfile writes, for Python 3.12.7 on linux-64 only."


def wheel(name: str, host: str = "files.example.org") -> Package:
    return replace(pip_package(name, "1.0"), url=f"https://{host}/{name}-1.0-py3-none-any.whl")


def source(packages: tuple[Package, ...], *pip: str, **more: object) -> Source:
    lock = Lock(packages, platforms=("linux-64",), python={"linux-64": "3.12.7"})
    made = Source("one", "linux-64", packages, Spec("one", pip=pip, python="==3.12.*"), lock, index=USUAL)
    return replace(made, **more)  # type: ignore[arg-type]


def indexes(made: Source) -> dict[str, str]:
    lock = json.loads(exports.write(made, "pipfile-lock").text)
    urls = {one["name"]: one["url"] for one in lock["_meta"]["sources"]}
    return {name: urls[entry["index"]] for name, entry in lock["default"].items()}


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, unique=True))
def test_our_reader_reads_back_what_is_installed(names: list[str]) -> None:
    made = exports.write(source(tuple(map(wheel, names)), MAIN, *names), "pipfile-lock")
    assert (made.filename, made.notes) == ("Pipfile.lock", (ONLY,))
    read = pipenv_files.read_lock(made.text).spec
    asked = {
        one.name: (str(one.requirement.specifier), set(one.hashes)) for one in pipsection.read(read.pip).requirements
    }
    assert asked == {name: ("==1.0", {wheel(name).sha256}) for name in names}
    assert (read.pip[0], read.python) == (MAIN, "==3.12.*")


def test_it_is_the_lock_of_the_pipfile_that_is_written() -> None:
    """Its hash changes with all that the Pipfile says, and with nothing else."""

    def hashed(*pip: str, versions: bool = False) -> str:
        made = exports.write(source((wheel("a"),), *pip), "pipfile-lock", versions=versions)
        return str(json.loads(made.text)["_meta"]["hash"]["sha256"])

    assert len({hashed("a"), hashed("a", versions=True), hashed("a>=1"), hashed(MAIN, "a"), hashed("a[x]")}) == 5
    assert hashed("--pre", "a") == hashed("a"), "pipenv's settings are no part of it"
    written = json.loads(exports.write(source((wheel("a"),), "a[x]"), "pipfile-lock").text)
    assert written["default"]["a"] == {
        "extras": ["x"], "hashes": [f"sha256:{wheel('a').sha256}"], "index": "pypi", "version": "==1.0",
    }  # fmt: skip


def test_each_package_names_its_index() -> None:
    two = (wheel("a"), wheel("b", "more.example.org"))
    first, second = MAIN.split()[1], MORE.split()[1]
    assert indexes(source(two, MAIN, "a", "b")) == {"a": first, "b": first}
    assert indexes(source(two, MAIN, MORE, "a", "b")) == {"a": first, "b": second}
    assert indexes(source(two, MORE, "a", "b")) == {"a": USUAL, "b": second}
    assert f'name = "pypi"\nurl = "{USUAL}"' in exports.write(source(two, MORE, "a"), "pipfile").text


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (source((wheel("a"), wheel("b")), MAIN, MORE, "a"), "nobody knows that of a, b"),
        (source((wheel("a"),), MAIN, "--find-links https://pypi.example.org/files", "a"), "“--find-links https"),
        (source((wheel("a"),), "a", index=""), "nobody said the first"),
        (source((wheel("a"),), MORE, "a", index=""), "nobody said the first"),
        (source((replace(wheel("a"), sha256=""),), MAIN, "a"), "a has no known address and SHA-256"),
    ],
)
def test_what_is_not_known_is_refused(made: Source, words: str) -> None:
    with pytest.raises(Conflict, match=words) as caught:
        exports.write(made, "pipfile-lock")
    assert caught.value.hints


def test_what_has_no_place_is_said() -> None:
    here = (PYTHON, wheel("a"), wheel("b"), wheel("c"))
    address = "b @ https://files.example.org/b-1.0-py3-none-any.whl"
    git = {"c": Origin("git+https://git.example.org/c.git@" + "0a1b" * 10)}
    made = exports.write(source(here, MAIN, "a", address, origins=git), "pipfile-lock")
    default = json.loads(made.text)["default"]
    assert list(default) == ["a", "b"]
    assert default["b"] == {"file": f"{wheel('b').url}#sha256={wheel('b').sha256}"}
    assert made.notes[1:] == (
        "Conda's packages are not in it.",
        "Not in the Pipfile.lock, because they come from a repository: c.",
    )
    assert NO_WHEELS in exports.write(source((PYTHON,), "a"), "pipfile-lock").notes
