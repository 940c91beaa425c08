"""``pyproject.toml`` without pixi: what a project needs, with extras and groups that are chosen."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import formats, pyproject
from jupyter_envs.errors import InvalidFile

TEXT = """
[project]
name = "My_Shop"
version = "1"
requires-python = ">=3.10"
dependencies = ["pandas>=2", "requests[socks] ; sys_platform != 'win32'"]

[project.optional-dependencies]
plot = ["seaborn"]
all = ["my-shop[plot]", "rich"]

[dependency-groups]
test = ["pytest"]
dev = [{include-group = "test"}, "ruff"]
"""
OWN = ("pandas>=2", "requests[socks] ; sys_platform != 'win32'")


def test_what_the_project_needs() -> None:
    read = pyproject.read(TEXT)
    assert (read.spec.name, read.spec.python, read.spec.pip) == ("My_Shop", ">=3.10", OWN)
    assert read.notes == (pyproject.NOT_ITSELF, "Not read, unless they are chosen: plot, all, test, dev.")


@pytest.mark.parametrize(
    ("choice", "more"),
    [
        ("plot", ("seaborn",)),
        ("all", ("seaborn", "rich")),
        ("dev", ("pytest", "ruff")),
        ("test, plot", ("pytest", "seaborn")),
    ],
)
def test_extras_and_groups_that_are_chosen(choice: str, more: tuple[str, ...]) -> None:
    assert pyproject.read(TEXT, choice=choice).spec.pip == (*OWN, *more)


def test_what_other_tools_keep_there_is_not_read_and_said() -> None:
    text = f"{TEXT}\n[[tool.uv.index]]\nurl = 'https://example.org/simple'\n[tool.ruff]\nline-length = 120\n"
    assert pyproject.read(text).spec == pyproject.read(TEXT).spec
    assert pyproject.read(text).notes == (*pyproject.read(TEXT).notes, "Not read: [tool.uv].")


def test_groups_without_a_project() -> None:
    read = pyproject.read("[dependency-groups]\nnotebook = ['numpy']\n", choice="notebook")
    assert (read.spec.name, read.spec.pip, read.notes) == (None, ("numpy",), ())


@pytest.mark.parametrize(
    ("before", "after", "choice", "words"),
    [
        ("", "", "other", "no extra and no group 'other'; expected one of plot, all, test, dev"),
        ('version = "1"', 'dynamic = ["dependencies"]', "", "only known when the project is built"),
        ('"pandas>=2"', '"pandas=2"', "", "'pandas=2'"),
        ('"pandas>=2"', '"pandas @ https://${TOKEN}@example.org/p-1-py3-none-any.whl"', "", "server's environment"),
        ('">=3.10"', '"new"', "", "a condition such as >=3.11"),
        ('["pytest"]', '[{include-group = "dev"}]', "dev", "groups inside of each other"),
        ('["pytest"]', "[3]", "test", "a requirement or"),
        ('["pytest"]', '"pytest"', "test", "a list of requirements"),
    ],
)
def test_what_is_wrong_is_said(before: str, after: str, choice: str, words: str) -> None:
    assert before in TEXT
    with pytest.raises(InvalidFile, match=words):
        pyproject.read(TEXT.replace(before, after, 1) if before else TEXT, choice=choice)


def test_a_project_that_needs_nothing_is_no_environment() -> None:
    with pytest.raises(InvalidFile, match="no requirement in it"):
        pyproject.read("[project]\nname = 'x'\n")


@given(st.text(), st.text())
def test_any_text_is_read_or_refused(text: str, choice: str) -> None:
    try:
        pyproject.read(text, choice=choice)
    except InvalidFile as error:
        assert len(str(error)) < 1000


BLOCK = """# /// script
# requires-python = ">=3.10"
# dependencies = [
#   "numpy",
#   "requests>=2",  # for the data
# ]
#
# [tool.uv]
# exclude-newer = "2024-01-01T00:00:00Z"
# ///
"""


def notebook(*sources: str | list[str]) -> str:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": BLOCK}, *cells], "nbformat": 4})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tool.py", f"#!/usr/bin/env python\n{BLOCK}\nimport numpy\n"),
        ("work/a.ipynb", notebook(BLOCK, "import numpy")),
        ("a.ipynb", notebook("x = 1", BLOCK.splitlines(keepends=True))),
    ],
)
def test_the_block_of_a_script_or_a_notebook(name: str, text: str) -> None:
    found = formats.read(text, source=name)
    assert found.format == "script" and found.spec is not None
    assert (found.spec.pip, found.spec.python) == (("numpy", "requests>=2"), ">=3.10")
    assert found.notes == ("tool in the block “# /// script” is not read",)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.ipynb", notebook("# /// script\nx = 1"), "no block"),
        ("a.ipynb", "# /// script", "not a notebook"),
        ("a.py", BLOCK + "\n" + BLOCK, "more than one block"),
        ("a.py", BLOCK.replace('"numpy"', '"numpy=1"'), "'numpy=1'"),
        ("a.py", BLOCK.replace('"numpy"', '"x @ https://${TOKEN}@example.org/x-1-py3-none-any.whl"'), "environment"),
        ("a.py", BLOCK.replace("dependencies = [", "dependencies = "), "not TOML"),
    ],
)
def test_a_block_that_is_none_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(InvalidFile, match=words):
        formats.read(text, source=name)


PEP = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
PIECES = st.sampled_from(["# /// script", "# ///", "#", "# x = 1", "#y", "", "import x", "# /// scripts", " # ///"])


@given(st.lists(PIECES).map("\n".join))
def test_blocks_are_those_that_the_regular_expression_of_the_standard_finds(code: str) -> None:
    found = [one for one in PEP.finditer(code) if one["type"] == "script"]
    if all(one["type"] == "script" for one in PEP.finditer(code)):
        assert [(one.start, one.end) for one in pyproject.blocks(code)] == [one.span() for one in found]


def test_blocks_that_never_end_cost_no_time() -> None:
    assert list(pyproject.blocks("# /// script\n" * 1_000_000)) == []


def test_lines_may_end_as_on_windows() -> None:
    assert formats.read(BLOCK.replace("\n", "\r\n"), source="a.py").spec == formats.read(BLOCK, source="a.py").spec


def test_a_notebook_may_be_large_and_a_block_may_not() -> None:
    large = json.loads(notebook(BLOCK))
    large["cells"].append({"cell_type": "code", "source": "", "outputs": [{"data": {"image/png": "A" * 3_000_000}}]})
    assert formats.read(json.dumps(large), source="a.ipynb").spec is not None
    with pytest.raises(InvalidFile, match="larger than"):
        formats.read(BLOCK.replace("#\n", "# # x\n" * 400_000), source="a.py")


@pytest.mark.parametrize("name", ["a.ipynb", "a.py"])
def test_a_script_without_a_block_is_refused_as_what_it_is(name: str) -> None:
    with pytest.raises(InvalidFile, match="no block"):
        formats.read(notebook("import x") if name == "a.ipynb" else "import x\n", source=name)


@pytest.mark.parametrize("more", ["# dependencies = []\n", ""])
def test_a_block_that_asks_for_nothing_yet_has_a_kernel(more: str) -> None:
    spec = formats.read(f'# /// script\n# requires-python = ">=3.10"\n{more}# ///\n', source="a.py").spec
    assert spec is not None and (spec.pip, spec.python, spec.engine) == (("ipykernel",), ">=3.10", "pypi")
