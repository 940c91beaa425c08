"""The block of a script in a notebook: put there as juv keeps it, renewed without losing what else it says."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs import formats, script_block
from jupyter_envs.errors import Conflict, InvalidFile
from jupyter_envs.exports import write
from jupyter_envs.pyproject import blocks

from .test_conversions import LINES, PYTHONS
from .test_exports_pypi_files import source, wishes

NEW = '# /// script\n# requires-python = ">=3.10"\n# dependencies = [\n#   "idna>=3",\n# ]\n# ///\n'
OLD = """# /// script
# requires-python = ">=3.9"  # since it was new
# dependencies = ["numpy"]
#
# # where from
# [tool.uv]
# exclude-newer = "2024-01-01T00:00:00Z"
# [[tool.uv.index]]
# url = "https://pypi.example.org/simple"
# ///"""


def cell(code: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": code, **more}


def book(*cells: dict[str, Any], minor: int = 4, **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}


def test_a_notebook_without_a_block_gets_a_folded_first_cell() -> None:
    there = book(cell("import idna", id="script-metadata"), minor=5)
    placed = script_block.place(there, NEW, source="a.ipynb")
    first, second = placed.notebook["cells"]
    assert second is there["cells"][0] and len(there["cells"]) == 1
    assert first["metadata"] == {"jupyter": {"source_hidden": True}} and first["id"] == "script-metadata-2"
    assert "".join(first["source"]) == NEW.rstrip("\n") == placed.after
    assert (placed.before, placed.changed) == ("", True)
    nbformat.validate(placed.notebook)
    without_ids = script_block.place(book(cell("x")), NEW, source="a.ipynb").notebook
    assert "id" not in without_ids["cells"][0]
    nbformat.validate(without_ids)


@pytest.mark.parametrize("as_list", [False, True])
def test_a_block_that_is_there_keeps_its_tables_and_its_cell(as_list: bool) -> None:
    code = f"#!/usr/bin/env python\n{OLD}\nimport numpy\n"
    there = book(
        {"cell_type": "markdown", "metadata": {}, "source": OLD},
        cell("x = 1"),
        cell(code.splitlines(keepends=True) if as_list else code),
    )
    placed = script_block.place(there, NEW, source="a.ipynb")
    last = placed.notebook["cells"][2]["source"]
    assert isinstance(last, list) == as_list
    assert "".join(last) == code.replace(
        '# requires-python = ">=3.9"  # since it was new\n# dependencies = ["numpy"]\n',
        '# requires-python = ">=3.10"\n# dependencies = [\n#   "idna>=3",\n# ]\n',
    )
    assert placed.notebook["cells"][:2] == there["cells"][:2]
    assert '-# dependencies = ["numpy"]' in placed.difference and '+#   "idna>=3",' in placed.difference
    again = script_block.place(placed.notebook, NEW, source="a.ipynb")
    assert not again.changed and again.difference == "" and again.notebook == placed.notebook


def test_what_asks_for_the_same_stays_as_it_is() -> None:
    mine = '# /// script\n# dependencies = ["idna >= 3"]  # names\n# requires-python = ">=3.10"\n# ///'
    placed = script_block.place(book(cell(mine)), NEW, source="a.ipynb")
    assert placed.after == placed.before == mine


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (book(cell(OLD.replace('["numpy"]', '["numpy"]\n# other = 1'))), "more than can be kept: other"),
        (book(cell(OLD), kernelspec={"language": "R"}), "is in R"),
    ],
)
def test_what_would_be_lost_is_refused(there: dict[str, Any], words: str) -> None:
    with pytest.raises(Conflict, match=words):
        script_block.place(there, NEW, source="a.ipynb")


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (book(cell(OLD.replace('["numpy"]', '["numpy"'))), "not TOML"),
        (book(cell(f"{OLD}\n\n{OLD}")), "more than one block"),
        ({"cells": 3, "metadata": {}}, "is not a notebook"),
        ({"cells": ["x"], "metadata": {}}, "is not a notebook"),
        ({}, "is not a notebook"),
    ],
)
def test_what_is_not_understood_is_refused(there: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFile, match=words):
        script_block.place(there, NEW, source="a.ipynb")


_TABLES = st.sampled_from(
    ["", '\n[tool.uv]\nindex-url = "https://pypi.example.org"\n', "[tool]\nx = [[1], [2]]\n[[tool.y]]\n"]
)


@settings(max_examples=50)
@given(lines=LINES, python=PYTHONS, old=LINES, tables=_TABLES, as_list=st.booleans())
def test_our_reader_reads_back_what_was_placed(
    lines: list[str], python: str, old: list[str], tables: str, as_list: bool
) -> None:
    toml = f"dependencies = {json.dumps(old)}\n{tables}"
    block = "\n".join(["# /// script", *(f"# {line}".rstrip() for line in toml.splitlines()), "# ///"])
    there = book(cell(block.splitlines(keepends=True) if as_list else block), cell("x"))
    exported = write(source(*lines, python=python), "script").text
    placed = script_block.place(there, exported, source="a.ipynb")
    read = formats.read(json.dumps(placed.notebook), source="a.ipynb").spec
    wanted = formats.read(exported, source="a.py").spec
    assert read is not None and wanted is not None
    assert (wishes(read.pip), read.python) == (wishes(wanted.pip), wanted.python)
    kept, was = (next(blocks(text)).table(source="a").values for text in (placed.after, block))
    assert kept.get("tool") == was.get("tool")
    assert not script_block.place(placed.notebook, exported, source="a.ipynb").changed


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_cells_are_taken_or_refused(cells: Any) -> None:
    try:
        script_block.place({"cells": cells, "metadata": {}}, NEW, source="a.ipynb")
    except InvalidFile as error:
        assert len(str(error)) < 1000
