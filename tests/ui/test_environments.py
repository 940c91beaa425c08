"""The list of environments: names, notes, order, what is found, what a thousand of them do, and space."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, Request, Route, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar

Create = Callable[..., str]

_TYPED = """line => {
  const buffer = window.jupyterapp.shell.currentWidget?.content?._term?.buffer.active;
  const lines = Array.from({ length: buffer?.length ?? 0 }, (_, at) => buffer.getLine(at).translateToString(true));
  return lines.some(text => text.includes(line));
}"""
"""Has the current terminal got this line?"""


def _saves_order(request: Request) -> bool:
    return request.method == "PUT" and '"sort":"size"' in (request.post_data or "").replace("\\", "")


def test_an_environment_is_described_and_found_by_that(sidebar: Sidebar, create: Create) -> None:
    name = create("described", "tinyblob")
    sidebar.row(name).click()
    sidebar.choose("Note and Tags…")
    form = sidebar.panel.get_by_role("form", name=f"Note and tags of {name}")
    expect(form.get_by_label("Note")).to_be_focused()
    form.get_by_label("Note").fill("Figures of the paper")
    form.get_by_label("Tags").fill("geo, ice core")
    sidebar.picture("note")
    form.get_by_label("Note").fill("<img src=x onerror=alert(1)> figures of the paper")
    form.get_by_label("Tags").press("Enter")
    expect(form).to_have_count(0)
    expect(sidebar.row(name)).to_be_focused()
    search = sidebar.section("Environments").get_by_role("searchbox")
    search.fill("#geo figures")
    expect(sidebar.section("Environments").locator("[data-row]")).to_have_count(1)
    search.fill("")
    sidebar.command("jupyter-envs:details", environment=name)
    expect(sidebar.panel.locator(".jp-Envs-note")).to_have_text("<img src=x onerror=alert(1)> figures of the paper")


def test_environments_are_found_by_their_packages(page: Page, sidebar: Sidebar, create: Create) -> None:
    older = create("figures", "tinytext=1.0")
    newer = create("thesis", "tinytext=2.0", "tinyconf")
    other = create("sediment", "tinyblob")
    search = sidebar.section("Environments").get_by_role("searchbox", name="Filter environments")
    search.press_sequentially("tinytext")
    expect(sidebar.row(older)).to_contain_text("has tinytext 1.0")
    expect(sidebar.row(newer)).to_contain_text("has tinytext 2.0")
    expect(sidebar.row(other)).to_have_count(0)
    sidebar.picture("filter")
    search.fill("tinytext>=2 tinyconf")
    expect(sidebar.row(older)).to_have_count(0)
    expect(sidebar.row(newer)).to_contain_text("has tinytext 2.0, tinyconf 1.0")
    search.fill("tinytext 3")
    expect(sidebar.section("Environments").get_by_role("status")).to_contain_text("No environment has “tinytext 3”")
    page.route("**/api/environments?package=*", lambda route: route.fulfill(status=500, body="down"))
    search.fill("sedi")
    expect(sidebar.section("Environments").get_by_role("status")).to_contain_text("not searched")
    expect(sidebar.row(other)).to_be_visible()


def test_an_environment_is_renamed(lab: Lab, sidebar: Sidebar, create: Create) -> None:
    name = create("old-name", "tinyblob")
    taken = create("taken-name", "tinyblob")
    sidebar.row(name).click()
    sidebar.choose("Rename…")
    form = sidebar.panel.get_by_role("form", name=f"Rename {name}")
    field = form.get_by_label("New name")
    field.fill(taken)
    field.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text(taken)
    sidebar.picture("rename")
    field.fill("new-name")
    field.press("Enter")
    expect(sidebar.row("new-name")).to_be_visible()
    expect(sidebar.row(name)).to_have_count(0)
    job = lab.finished(lab.delete(f"{API}environments/new-name"))
    assert job["state"] == "done"


def test_a_terminal_opens_in_it(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("in-shell", "python")
    sidebar.row(name).click()
    sidebar.choose("Open a Terminal in It")
    expect(page.locator(".jp-Terminal")).to_be_visible()
    page.wait_for_function(_TYPED, arg=f'jupyter envs shell "{name}"')


def test_the_order_is_remembered(page: Page, sidebar: Sidebar, create: Create) -> None:
    create("aa-small", "tinyblob")
    create("zz-large", "python", "tinykernel")
    rows = sidebar.section("Environments").locator("[data-row]")
    sidebar.section("Environments").get_by_role("searchbox").fill("a")
    sidebar.press("Sort", sidebar.section("Environments"))
    # JupyterLab saves its state a moment later
    with page.expect_request(_saves_order):
        sidebar.choose("Sort by Size")
    expect(rows.first).to_contain_text("zz-large")
    page.reload()
    sidebar.open()
    # not before the environments that other tests left
    sidebar.section("Environments").get_by_role("searchbox").fill("a")
    expect(rows.first).to_contain_text("zz-large")


def test_a_thousand_environments(page: Page, sidebar: Sidebar, create: Create) -> None:
    create("one", "tinyblob")

    def many(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        first = body["environments"][0]
        body["environments"] = [{**first, "name": f"env-{index:04}", "kernels": []} for index in range(1000)]
        route.fulfill(response=answer, body=json.dumps(body))

    page.route("**/api/environments?*", many)
    sidebar.command("jupyter-envs:refresh")
    section = sidebar.section("Environments")
    items = section.get_by_role("list", name="Environments").get_by_role("listitem")
    expect(items.first).to_have_attribute("aria-setsize", "1000")
    assert items.count() < 100
    sidebar.row("env-0000").focus()
    page.keyboard.press("End")
    expect(sidebar.row("env-0999")).to_be_focused()
    expect(sidebar.row("env-0999")).to_be_in_viewport()
    page.keyboard.press("PageUp")
    expect(sidebar.row("env-0989")).to_be_focused()
    page.keyboard.press("Delete")
    question = sidebar.panel.get_by_role("alertdialog")
    expect(question).to_contain_text("Remove env-0989")
    question.press("Escape")
    expect(sidebar.row("env-0989")).to_be_focused()
    page.keyboard.press("Home")
    expect(sidebar.row("env-0000")).to_be_focused()
    page.mouse.move(100, 600)
    page.mouse.wheel(0, 20_000)
    expect(section.locator('[data-row][aria-label^="env-0480,"]')).to_have_count(1)
    page.unroute("**/api/environments?*")


def test_what_nothing_needs_is_looked_for_first(sidebar: Sidebar, create: Create) -> None:
    name = create("needed", "tinyblob")
    sidebar.press("Free space…")
    space = sidebar.panel.get_by_role("group", name="Free space")
    # what is younger than `gc_min_age` stays
    expect(space).to_contain_text("Everything here is needed.")
    sidebar.picture("free-space")
    sidebar.press("Dismiss", space)
    expect(space).to_have_count(0)
    expect(sidebar.row(name)).to_be_visible()
