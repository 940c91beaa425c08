"""HTML in any field of any answer is text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>&amp;"
WORDS = {
    "action",
    "created",
    "started",
    "finished",
    "id",
    "kind",
    "manager",
    "phase",
    "state",
    "path",
    "hash",
    "last_used",
}
"""Fields whose values are of a known few, or are no text."""


def poisoned(value: Any, key: str = "") -> Any:
    """The same answer with HTML in every text."""
    if isinstance(value, dict):
        return {name: poisoned(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, key) for item in value]
    return f"{value}{HOSTILE}" if isinstance(value, str) and key not in WORDS else value


def poison(page: Page) -> None:
    """Let every answer of the server have HTML in it."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        if "json" in reply.headers.get("content-type", ""):
            route.fulfill(response=reply, body=json.dumps(poisoned(reply.json())))
        else:
            route.fulfill(response=reply, body=f"{reply.text()}{HOSTILE}")

    page.route("**/jupyter-envs/api/**", answer)


def harmless(page: Page) -> None:
    expect(page.locator("img[src='x']")).to_have_count(0)
    assert page.title() != "owned"


def test_html_in_every_field(lab: Lab, page: Page, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("hostile", "python", "tinytext=1.0")
    write_notebook(folder / "a.ipynb")
    lab.put(f"{API}pins/{folder.name}/a.ipynb", {"environment": name})
    lab.put(f"{API}environments/{name}/about", {"note": "a note", "tags": ["tag"]})
    sidebar.open_notebook(f"{folder.name}/a.ipynb", name)
    poison(page)
    sidebar.press("Refresh")
    expect(sidebar.card).to_contain_text("<b>")
    row = sidebar.section("Environments").locator("[data-row]").first
    expect(row).to_contain_text("<img")
    harmless(page)
    row.click()
    expect(page.locator(".lm-Menu").first).to_be_visible()
    harmless(page)
    page.keyboard.press("Escape")
    sidebar.press("Switch ▾")
    expect(page.locator(".lm-Menu-item", has_text="<img").first).to_be_visible()
    harmless(page)
    page.keyboard.press("Escape")
    row.press("Delete")
    expect(sidebar.panel.get_by_role("alertdialog")).to_contain_text("<img")
    page.keyboard.press("Escape")
    harmless(page)
    expect(page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")).to_contain_text("<img")


def test_html_in_details_plans_and_messages(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("hostile-too", "python", "tinytext=1.0")
    expect(sidebar.row(name)).to_be_visible()
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    poison(page)
    sidebar.command("jupyter-envs:details", environment=name)
    packages = details.locator("[data-row]", has_text="tinytext")
    expect(packages).to_contain_text("<img")
    packages.click()
    details.get_by_role("button", name="History").click()
    expect(details.get_by_role("list", name="History")).to_contain_text("<img")
    harmless(page)
    sidebar.press("Back to the list")
    form = sidebar.fill_form("x", "")
    form.get_by_role("combobox", name="Packages").press_sequentially("tinyte")
    expect(form.get_by_role("option").first).to_contain_text("<img")
    harmless(page)
    form.get_by_role("combobox", name="Packages").fill("tinytext")
    form.get_by_role("combobox", name="Packages").blur()
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("region", name="Packages")).to_contain_text("<img")
    harmless(page)
    sidebar.press("Cancel", form)
    form.get_by_role("combobox", name="Packages").fill("tinytext >=99")
    form.get_by_role("combobox", name="Packages").blur()
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("<img")
    sidebar.press("Log", form)
    expect(form.get_by_role("region", name="Log")).to_contain_text("<img")
    harmless(page)
    sidebar.press("Dismiss", form)


def test_html_in_a_toast(page: Page, sidebar: Sidebar) -> None:
    form = sidebar.fill_form("toast", "tinyblob")
    sidebar.press("Show the plan", form)
    expect(sidebar.button("Install", form)).to_be_visible()
    page.route("**/api/environments*", lambda route: route.fulfill(status=202, json=FAILED))
    sidebar.command("application:toggle-left-area")
    sidebar.command("jupyter-envs:install")
    expect(page.locator(".Toastify__toast")).to_contain_text("<img")
    harmless(page)


FAILED = {
    "id": "nobody",
    "kind": "create",
    "title": f"Create {HOSTILE}",
    "environment": HOSTILE,
    "state": "failed",
    "progress": None,
    "result": None,
    "error": {"code": "internal", "message": HOSTILE, "hints": [HOSTILE], "fields": {}},
    "created": "2026-01-01T00:00:00Z",
    "started": None,
    "finished": "2026-01-01T00:00:00Z",
}
