"""What a notebook imports, read from its cells without running any of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import imports, modules
from jupyter_envs.imports import Import


def notebook(*sources: str | list[str]) -> dict[str, Any]:
    return {"cells": [{"cell_type": "code", "source": source} for source in sources], "metadata": {}}


def found(*sources: str | list[str]) -> list[str]:
    return [wish.module for wish in imports.read(notebook(*sources)).modules]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import numpy as np, pandas", ["numpy", "pandas"]),
        ("from sklearn.linear_model import Ridge", ["sklearn"]),
        ("import os.path\nimport xml.etree", ["os", "xml"]),
        ("def f():\n    import cv2", ["cv2"]),
        ("from . import helper", []),
        ("from google.cloud import storage, bigquery", ["google.cloud.storage", "google.cloud.bigquery"]),
        ("import google.protobuf.text_format", ["google.protobuf"]),
        ("import importlib\nimportlib.import_module('yaml')", ["importlib", "yaml"]),
        ("__import__(name)", []),
        ("%matplotlib inline\nimport yaml", ["matplotlib", "yaml"]),
        ("!pip install x\nimport yaml", ["yaml"]),
        ("files = !ls\nimport yaml\nyaml.load?", ["yaml"]),
        ("if x:\n    %time import yaml\n    import bs4", ["bs4"]),
        ("%%time\nimport yaml", ["yaml"]),
        ("%%bash\nimport yaml", []),
        ("text = '''\nimport nothing\n'''", []),
        ("x = (a\n% b)\nimport yaml", ["yaml"]),
        ("pattern = '\\d'\nimport re", ["re"]),
        ("import pandas as pd\npd.read_excel('a.xlsx')", ["pandas", "openpyxl"]),
        ("print 'old'\nimport urllib2, yaml as y\nfrom bs4 import BeautifulSoup", ["urllib2", "yaml", "bs4"]),
        (["import numpy\n", "import yaml"], ["numpy", "yaml"]),
    ],
)
def test_what_a_cell_imports(source: str | list[str], wanted: list[str]) -> None:
    assert sorted(found(source)) == sorted(wanted)


def test_what_may_be_missing_is_optional() -> None:
    source = "try:\n    import a\nexcept (ImportError, KeyError):\n    import b\nelse:\n    import c\n"
    other = "try:\n    import d\nexcept OSError:\n    pass\ntry:\n    import e\nexcept:\n    pass\nimport b"
    read = imports.read(notebook(source, other))
    assert {wish.module: wish.optional for wish in read.modules} == {
        "a": True, "b": False, "c": False, "d": False, "e": True,
    }  # fmt: skip


def test_cells_are_named_as_a_reader_counts_them() -> None:
    book = notebook("import a", "import a, b", "x = = 1\nimport c")
    book["cells"].insert(1, {"cell_type": "markdown", "source": "import nothing"})
    assert imports.read(book).modules == (
        Import("a", False, (1, 2)), Import("b", False, (2,)), Import("c", False, (3,)),
    )  # fmt: skip
    assert imports.read(book).unread == (3,)


def test_what_the_notebook_installs_on_its_own() -> None:
    read = imports.read(notebook("%pip install -q seaborn\n!python -m pip install x y\n# pip install z"))
    assert read.installs == ("-q seaborn", "x y")


@pytest.mark.parametrize(
    "book",
    [
        {},
        {"cells": None},
        {"cells": "import a"},
        {"cells": [None, 1, {}, {"cell_type": "code"}, {"cell_type": "code", "source": 3}]},
        notebook("(" * 50_000, "-" * 100_000 + "1", "import a\0", "a." * 20_000 + "b", "x" * 2_000_000),
    ],
)
def test_hostile_notebooks_are_read(book: dict[str, Any]) -> None:
    assert imports.read(book).modules in ((), (Import("a", False, (3,)),))


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_is_read(sources: list[str]) -> None:
    assert all(wish.cells for wish in imports.read(notebook(*sources)).modules)


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"language": "R"}}, "R"),
        ({"language_info": {"name": "julia"}, "kernelspec": 3}, "julia"),
        ({"language_info": {"name": 1}}, "python"),
    ],
)
def test_the_language(metadata: dict[str, Any], language: str) -> None:
    assert imports.language({"metadata": metadata}) == language


@pytest.mark.parametrize(
    ("module", "conda", "pypi"),
    [
        ("cv2", ("opencv",), "opencv-python"),
        ("sklearn.svm", ("scikit-learn",), "scikit-learn"),
        ("PIL", ("pillow",), "pillow"),
        ("bs4", ("beautifulsoup4",), "beautifulsoup4"),
        ("ruamel.yaml", ("ruamel.yaml",), "ruamel.yaml"),
        ("google.cloud.storage.blob", ("google-cloud-storage",), "google-cloud-storage"),
        ("pandas.core", ("pandas",), "pandas"),
        ("Some_Thing", ("some_thing", "some-thing"), "some-thing"),
    ],
)
def test_package_names(module: str, conda: tuple[str, ...], pypi: str) -> None:
    names = modules.names(module)
    assert (names.conda, names.pypi) == (conda, pypi)


def test_pythons_own_modules_are_in_no_package() -> None:
    assert all(map(modules.is_standard, ["os.path", "json", "urllib2", "distutils.core"]))
    assert not modules.is_standard("yaml")
    assert not modules.STANDARD & {modules.top(name) for name in modules._PACKAGES}
