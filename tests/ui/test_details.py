"""One environment, looked at closely: its packages, its history, its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar

Create = Callable[..., str]


def test_packages_say_why_they_are_here(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("closely", "python", "tinytext=1.0")
    sidebar.row(name).click()
    sidebar.choose("Packages and History")
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    expect(sidebar.button("Back to the list")).to_be_focused()
    expect(sidebar.section("Environments")).to_have_count(0)
    asked = details.get_by_role("list", name="Packages that were asked for").locator("[data-row]")
    expect(asked.filter(has_text="tinytext")).to_contain_text("1.0")
    dependencies = details.get_by_role("list", name="Dependencies")
    expect(dependencies).to_have_count(0)
    details.get_by_role("button", name="dependencies").click()
    expect(dependencies.locator("[data-row]").first).to_be_visible()

    asked.filter(has_text="tinytext").click()
    about = details.get_by_role("group", name="About tinytext")
    expect(about).to_contain_text("Asked for as tinytext=1.0.")
    sidebar.picture("details")
    dependencies.locator("[data-row]").first.click()
    expect(details.get_by_role("group", name="About")).to_contain_text("Needed by")

    search = details.get_by_role("searchbox", name="Filter packages")
    search.fill("<b>none</b>")
    expect(details).to_contain_text("No package here has “<b>none</b>” in its name.")
    search.press("Escape")
    expect(search).to_have_value("")
    search.press("Escape")
    expect(details).to_have_count(0)
    expect(sidebar.row(name)).to_be_focused()


def test_packages_are_changed_by_a_plan_and_the_way_back_is_in_the_history(
    lab: Lab, sidebar: Sidebar, create: Create
) -> None:
    name = create("changing", "python", "tinytext=1.0")
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    before = lab.get(f"{API}environments/{name}").json()["generation"]
    sidebar.press("Add package…", details)
    field = details.get_by_label("Packages to add")
    field.fill("tinyconf")
    expect(details.get_by_role("option", name="tinyconf")).to_be_visible()
    sidebar.picture("details-add")
    field.press("Enter")
    field.press("Enter")
    expect(details.get_by_role("group", name=f"Plan for {name}")).to_contain_text("+ tinyconf 1.0")
    assert lab.get(f"{API}environments/{name}").json()["generation"] == before
    sidebar.picture("details-plan")
    sidebar.press("Install", details)
    asked = details.get_by_role("list", name="Packages that were asked for").locator("[data-row]")
    expect(asked.filter(has_text="tinyconf")).to_have_count(1)

    asked.filter(has_text="tinyconf").click()
    sidebar.press("Remove…", details)
    expect(details.get_by_role("group", name=f"Plan for {name}")).to_contain_text("− tinyconf 1.0")
    sidebar.press("Remove", details)
    expect(asked.filter(has_text="tinyconf")).to_have_count(0)

    details.get_by_role("button", name="History").click()
    entries = details.get_by_role("list", name="History").get_by_role("listitem")
    expect(entries.first).to_contain_text("current")
    sidebar.picture("history")
    sidebar.press("Go back to this…", entries.nth(1))
    plan = entries.nth(1).get_by_role("group", name=f"Plan for {name}")
    expect(plan).to_contain_text("+ tinyconf 1.0")
    expect(plan).to_contain_text("What is there now stays in the history")
    expect(asked.filter(has_text="tinyconf")).to_have_count(0)
    sidebar.picture("history-plan")
    plan.press("Escape")
    expect(plan).to_have_count(0)
    expect(sidebar.button("Go back to this…", entries.nth(1))).to_be_focused()
    sidebar.press("Go back to this…", entries.nth(1))
    sidebar.press("Go back", plan)
    expect(asked.filter(has_text="tinyconf")).to_have_count(1)


def test_newer_versions_are_looked_for_and_come_by_a_plan(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("aging", "python", "tinytext=1.0", "tinyblob")
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    asked = details.get_by_role("list", name="Packages that were asked for").locator("[data-row]")
    expect(asked.filter(has_text="tinytext")).to_contain_text("1.0")
    expect(asked.filter(has_text="tinytext")).not_to_contain_text("2.0")
    sidebar.press("Newer versions?", details)
    expect(details.get_by_role("status").first).to_contain_text("1 package is newer in the channels.")
    expect(asked.filter(has_text="tinytext")).to_contain_text("1.0 → 2.0")
    asked.filter(has_text="tinytext").click()
    sidebar.picture("newer")
    sidebar.press("Update to 2.0…", details)
    expect(details.get_by_role("group", name=f"Plan for {name}")).to_contain_text("1.0 → 2.0")
    sidebar.press("Install", details)
    expect(asked.filter(has_text="tinytext")).not_to_contain_text("1.0")
    sidebar.press("Newer versions?", details)
    expect(details.get_by_role("status").first).to_contain_text("The channels have nothing newer.")

    page.route("**/newer?*", lambda route: route.abort())
    sidebar.press("Newer versions?", details)
    expect(details.get_by_role("alert")).to_contain_text("The Jupyter server does not answer.")
    expect(sidebar.button("Newer versions?", details)).to_be_enabled()
    expect(asked.filter(has_text="tinytext")).to_be_visible()


def test_files_are_verified(lab: Lab, sidebar: Sidebar, create: Create) -> None:
    name = create("verified", "python", "tinytext=1.0")
    sidebar.command("jupyter-envs:verify", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    files = details.get_by_role("group", name="Files").get_by_role("status")
    expect(files).to_contain_text("are as their packages say")
    prefix = Path(lab.get(f"{API}environments/{name}").json()["prefix"])
    damaged = next(path for path in prefix.rglob("tinytext*.py"))
    damaged.unlink()
    damaged.write_text("raise SystemExit('<script>')\n")
    sidebar.press("Verify files again", details)
    expect(files).to_contain_text("1 package is damaged.")
    expect(files).to_contain_text(f"{damaged.name}, changed")
    sidebar.picture("verified")
    expect(sidebar.section("Jobs")).to_have_count(0)


def test_what_cannot_be_read_is_said(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("unread", "tinyblob")
    page.route("**/api/environments/unread?*", lambda route: route.fulfill(status=500, body="<h1>proxy</h1>"))
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    expect(details.get_by_role("alert")).to_contain_text("The Jupyter server answered 500")
    page.unroute("**/api/environments/unread?*")
    sidebar.press("Try again", details)
    expect(details.get_by_role("alert")).to_have_count(0)
    expect(details.get_by_role("list", name="Packages that were asked for")).to_contain_text("tinyblob")
