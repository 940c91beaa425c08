"""A pinned notebook and what can become of it: each state is shown, and mended by its one button."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import uv
from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab
from tests.support.pypi_index import PypiIndex

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]


@pytest.fixture
def pinned(lab: Lab, sidebar: Sidebar, folder: Path, create: Create, request: pytest.FixtureRequest) -> str:
    """An open notebook that is pinned to an environment of its own; the environment's name."""
    name = create(str(request.node.name).removeprefix("test_"), "python", "tinyconf")
    write_notebook(folder / "analysis.ipynb")
    status = lab.put(f"{API}pins/{folder.name}/analysis.ipynb", {"environment": name})
    assert status.json()["verdict"]["state"] == "match", status.text
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb", name)
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    return name


def test_drifted(lab: Lab, sidebar: Sidebar, pinned: str) -> None:
    prefix = Path(lab.get(f"{API}environments/{pinned}").json()["prefix"])
    (record,) = (prefix / "conda-meta").glob("tinyconf-*.json")
    content = {**json.loads(record.read_text()), "version": "0.9"}
    # the record may be linked to other environments: replace it, do not write into it
    record.unlink()
    record.write_text(json.dumps(content))
    sidebar.press("Refresh")
    expect(sidebar.card).to_contain_text("1 package differs from the lock.")
    expect(sidebar.card).to_contain_text("0.9")
    sidebar.picture("drifted")

    sidebar.press("Restore the lock…")
    expect(sidebar.button("Restore the lock")).to_be_visible()
    sidebar.picture("restore-plan")
    sidebar.press("Restore the lock")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    expect(sidebar.section("Jobs")).to_contain_text("A running kernel keeps what it started with.")


def test_what_pip_changed_is_saved_to_the_file(
    lab: Lab, sidebar: Sidebar, folder: Path, pinned: str, pypi_index: PypiIndex
) -> None:
    prefix = Path(lab.get(f"{API}environments/{pinned}").json()["prefix"])
    command = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "--python",
        str(prefix / "bin" / "python"),
        "--break-system-packages",
    ]
    subprocess.run([*command, "--default-index", pypi_index.simple_url, "tinywheel"], check=True, capture_output=True)
    sidebar.press("Refresh")
    expect(sidebar.card).to_contain_text("tinywheel")
    expect(sidebar.row(pinned)).to_contain_text("changed by pip")
    sidebar.picture("drifted-pip")

    sidebar.press("Save to file…")
    expect(sidebar.button("Save to file")).to_be_visible()
    sidebar.picture("save-plan")
    sidebar.press("Save to file")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    expect(sidebar.row(pinned)).not_to_contain_text("changed by pip")
    assert "tinywheel" in (folder / "environment.yml").read_text()
    assert "tinywheel" in (folder / "environment.conda-lock.yml").read_text()


def test_outdated(sidebar: Sidebar, folder: Path, pinned: str) -> None:
    file = folder / "environment.yml"
    file.write_text(file.read_text() + "  - tinyblob\n")
    sidebar.press("Refresh")
    expect(sidebar.card).to_contain_text("environment.yml was edited after it was locked")
    sidebar.picture("outdated")

    before = json.loads((folder / "analysis.ipynb").read_text())["metadata"]["jupyter_envs"]["digest"]
    sidebar.press("Show the plan")
    expect(sidebar.card).to_contain_text("+ tinyblob 1.0")
    sidebar.picture("update-plan")
    sidebar.press("Update environment")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    after = json.loads((folder / "analysis.ipynb").read_text())["metadata"]["jupyter_envs"]["digest"]
    assert after != before
    expect(sidebar.row(pinned)).to_be_visible()


def test_missing(lab: Lab, page: Page, sidebar: Sidebar, pinned: str) -> None:
    lab.finished(lab.delete(f"{API}environments/{pinned}?force=true"))
    expect(sidebar.card).to_contain_text("Not on this machine yet.")
    sidebar.picture("missing")
    before = lab.get(API + "jobs").json()
    sidebar.press("What is in it?")
    inside = sidebar.card.get_by_role("region", name="What the lock has")
    expect(inside).to_contain_text("tinyconf 1.0")
    sidebar.picture("missing-inside")
    sidebar.press("Hide packages")
    expect(inside).to_have_count(0)
    assert lab.get(API + "jobs").json() == before, "looking starts nothing"

    sidebar.press("Build environment…")
    expect(sidebar.button("Build environment")).to_be_visible()
    sidebar.picture("build-plan")
    sidebar.press("Build environment")
    expect(sidebar.row(pinned)).to_be_visible()
    expect(sidebar.card).to_contain_text(pinned)
    sidebar.press("Use for this notebook", sidebar.section("Jobs"))
    sidebar.wait_for_kernel(pinned)
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")


def test_elsewhere(sidebar: Sidebar, pinned: str) -> None:
    sidebar.change_kernel("python3")
    expect(sidebar.card).to_contain_text("but this notebook runs in Python 3 (ipykernel).")
    sidebar.picture("elsewhere")
    sidebar.press(f"Switch to {pinned}")
    sidebar.wait_for_kernel(pinned)
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")


def test_unlocked(sidebar: Sidebar, folder: Path, pinned: str) -> None:
    lock = folder / "environment.conda-lock.yml"
    lock.unlink()
    sidebar.press("Refresh")
    expect(sidebar.button("Lock for this machine")).to_be_visible()
    sidebar.picture("unlocked")
    sidebar.press("Lock for this machine")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    assert lock.is_file()
    expect(sidebar.row(pinned)).to_be_visible()


def test_unpinned_by_the_menu(sidebar: Sidebar, folder: Path, pinned: str) -> None:
    sidebar.press("More for this notebook")
    sidebar.choose("Unpin This Notebook")
    expect(sidebar.button(f"Pin to {pinned}")).to_be_visible()
    assert "jupyter_envs" not in json.loads((folder / "analysis.ipynb").read_text())["metadata"]


def test_what_a_notebook_says_is_text(lab: Lab, page: Page, sidebar: Sidebar, folder: Path) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\">"
    pin = {
        "version": 1,
        "environment": hostile,
        "file": "environment.yml",
        "lock": "x.conda-lock.yml",
        "digest": "0" * 64,
    }
    write_notebook(folder / "stranger.ipynb", pin=pin)
    before = lab.get(API + "jobs").json()
    sidebar.open_notebook(f"{folder.name}/stranger.ipynb")
    expect(sidebar.card).to_contain_text("stranger.ipynb")
    expect(sidebar.card).not_to_contain_text("Looking…")
    expect(sidebar.card.locator("img[src]")).to_have_count(0)
    assert page.title() != "owned"
    assert lab.get(API + "jobs").json() == before, "opening a notebook starts nothing"
