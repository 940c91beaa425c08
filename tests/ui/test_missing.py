"""A cell that does not find a module: the offer below it, the plan, and the cell once more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]


def test_the_package_is_offered_planned_added_and_the_cell_runs_again(
    lab: Lab, page: Page, sidebar: Sidebar, folder: Path, create: Create
) -> None:
    name = create("lacking", "python")
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    sidebar.command("jupyter-envs:use", environment=name)
    sidebar.wait_for_kernel(name)
    badge = page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")
    expect(badge).to_contain_text(name)
    expect(page.locator("#jp-main-statusbar .jp-Envs-badge")).to_contain_text(name)

    output = sidebar.run_first_cell("import tinytext; print(tinytext.__version__)")
    expect(output.first).to_contain_text("ModuleNotFoundError")
    offer = page.get_by_role("note", name="Missing module")
    expect(offer).to_contain_text("tinytext is not in lacking.")
    sidebar.whole_picture("missing-module-offer")
    before = lab.get(f"{API}environments/{name}").json()["generation"]

    sidebar.press("Add tinytext…", offer)
    card = sidebar.panel.get_by_role("region", name="Add tinytext")
    expect(card).to_contain_text("+ tinytext 2.0")
    expect(card).to_contain_text("running kernels can import it at once")
    assert lab.get(f"{API}environments/{name}").json()["generation"] == before
    sidebar.picture("missing-module-plan")
    sidebar.press("Install and run again", card)
    expect(output).to_have_text("2.0\n")
    expect(offer).to_have_count(0)


def test_nothing_is_offered_elsewhere(page: Page, sidebar: Sidebar, folder: Path) -> None:
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    output = sidebar.run_first_cell("import nobodys_module")
    expect(output.first).to_contain_text("ModuleNotFoundError")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("note", name="Missing module")).to_have_count(0)


def test_the_badge_opens_the_card(page: Page, sidebar: Sidebar, folder: Path) -> None:
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    sidebar.press("This notebook", sidebar.card)
    sidebar.command("application:toggle-left-area")
    expect(sidebar.panel).to_be_hidden()
    badge = page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")
    expect(badge).to_have_attribute(
        "aria-label", "Environment Python 3 (ipykernel). Nothing records which environment this notebook needs."
    )
    badge.click()
    expect(sidebar.card).to_contain_text("Nothing records")
