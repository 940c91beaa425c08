"""A console in front: what it runs in, and how it gets another environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]


def test_the_card_follows_consoles(page: Page, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("consoled", "python")
    write_notebook(folder / "analysis.ipynb")
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb")
    expect(sidebar.card).to_contain_text("analysis.ipynb")

    sidebar.command("console:create", kernelPreference={"name": "python3"}, activate=True)
    sidebar.wait_for_kernel("python3")
    card = sidebar.section("This console")
    expect(card).to_contain_text("Python 3 (ipykernel)")
    expect(card).to_contain_text("This console runs in none of the environments below.")
    expect(sidebar.button("Add package…", card)).to_have_count(0)

    sidebar.press("Switch ▾", card)
    sidebar.choose(name)
    sidebar.wait_for_kernel(name)
    expect(card).to_contain_text("A console is not pinned; it runs in what is chosen here.")
    expect(card).to_contain_text("kernel idle")
    badge = page.locator(".jp-ConsolePanel .jp-Envs-badge")
    expect(badge).to_contain_text(name)
    expect(page.locator("#jp-main-statusbar .jp-Envs-badge")).to_contain_text(name)
    expect(sidebar.row(name)).to_have_attribute("aria-current", "true")
    sidebar.picture("console")
    sidebar.whole_picture("console-whole")
    sidebar.press("More for this console", card)
    expect(page.locator(".lm-Menu-itemLabel", has_text="Pin")).to_have_count(0)
    page.keyboard.press("Escape")

    sidebar.command("docmanager:open", path=f"{folder.name}/analysis.ipynb")
    expect(sidebar.card).to_contain_text("Nothing records")
    expect(page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")).to_contain_text("Python 3")
    page.get_by_role("tab", name="Console 1").click()
    expect(card).to_contain_text(name)
    sidebar.command("application:close")
    expect(sidebar.card).to_contain_text("analysis.ipynb")
