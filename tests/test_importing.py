"""From imports to packages; and templates."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from traitlets import TraitError

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import InvalidFile, InvalidInput, NotFound, Unreachable
from jupyter_envs.manager.importing import HasPackage, notebook_imports, provider
from jupyter_envs.manager.templates import TemplateSettings, read_templates

from .support.managing import make_manager, write_notebook


def channels(*names: str) -> HasPackage:
    """Channels with just these packages."""

    async def has_package(name: str) -> bool:
        return name in names

    return has_package


async def unreachable(name: str) -> bool:
    raise Unreachable("The channel does not answer.")


def write(folder: Path, source: str, **metadata: Any) -> DiskDocuments:
    documents, path = write_notebook(folder, **metadata)
    content = json.loads(path.read_text())
    content["cells"][0]["source"] = source
    path.write_text(json.dumps(content))
    return documents


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("json", ("standard", None, None, True)),
        ("yaml", ("package", "pyyaml", "conda", True)),
        ("cv2", ("package", "opencv-python", "pip", True)),
        ("my_tool", ("package", "my-tool", "conda", False)),
        ("nobodys", ("unknown", "nobodys", "pip", False)),
        ("ünknown", ("unknown", None, "pip", False)),
    ],
)
def test_what_brings_a_module(module: str, expected: tuple[Any, ...]) -> None:
    found = asyncio.run(provider(module, channels("pyyaml", "my-tool")))
    assert (found.kind, found.package, found.manager, found.known) == expected


@pytest.mark.parametrize("name", ["", "a b", "a..b", "1a", "<img>", "a-b", "../x"])
def test_what_is_no_module(name: str) -> None:
    with pytest.raises(InvalidInput):
        asyncio.run(provider(name, channels()))


def test_a_notebook(tmp_path: Path) -> None:
    documents = write(
        tmp_path, "import os, yaml, helper, tools\nimport odd\n%pip install --index-url https://u:p@example.org x"
    )
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/__init__.py").write_text("")
    found = asyncio.run(notebook_imports("analysis.ipynb", documents, channels("pyyaml")))
    kinds = {brought.module: brought.kind for _, brought in found.modules}
    assert kinds == {"os": "standard", "yaml": "package", "helper": "local", "tools": "local", "odd": "unknown"}
    assert len(found.notes) == 1
    assert "installs on its own" in found.notes[0]
    assert "u:p" not in found.notes[0]


def test_without_the_channels_names_are_believed_and_this_is_said(tmp_path: Path) -> None:
    documents = write(tmp_path, "import yaml, odd")
    found = asyncio.run(notebook_imports("analysis.ipynb", documents, unreachable))
    assert [brought.package for _, brought in found.modules] == ["pyyaml", "odd"]
    assert "not asked" in found.notes[0]


def test_other_languages_are_not_read(tmp_path: Path) -> None:
    documents = write(tmp_path, "import yaml", language_info={"name": "R"})
    found = asyncio.run(notebook_imports("analysis.ipynb", documents, channels()))
    assert found.modules == ()
    assert "in R" in found.notes[0]


def test_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("[]")
    with pytest.raises(InvalidFile):
        asyncio.run(notebook_imports("a.ipynb", DiskDocuments(tmp_path), channels()))
    with pytest.raises(NotFound):
        asyncio.run(notebook_imports("b.ipynb", DiskDocuments(tmp_path), channels()))


def test_templates(tmp_path: Path) -> None:
    file = tmp_path / "environment.yml"
    file.write_text("name: lab\ndependencies:\n  - python\n")
    entries = [
        {"name": "Lab", "description": "For the lab.", "path": str(file)},
        {"name": "Text", "file": "dependencies: [python]"},
        {"name": "Gone", "path": str(tmp_path / "gone.yml")},
        {"name": "Wrong", "file": "dependencies: {"},
    ]
    settings = TemplateSettings(templates=entries)
    lab, text, gone, wrong = read_templates(settings.templates, make_manager(tmp_path, "c", tmp_path).limits)
    assert (lab.file, lab.filename, lab.problem) == (file.read_text(), "environment.yml", "")
    assert (text.file, text.description) == ("dependencies: [python]", "")
    assert (gone.file, gone.problem) == ("", "gone.yml cannot be read.")
    assert wrong.problem
    assert str(tmp_path) not in gone.problem + wrong.problem


@pytest.mark.parametrize(
    "entry", [{}, {"name": "x"}, {"name": " ", "file": "x"}, {"name": "x", "file": "a", "path": "b"}, {"nmae": "x"}]
)
def test_templates_that_are_none(entry: dict[str, str]) -> None:
    with pytest.raises(TraitError):
        TemplateSettings(templates=[entry])
