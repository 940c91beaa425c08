"""The list of environments and the jobs: failures, cancellation, removal, export, the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]


def test_what_cannot_be_solved_is_said_where_it_was_asked(sidebar: Sidebar) -> None:
    form = sidebar.fill_form("climate", "python tinytext>=99")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("tinytext")
    sidebar.picture("unsolvable")
    sidebar.press("Log", form)
    expect(sidebar.button("Copy", form)).to_be_visible()
    sidebar.press("Dismiss", form)
    expect(form.get_by_role("combobox", name="Packages")).to_have_value("python tinytext>=99")
    expect(sidebar.section("Jobs")).to_have_count(0)


def test_a_name_that_is_taken_is_refused_at_once(sidebar: Sidebar, create: Create) -> None:
    create("taken", "python")
    form = sidebar.fill_form("taken", "python")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("taken")


@pytest.mark.usefixtures("cold_cache")
def test_a_job_survives_a_reload_and_can_be_cancelled(
    lab: Lab, slow_channel: FileServer, page: Page, sidebar: Sidebar
) -> None:
    slow_channel.fault("/tinykernel-", Fault(delay=60.0))
    form = sidebar.fill_form("slow", "tinykernel")
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs).to_contain_text("Downloading")
    page.reload()
    sidebar.open()
    expect(jobs).to_contain_text("Downloading")
    sidebar.press("Cancel", jobs)
    expect(jobs).to_contain_text("Cancelled. Nothing was changed.")
    sidebar.picture("cancelled")
    sidebar.press("Dismiss", jobs)
    expect(jobs).to_have_count(0)
    assert lab.get(API + "environments/slow").status == 404
    slow_channel.well_behaved()


def test_a_failed_job_stays_until_it_is_dismissed_and_leads_back_to_its_form(
    slow_channel: FileServer, page: Page, sidebar: Sidebar
) -> None:
    slow_channel.fault("/tinyactivate-", Fault(body=b"not what was promised"))
    form = sidebar.fill_form("damaged", "tinyactivate")
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs.get_by_role("alert")).to_contain_text("tinyactivate")
    sidebar.picture("failed")
    sidebar.press("Try again…", jobs)
    expect(form.get_by_role("combobox", name="Packages")).to_have_value("tinyactivate")
    expect(jobs).to_have_count(0)
    slow_channel.well_behaved()


def test_removing_asks_and_says_what_stands_against_it(
    lab: Lab, sidebar: Sidebar, folder: Path, create: Create
) -> None:
    name = create("birds", "python")
    write_notebook(folder / "analysis.ipynb")
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb")
    sidebar.row(name).click()
    sidebar.choose("Use for This Notebook")
    sidebar.wait_for_kernel(name)

    sidebar.row(name).press("Delete")
    question = sidebar.panel.get_by_role("alertdialog")
    expect(question).to_contain_text("Remove birds and its kernel?")
    expect(sidebar.button("Remove", question)).to_be_focused()
    sidebar.picture("remove")
    question.press("Escape")
    expect(question).to_have_count(0)
    expect(sidebar.row(name)).to_be_focused()

    sidebar.row(name).press("Delete")
    sidebar.press("Remove", question)
    expect(question).to_contain_text("1 running kernel uses")
    sidebar.picture("remove-in-use")
    sidebar.press("Shut down and remove", question)
    expect(sidebar.row(name)).to_have_count(0)
    assert lab.get(f"{API}environments/{name}").status == 404


def test_exports_are_downloaded_or_saved_beside_the_notebook(
    page: Page, sidebar: Sidebar, folder: Path, create: Create
) -> None:
    name = create("fish", "python", "tinytext")
    write_notebook(folder / "analysis.ipynb")
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb")
    sidebar.row(name).click()
    with page.expect_download() as download:
        sidebar.choose("Export", "Explicit List")
    assert "@EXPLICIT" in Path(download.value.path()).read_text()
    sidebar.row(name).click()
    sidebar.choose("Save Next to Notebook", "environment.yml, Portable")
    page.wait_for_function(
        "async path => (await window.jupyterapp.serviceManager.contents.get(path)).content.length > 0", arg=folder.name
    )
    sidebar.row(name).click()
    sidebar.choose("Save Next to Notebook", "environment.yml, Portable")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Replace")
    dialog.get_by_role("button", name="Keep it").click()
    assert "tinytext" in next(folder.glob("*.yml")).read_text()


def test_the_keyboard_is_enough(page: Page, sidebar: Sidebar, create: Create) -> None:
    for name in ("one-of-three", "three-of-three", "two-of-three"):
        create(name, "tinyblob")
    search = sidebar.section("Environments").get_by_role("searchbox")
    search.fill("of-three")
    rows = sidebar.section("Environments").locator(".jp-Envs-rowMain")
    expect(rows).to_have_count(3)
    search.press("Tab")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("Home")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lm-Menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rows.nth(0)).to_be_focused()
    search.fill("none like this")
    expect(sidebar.panel).to_contain_text("No environment has “none like this” in its name, note or tags, or as a")
