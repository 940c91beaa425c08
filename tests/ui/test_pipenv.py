"""A project that pipenv made: its notebook runs with the versions of its lock after one click and a plan."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.home import isolated_environment
from tests.support.lab import Lab
from tests.support.pypi_index import PypiIndex
from tests.test_pipenv import pipenv

from .sidebar import Sidebar, write_notebook

HERE = platform.python_version()
PIPFILE = """
[[source]]
name = "local"
url = "{index}"
verify_ssl = true

[packages]
tinydep = "*"
tinytext = "<2"

[dev-packages]
ipykernel = "*"
"""


@pytest.fixture(scope="module")
def lab(kernel_index: PypiIndex, package_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab that no channel answers: all that it can have is on an index."""
    home = tmp_path_factory.mktemp("pipenv-lab")
    settings = {
        "default_channels": ["http://127.0.0.1:9/channel"],
        "pypi_index": kernel_index.simple_url,
        "root_dir": str(home / "envs"),
        "cache_dir": str(package_cache),
    }
    with Lab(home, {"Manager": settings}) as server:
        yield server


@pytest.fixture
def project(lab: Lab, kernel_index: PypiIndex, tmp_path: Path) -> Path:
    """A folder below the server's root that is called shop, with pipenv's two files and a notebook."""
    folder = lab.root / "shop"
    folder.mkdir()
    (folder / "Pipfile").write_text(PIPFILE.format(index=kernel_index.simple_url))
    pipenv(folder, "--python", sys.executable, "lock", env=isolated_environment(tmp_path / "home"))
    write_notebook(folder / "analysis.ipynb")
    write_notebook(folder / "other.ipynb")
    return folder


def test_one_click_beside_a_pipfile_lock(lab: Lab, page: Page, sidebar: Sidebar, project: Path) -> None:
    locked = (project / "Pipfile.lock").read_bytes()
    assert json.loads(locked)["default"]["tinytext"]["version"] == "==1.0", "the index has a newer one"
    before = lab.get(f"{API}jobs").json()
    sidebar.open_notebook("shop/analysis.ipynb")
    expect(sidebar.card).to_contain_text("Pipfile.lock beside this notebook says what it needs.")
    assert lab.get(f"{API}jobs").json() == before, "opening a notebook starts nothing"
    sidebar.picture("beside")

    sidebar.press("Build from Pipfile.lock…")
    expect(sidebar.card).to_contain_text("+ tinytext 1.0")
    expect(sidebar.card).to_contain_text(f"For Python {HERE} (")
    assert lab.get(f"{API}environments?foreign=false").json()["environments"] == []
    sidebar.picture("beside-plan")
    sidebar.press("Build and pin")
    expect(sidebar.card).to_contain_text("Runs exactly what Pipfile.lock locks.", timeout=120_000)
    sidebar.wait_for_kernel("shop")
    expect(sidebar.section("Jobs")).to_have_count(0)
    sidebar.picture("beside-match")

    source = "import tinydep, tinytext; print(tinytext.version, tinytext.__file__)"
    output = sidebar.run_first_cell(source)
    expect(output).to_contain_text("1.0 ")
    expect(output).to_contain_text("/envs/shop/")
    pinned = json.loads((project / "analysis.ipynb").read_text())["metadata"]
    assert (pinned["jupyter_envs"]["file"], pinned["jupyter_envs"]["lock"]) == ("Pipfile.lock", "pylock.toml")
    assert pinned["kernelspec"]["name"] == "shop"
    assert (project / "Pipfile.lock").read_bytes() == locked

    sidebar.open_notebook("shop/other.ipynb")
    expect(sidebar.card).to_contain_text("shop has what Pipfile.lock asks for.")
    sidebar.picture("beside-made")
    sidebar.press("Pin to shop")
    sidebar.wait_for_kernel("shop")
    expect(sidebar.card).to_contain_text("Runs exactly what Pipfile.lock locks.")
