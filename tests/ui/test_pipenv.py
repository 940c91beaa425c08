"""A project that pipenv made: its notebook runs with the versions of its lock after one click and a plan."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uv
from playwright.sync_api import Page, expect

from jupyter_envs import envfile
from tests.support.client import API
from tests.support.home import isolated_environment
from tests.support.lab import Lab
from tests.support.pipenv import lock
from tests.support.processes import wait_until
from tests.support.pypi_index import PypiIndex

from .accessible import Inspector
from .sidebar import Sidebar, write_notebook

HERE = platform.python_version()
NO_CHANNEL = "http://127.0.0.1:9/channel"
TABLES = """\
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
        "default_channels": [NO_CHANNEL],
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
    lock(folder, kernel_index.simple_url, TABLES, env=isolated_environment(tmp_path / "home"))
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
    sidebar.picture("beside-plan")
    assert lab.get(f"{API}environments?foreign=false").json()["environments"] == []
    sidebar.press("Build and pin")
    expect(sidebar.card).to_contain_text("Runs exactly what Pipfile.lock locks.", timeout=120_000)
    sidebar.wait_for_kernel("shop")
    expect(sidebar.section("Jobs")).to_have_count(0)

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


class Walk:
    """One notebook with an environment of PyPI packages alone, through all that can become of it."""

    def __init__(self, lab: Lab, sidebar: Sidebar, index: PypiIndex, folder: Path, name: str) -> None:
        self.lab, self.sidebar, self.index, self.folder, self.name = lab, sidebar, index, folder, name

    @property
    def file(self) -> str:
        return (self.folder / "requirements.txt").read_text()

    def matches(self) -> None:
        expect(self.sidebar.card).to_contain_text("Runs exactly what requirements.txt locks.", timeout=90_000)

    def has_written(self, line: str) -> None:
        """The card may still say what was true before."""
        wait_until(lambda: line in self.file.splitlines(), f"{line} to be written")
        self.matches()

    def detail(self) -> Any:
        return self.lab.get(f"{API}environments/{self.name}").json()

    def uv_installs(self, requirement: str) -> None:
        """Somebody changes the environment past us."""
        python = Path(self.detail()["prefix"], "bin", "python")
        command = [uv.find_uv_bin(), "pip", "install", "--python", str(python), requirement]
        subprocess.run([*command, "--default-index", self.index.simple_url], check=True, capture_output=True)
        self.sidebar.press("Refresh")

    def made_by_the_form(self, inspector: Inspector) -> None:
        page = self.sidebar.page
        form = self.sidebar.fill_form(self.name, "")
        conda, pypi = (form.get_by_role("radio", name=name) for name in ("conda", "PyPI"))
        expect(conda).to_be_checked()
        form.get_by_label("Packages").focus()
        page.keyboard.press("Tab")
        expect(conda).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(pypi).to_be_checked()
        expect(form.get_by_label("Channels")).to_have_count(0)
        field = form.get_by_role("combobox", name="Packages")
        field.press_sequentially("tinywheel==1.0")
        expect(form).to_contain_text("whole names: PyPI has no search")
        expect(form.get_by_role("listbox")).to_have_count(0)
        field.press("Enter")
        expect(form.get_by_role("list", name="Chosen").get_by_role("listitem")).to_have_text(["tinywheel==1.0"])
        self.sidebar.picture("pypi-form")
        inspector.look("the form for names of PyPI")
        field.press("Enter")
        expect(form).to_contain_text("+ tinywheel 1.0")
        expect(form).to_contain_text(f"For Python {HERE} (")
        self.sidebar.press("Install", form)
        self.sidebar.press("Use for this notebook", self.sidebar.section("Jobs"))
        self.sidebar.wait_for_kernel(self.name)
        expect(self.sidebar.row(self.name)).to_contain_text("PyPI")
        self.sidebar.press(f"Pin to {self.name}")
        self.matches()

    def what_a_cell_lacks(self) -> None:
        page = self.sidebar.page
        output = self.sidebar.run_first_cell("import tinydep; print(tinydep.version)")
        offer = page.get_by_role("note", name="Missing module")
        expect(offer).to_contain_text(f"tinydep is not in {self.name}, and no package is known to bring it.")
        self.sidebar.press("Look for tinydep on PyPI…", offer)
        card = self.sidebar.panel.get_by_role("region", name="Add tinydep")
        expect(card).to_contain_text("+ tinydep 1.0")
        expect(card).to_contain_text("requirements.txt, its lock and the notebook’s pin are written anew.")
        self.sidebar.press("Install and run again", card)
        expect(output).to_have_text("1.0\n")
        self.has_written("tinydep")

    def what_somebody_adds(self) -> None:
        self.sidebar.press("Add package…", self.sidebar.card)
        form = self.sidebar.panel.get_by_role("form", name=f"Add to {self.name}")
        field = form.get_by_label("Packages to add")
        field.press_sequentially("tinytext<2")
        expect(form).to_contain_text("whole names: PyPI has no search")
        expect(form.get_by_role("listbox")).to_have_count(0)
        self.sidebar.picture("pypi-add")
        field.press("Enter")
        field.press("Enter")
        expect(form).to_contain_text("+ tinytext 1.0")
        self.sidebar.press("Install", form)
        expect(form).to_have_count(0)
        self.has_written("tinytext<2")

    def drifted(self) -> None:
        self.uv_installs("tinywheel==1.1")
        expect(self.sidebar.card).to_contain_text("1 package differs from the lock.")
        self.sidebar.press("Restore the lock…")
        self.sidebar.press("Restore the lock")
        self.matches()
        self.uv_installs("tinyagrees")
        expect(self.sidebar.card).to_contain_text("tinyagrees")
        self.sidebar.picture("pypi-drifted")
        self.sidebar.press("Save to file…")
        self.sidebar.press("Save to file")
        self.matches()
        assert "tinyagrees" in self.file and "tinyagrees" in (self.folder / "pylock.toml").read_text()

    def outdated_unlocked_missing(self) -> None:
        (self.folder / "requirements.txt").write_text(self.file.replace("tinywheel==1.0", "tinywheel>=1.1"))
        self.sidebar.press("Refresh")
        expect(self.sidebar.card).to_contain_text("requirements.txt was edited after it was locked")
        self.sidebar.press("Show the plan", self.sidebar.card)
        expect(self.sidebar.button("Update environment")).to_be_visible()
        self.sidebar.press("Update environment")
        self.matches()
        (self.folder / "pylock.toml").unlink()
        self.sidebar.press("Refresh")
        self.sidebar.press("Lock for this machine")
        self.matches()
        self.lab.finished(self.lab.delete(f"{API}environments/{self.name}?force=true"))
        self.sidebar.press("Build environment…")
        expect(self.sidebar.card).to_contain_text(f"For Python {HERE} (")
        self.sidebar.press("Build environment")
        # nothing goes from under the pointer: what was ready before it was taken away would stay
        self.sidebar.page.mouse.move(1000, 600)
        use = self.sidebar.button("Use for this notebook", self.sidebar.section("Jobs"))
        expect(use).to_have_count(1)
        use.click()
        self.sidebar.wait_for_kernel(self.name)
        self.matches()

    def looked_into(self, inspector: Inspector) -> None:
        self.sidebar.command("jupyter-envs:details", environment=self.name)
        details = self.sidebar.panel.get_by_role("region", name=self.name, exact=True)
        asked = details.get_by_role("list", name="Packages that were asked for").locator("[data-row]")
        self.sidebar.press("Newer versions?", details)
        expect(details).to_contain_text("1 package is newer on PyPI.")
        expect(asked.filter(has_text="tinytext")).to_contain_text("1.0 → 2.0")
        asked.filter(has_text="tinytext").click()
        about = details.get_by_role("group", name="About tinytext")
        expect(about).to_contain_text("Asked for as tinytext<2. Needed by tinyagrees.")
        self.sidebar.picture("pypi-details")
        inspector.look("the details of one of PyPI")
        self.sidebar.press("Update to 2.0…", details)
        expect(details.get_by_role("group", name=f"Plan for {self.name}")).to_contain_text("1.0 → 2.0")
        self.sidebar.press("Install", details)
        expect(asked.filter(has_text="tinytext")).not_to_contain_text("1.0")
        self.sidebar.press("Newer versions?", details)
        expect(details).to_contain_text("PyPI has nothing newer.")
        details.get_by_role("button", name="History").click()
        entries = details.get_by_role("list", name="History").get_by_role("listitem")
        self.sidebar.press("Go back to this…", entries.nth(1))
        self.sidebar.press("Go back", entries.nth(1))
        expect(asked.filter(has_text="tinytext")).to_contain_text("1.0")
        self.sidebar.press("Verify files", details)
        files = details.get_by_role("group", name="Files").get_by_role("status")
        expect(files).to_contain_text("are as their packages say")
        self.sidebar.press("Back to the list", details)
        self.matches()

    def copied_renamed_exported(self) -> None:
        self.sidebar.command("jupyter-envs:clone", environment=self.name)
        form = self.sidebar.section("New environment")
        self.sidebar.press("Show the plan", form)
        expect(form).to_contain_text(f"For Python {HERE} (")
        self.sidebar.press("Install", form)
        expect(self.sidebar.row(f"{self.name}-copy")).to_contain_text("PyPI")
        self.sidebar.row(f"{self.name}-copy").click()
        self.sidebar.choose("Rename…")
        rename = self.sidebar.panel.get_by_role("form", name=f"Rename {self.name}-copy")
        rename.get_by_label("New name").fill("renamed")
        rename.get_by_label("New name").press("Enter")
        expect(self.sidebar.row("renamed")).to_contain_text("PyPI")
        for format, name in EXPORTS.items():
            with self.sidebar.page.expect_download() as download:
                self.sidebar.command("jupyter-envs:download", environment="renamed", format=format)
            assert download.value.suggested_filename == name
        expect(self.sidebar.panel.get_by_role("alert")).to_have_count(0)

    def for_conda(self, inspector: Inspector) -> None:
        """A file for the other engine, after what changes was read: no channel answers here."""
        page = self.sidebar.page
        self.sidebar.row("renamed").click()
        self.sidebar.choose("Export", "For conda (environment.yml)…")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("What changes in environment.yml")
        expect(dialog.get_by_role("listitem").filter(has_text="Its Python is conda's now")).to_be_visible()
        expect(dialog).to_contain_text("The channels were not asked for these packages")
        inspector.look("what changes in a file for conda")
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "environment.yml"
        asked = envfile.parse(Path(download.value.path()).read_text())
        assert (asked.engine, asked.channels) == ("conda", (NO_CHANNEL,))
        assert set(asked.pip) >= {"tinydep", "tinytext<2"}
        self.sidebar.row("renamed").click()
        self.sidebar.choose("Save Next to Notebook", "For conda (environment.yml)…")
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_have_count(0)
        assert not (self.folder / "environment.yml").exists()


EXPORTS = {
    "full": "environment.yml",
    "portable": "environment.yml",
    "conda-lock": "renamed.conda-lock.yml",
    "requirements": "requirements.txt",
    "pylock": "pylock.toml",
    "pipfile": "Pipfile",
    "pipfile-lock": "Pipfile.lock",
    "script": "renamed.py",
}


def test_a_walk_through_all_that_the_card_can_say(
    lab: Lab, page: Page, sidebar: Sidebar, kernel_index: PypiIndex, folder: Path
) -> None:
    write_notebook(folder / "analysis.ipynb")
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb")
    inspector = Inspector(page, sidebar)
    walk = Walk(lab, sidebar, kernel_index, folder, "walk")
    walk.made_by_the_form(inspector)
    walk.what_a_cell_lacks()
    walk.what_somebody_adds()
    walk.drifted()
    walk.outdated_unlocked_missing()
    walk.looked_into(inspector)
    walk.copied_renamed_exported()
    walk.for_conda(inspector)
    assert not inspector.found, "\n\n".join(inspector.found)


def test_one_click_in_a_notebook_that_says_what_it_needs(lab: Lab, page: Page, sidebar: Sidebar, folder: Path) -> None:
    write_notebook(folder / "own-words.ipynb", source='# /// script\n# dependencies = ["tinytext<2"]\n# ///')
    sidebar.open_notebook(f"{folder.name}/own-words.ipynb")
    expect(sidebar.card).to_contain_text("This notebook says itself what it needs.")
    sidebar.picture("own-words")
    sidebar.press("Build from own-words.ipynb…")
    expect(sidebar.card).to_contain_text("+ tinytext 1.0")
    sidebar.press("Build and pin")
    expect(sidebar.card).to_contain_text("Runs exactly what requirements.txt locks.", timeout=120_000)
    sidebar.wait_for_kernel("own-words")
    output = sidebar.run_first_cell("import tinytext; print(tinytext.version)")
    expect(output).to_have_text("1.0\n")
    assert {file.name for file in folder.iterdir() if not file.name.startswith(".")} == {
        "own-words.ipynb",
        "requirements.txt",
        "pylock.toml",
    }
