"""The file beside a notebook that is not pinned, from which its environment can be made."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.manager.lying_beside import FILES
from jupyter_envs.manager.values import FileBeside

from .support.home import configure
from .support.managing import Recorder, make_manager, notebook
from .support.pypi_index import PypiIndex
from .test_cli import Cli
from .test_pypi_environments import NO_CHANNEL

BOOK = "analysis.ipynb"


class Folder:
    """A project's folder with a notebook, and a manager without any channel."""

    def __init__(self, home: Path, index: PypiIndex, cache: Path) -> None:
        self.path = home / "My shop"
        self.path.mkdir()
        self.put(BOOK, notebook(""))
        self.documents = DiskDocuments(self.path)
        self.manager: Manager = make_manager(home, NO_CHANNEL, cache, pypi_index=index.simple_url)

    def put(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def beside(self) -> FileBeside | None:
        return asyncio.run(self.manager.read_pin(BOOK, self.documents)).beside

    def make(self, name: str, file: str) -> None:
        request = CreateRequest(name=name, file=(self.path / file).read_text(), filename=file)
        asyncio.run(self.manager.create(request, self.documents, Recorder()))


@pytest.fixture
def folder(home: Path, kernel_index: PypiIndex, package_cache: Path) -> Folder:
    return Folder(home, kernel_index, package_cache)


def test_the_most_exact_file_is_taken_and_the_folder_names_the_environment(folder: Folder) -> None:
    assert folder.beside() is None
    folder.put("pyproject.toml", "[tool.ruff]\nline-length = 120\n")
    folder.put("data.csv", "a\n")
    assert folder.beside() is None, "settings of tools are no environment"
    folder.put("pyproject.toml", "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['tinydep']\n")
    found = []
    for file in reversed(FILES):
        if not (folder.path / file).exists():
            folder.put(file, "not understood {")
        beside = folder.beside()
        assert beside is not None and not beside.made
        found.append((beside.file, beside.environment))
    assert found[1:] == [(file, "my-shop") for file in reversed(FILES[:-1])]
    assert found[0][0] == "pyproject.toml"


def test_an_environment_that_has_it_all_is_named_instead_of_another_one(folder: Folder) -> None:
    folder.put("more.txt", "tinytext==1.0\n")
    folder.put("requirements.txt", "-r more.txt\ntinywheel==1.0\n")
    assert folder.beside() == FileBeside("requirements.txt", "my-shop")
    folder.make("my-shop", "requirements.txt")
    assert folder.beside() == FileBeside("requirements.txt", "my-shop", made=True)
    folder.put("requirements.txt", "tinywheel==1.1\n")
    assert folder.beside() == FileBeside("requirements.txt", "my-shop-2")
    asyncio.run(folder.manager.pin(BOOK, "my-shop", folder.documents))
    assert folder.beside() is None
    unpinned = asyncio.run(folder.manager.unpin(BOOK, folder.documents))
    assert unpinned.to_json()["beside"] == {"file": "requirements.txt", "environment": "my-shop-2", "made": False}


def test_what_cannot_be_a_name_is_left_out_of_it(folder: Folder) -> None:
    for said, name in {"Réseau (2)": "r-seau-2", "…": "my-shop", "x" * 200: "x" * 61, "CON": "con-2"}.items():
        folder.put("environment.yml", f"name: {json.dumps(said)}\ndependencies: [python]\n")
        found = folder.beside()
        assert found is not None
        assert (found.file, found.environment) == ("environment.yml", name), said


def test_a_notebook_that_says_itself_what_it_needs_comes_first(folder: Folder) -> None:
    folder.put("Pipfile", '[packages]\ntinytext = "*"\n')
    folder.put(BOOK, notebook("# /// script\n# dependencies = ['tinydep']\n# ///\n"))
    assert folder.beside() == FileBeside(BOOK, "analysis")
    folder.make("analysis", BOOK)
    assert folder.beside() == FileBeside(BOOK, "analysis", made=True)
    folder.put(BOOK, notebook("# /// script\n# dependencies = [\n# ///\n"))
    assert folder.beside() == FileBeside("Pipfile", "my-shop"), "a block that nobody understands"
    folder.put(BOOK, notebook("x = '# /// script'"))
    assert folder.beside() == FileBeside("Pipfile", "my-shop")


def test_the_command_line_says_so(home: Path, package_cache: Path) -> None:
    cli = Cli(home, NO_CHANNEL, package_cache)
    configure(home, {"Manager": {"default_channels": [NO_CHANNEL]}})
    (cli.work / BOOK).write_text(notebook(""))
    (cli.work / "Pipfile").write_text('[packages]\ntinydep = "*"\n')
    name = cli.work.name.lower()
    assert f"jupyter envs create {name} --file Pipfile" in cli("status", BOOK).out
    assert cli("status", BOOK, "--json").json["beside"] == {"file": "Pipfile", "environment": name, "made": False}
    (cli.work / BOOK).write_text(notebook("# /// script\n# dependencies = ['tinydep']\n# ///\n"))
    assert f"It says itself what it needs: jupyter envs create analysis --file {BOOK}" in cli("status", BOOK).out
