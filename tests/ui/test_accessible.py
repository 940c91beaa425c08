"""axe-core finds nothing, not even something minor, in any main state of the panel, in any theme."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .accessible import Inspector
from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]
VERDICTS = {
    "match": "none",
    "drifted": "restore",
    "outdated": "update",
    "missing": "build",
    "unlocked": "lock",
    "unpinned": "pin",
}


def answered(page: Page, path: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Answer ``path`` with what the server says, after ``change``."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        body = reply.json()
        change(body)
        route.fulfill(response=reply, body=json.dumps(body))

    page.unroute(path)
    page.route(path, answer)


def a_verdict(state: str, action: str, differences: Sequence[object] = ()) -> dict[str, Any]:
    """A verdict for a reason that this front end does not know: it says what the server says, ``It is STATE.``"""
    words = {"reason": "another", "fields": {}, "sentence": f"It is {state}."}
    return {"state": state, **words, "action": action, "differences": list(differences)}


def test_the_list(page: Page, sidebar: Sidebar, inspector: Inspector, create: Create) -> None:
    answered(page, "**/api/environments?*", lambda body: body.update(environments=[]))
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.panel).to_contain_text("An environment holds the packages")
    inspector.look("nothing")
    name = create("listed", "tinyblob")

    def varied(body: dict[str, Any]) -> None:
        first = next(item for item in body["environments"] if item["name"] == name)
        other = {"name": "base", "foreign": True, "source": "miniconda3", "kernel": None, "kernels": []}
        broken = {"name": "broken", "state": "broken", "running_kernels": 2, "older_kernels": 1}
        body["environments"] = [first, {**first, **other}, {**first, **broken}]

    answered(page, "**/api/environments?*", varied)
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.row("broken")).to_be_visible()
    inspector.look("list")
    sidebar.row(name).press("Delete")
    inspector.look("removal")
    page.keyboard.press("Escape")
    sidebar.command("jupyter-envs:rename", environment=name)
    inspector.look("another name")
    sidebar.command("jupyter-envs:about", environment=name)
    inspector.look("note")
    page.keyboard.press("Escape")
    sidebar.press("Free space…")
    # other tests may have left something behind that can go
    looked = re.compile("Everything here is needed|Nothing needs these any more")
    expect(sidebar.panel.get_by_role("group", name="Free space")).to_contain_text(looked)
    inspector.look("free space")
    sidebar.section("Environments").get_by_role("searchbox").fill("none like this")
    inspector.look("nothing found")
    page.route("**/api/environments?*", lambda route: route.fulfill(status=500, body="<h1>proxy</h1>"))
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.section("Environments").get_by_role("alert")).to_be_visible()
    inspector.look("error")


def test_the_card_and_the_badges(lab: Lab, inspector: Inspector, folder: Path, create: Create) -> None:
    page, sidebar = inspector.page, inspector.sidebar
    inspector.look("no notebook")
    name = create("carded", "python", "tinyconf")
    write_notebook(folder / "a.ipynb")
    lab.put(f"{API}pins/{folder.name}/a.ipynb", {"environment": name})
    sidebar.open_notebook(f"{folder.name}/a.ipynb", name)
    differences = [
        {"name": "pandas", "manager": "conda", "before": "2.2.2", "after": "2.2.3"},
        {"name": "tqdm", "manager": "pip", "before": None, "after": "4.67.1"},
    ]
    for state, action in VERDICTS.items():
        answered(page, "**/api/pins/**", partial(dict.update, verdict=a_verdict(state, action, differences)))
        sidebar.command("jupyter-envs:refresh")
        expect(sidebar.card).to_contain_text(f"It is {state}.")
        inspector.look(state)
        if state == "missing":
            sidebar.press("What is in it?", sidebar.card)
            expect(sidebar.card.get_by_role("region", name="What the lock has")).to_contain_text("tinyconf")
            inspector.look("what is missing")
        if state == "match":
            sidebar.press("Open on Binder…", sidebar.card)
            expect(sidebar.section("Binder")).not_to_contain_text("Looking…")
            inspector.look("Binder")
            sidebar.press("Close", sidebar.section("Binder"))
    page.unroute("**/api/pins/**")
    sidebar.change_kernel("python3")
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.card).to_contain_text("but this notebook runs in")
    inspector.look("elsewhere")
    page.route("**/api/pins/**", lambda route: route.fulfill(status=403, json={"message": "You may not."}))
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.card).to_contain_text("You may not.")
    inspector.look("forbidden")


def test_the_offer_below_a_cell(
    page: Page, sidebar: Sidebar, folder: Path, inspector: Inspector, create: Create
) -> None:
    name = create("offering", "python")
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    sidebar.command("jupyter-envs:use", environment=name)
    sidebar.wait_for_kernel(name)
    sidebar.run_first_cell("import tinytext")
    offer = page.get_by_role("note", name="Missing module")
    expect(offer).to_be_visible()
    inspector.look("offer")
    sidebar.press("Add tinytext…", offer)
    expect(sidebar.panel.get_by_role("region", name="Add tinytext")).to_contain_text("+ tinytext 2.0")
    inspector.look("addition")


@pytest.mark.usefixtures("cold_cache")
def test_the_form_and_the_jobs(slow_channel: FileServer, page: Page, sidebar: Sidebar, inspector: Inspector) -> None:
    form = sidebar.fill_form("accessible", "")
    form.get_by_role("combobox", name="Packages").press_sequentially("tinyc")
    expect(form.get_by_role("option")).to_have_count(1)
    inspector.look("search")
    form.get_by_role("combobox", name="Packages").fill("tinytext >=99")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("tinytext")
    inspector.look("no plan")
    sidebar.press("Log", form)
    expect(sidebar.button("Copy", form)).to_be_visible()
    inspector.look("log")
    sidebar.press("Dismiss", form)
    form.get_by_role("combobox", name="Packages").fill("tinyactivate")
    form.get_by_role("combobox", name="Packages").blur()
    slow_channel.fault("/tinyactivate-", Fault(delay=60.0))
    sidebar.press("Show the plan", form)
    expect(sidebar.button("Install", form)).to_be_visible()
    inspector.look("plan")
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs.get_by_role("progressbar")).to_be_visible()
    inspector.look("progress")
    sidebar.press("Cancel", jobs)
    expect(jobs).to_contain_text("Cancelled. Nothing was changed.")
    inspector.look("cancelled")
    sidebar.press("Dismiss", jobs)
    slow_channel.well_behaved()


def test_the_details(page: Page, sidebar: Sidebar, inspector: Inspector, create: Create) -> None:
    name = create("detailed", "python", "tinytext=1.0")
    expect(sidebar.row(name)).to_be_visible()
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    details.locator("[data-row]", has_text="tinytext").click()
    details.get_by_role("button", name="dependencies").click()
    details.get_by_role("button", name="History").click()
    expect(details.get_by_role("list", name="History")).to_be_visible()
    inspector.look("details")
    sidebar.press("Verify files", details)
    files = details.get_by_role("group", name="Files")
    expect(files.get_by_role("status")).to_contain_text("are as their packages say")
    inspector.look("verified")
