"""A thousand environments, two thousand packages, and nothing at all: what is drawn, and what is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

from tests.support.lab import PROJECT

from .sidebar import Sidebar

Create = Callable[..., str]

ASKS_AGAIN = 120_000
"""Milliseconds of silence after which a visible panel reads again, as the front end has it."""

_SCROLLED = """async to => {
  const panel = document.getElementById('jupyter-envs-panel');
  panel.scrollTop = to;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const { left, top, width, height } = panel.getBoundingClientRect();
  const seen = [0.25, 0.5, 0.75].map(part => document.elementFromPoint(left + width / 2, top + height * part));
  return {
    at: panel.scrollTop,
    end: panel.scrollHeight - panel.clientHeight,
    rows: panel.querySelectorAll('[data-row]').length,
    nodes: panel.querySelectorAll('*').length,
    blank: seen.some(element => element === panel || element?.matches('.jp-Envs-list'))
  };
}"""


def enlarge(page: Page, path: str, change: Callable[[dict[str, Any]], None]) -> None:
    def answer(route: Route) -> None:
        # a list by packages is the server's own
        if "package=" in route.request.url:
            route.fallback()
            return
        reply = route.fetch()
        body = reply.json()
        change(body)
        route.fulfill(response=reply, body=json.dumps(body))

    page.route(path, answer)


def scrolled_through(page: Page) -> int:
    """Scroll the panel from its top to its end; how many steps that were. Never is much drawn, and never nothing."""
    steps, at, end = 0, 0, 1
    while at < end:
        state = page.evaluate(_SCROLLED, at + 650 if steps else 0)
        assert state["rows"] <= 110, state
        assert state["nodes"] <= 2_000, state
        assert not state["blank"], state
        steps, at, end = steps + 1, state["at"], state["end"]
        assert steps < 500
    return steps


def test_a_thousand_environments_scroll(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("one-of-many", "tinyblob")

    def thousand(body: dict[str, Any]) -> None:
        one = next(item for item in body["environments"] if item["name"] == name)
        body["environments"] = [{**one, "name": f"env-{index:04}", "kernels": []} for index in range(1000)]

    enlarge(page, "**/api/environments?*", thousand)
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.row("env-0000")).to_be_visible()
    assert scrolled_through(page) > 60
    expect(sidebar.row("env-0999")).to_be_in_viewport()
    search = sidebar.section("Environments").get_by_role("searchbox")
    search.press_sequentially("env-07")
    expect(search).to_have_value("env-07")
    expect(sidebar.section("Environments").get_by_role("listitem").first).to_have_attribute("aria-setsize", "100")


def test_two_thousand_packages_scroll(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("packed", "python")
    expect(sidebar.row(name)).to_be_visible()

    def packed(body: dict[str, Any]) -> None:
        one = body["package_list"][0]
        body["package_list"] = [{**one, "name": f"package-{index:04}", "depends": []} for index in range(2000)]
        body["requested"] = []

    enlarge(page, f"**/api/environments/{name}?*", packed)
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    details.get_by_role("button", name="2000 dependencies").click()
    expect(details.locator("[data-row]", has_text="package-0000")).to_be_visible()
    assert scrolled_through(page) > 60
    details.get_by_role("searchbox").fill("package-19")
    expect(details.get_by_role("listitem").first).to_have_attribute("aria-setsize", "100")


def test_nothing_is_asked_while_nothing_happens(page: Page, sidebar: Sidebar) -> None:
    assert f"FALLBACK = {ASKS_AGAIN:_};" in (PROJECT / "labextension" / "src" / "fallback.ts").read_text()
    page.clock.install()
    page.reload()
    sidebar.open()
    expect(sidebar.panel).not_to_contain_text("Looking…")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/jupyter-envs/" in request.url:
            asked.append(request.url)

    page.on("request", note)
    page.clock.run_for(ASKS_AGAIN // 2)
    assert asked == [], "a minute without anything"
    page.clock.run_for(ASKS_AGAIN)
    page.wait_for_load_state("networkidle")
    assert sorted(url.split("/api/")[1].split("?")[0] for url in asked) == ["environments", "jobs"]
    sidebar.command("application:toggle-left-area")
    asked.clear()
    page.clock.run_for(3 * ASKS_AGAIN)
    assert asked == [], "nobody looks"
