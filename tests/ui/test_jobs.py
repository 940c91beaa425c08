"""Jobs: in a second tab, with the sidebar closed, and what leads out of a failure."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .sidebar import Sidebar

BROKEN = "name: broken\ndependencies:\n  - python\n  - tinytext >=99\n"


def test_a_second_tab_shows_the_job_and_can_cancel_it(
    lab: Lab, slow_channel: FileServer, page: Page, sidebar: Sidebar
) -> None:
    slow_channel.fault("/tinyneeds-", Fault(delay=60.0))
    form = sidebar.fill_form("two-tabs", "tinyneeds")
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    expect(sidebar.section("Jobs")).to_contain_text("Downloading")
    other = page.context.new_page()
    other.goto(f"{lab.url}lab/workspaces/second?reset")
    second = Sidebar(other, None)
    second.open()
    jobs = second.section("Jobs")
    expect(jobs.get_by_role("progressbar")).to_have_attribute("aria-valuetext", re.compile("Downloading"))
    second.press("Log", jobs)
    expect(second.button("Copy", jobs)).to_be_visible()
    second.press("Cancel", jobs)
    expect(jobs).to_contain_text("Cancelled. Nothing was changed.")
    expect(sidebar.section("Jobs")).to_contain_text("Cancelled. Nothing was changed.")
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    expect(jobs).to_have_count(0)
    other.close()
    slow_channel.well_behaved()


def test_with_the_sidebar_closed_a_toast_says_that_the_job_has_ended(
    lab: Lab, slow_channel: FileServer, page: Page, sidebar: Sidebar
) -> None:
    slow_channel.fault("/tinyconf-", Fault(delay=3.0), times=1)
    form = sidebar.fill_form("toasted", "python tinyconf")
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    expect(sidebar.section("Jobs")).to_be_visible()
    sidebar.command("application:toggle-left-area")
    toast = page.locator(".Toastify__toast", has_text="toasted is ready.")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Show").click()
    expect(sidebar.section("Jobs")).to_contain_text("toasted is ready.")
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    lab.finished(lab.delete(f"{API}environments/toasted"))


def test_a_file_that_cannot_be_solved_leads_to_the_file(page: Page, sidebar: Sidebar, folder: Path) -> None:
    (folder / "environment.yml").write_text(BROKEN)
    sidebar.command("jupyter-envs:create-from-file", path=f"{folder.name}/environment.yml")
    form = sidebar.section("New environment")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("tinytext")
    sidebar.picture("unsolvable-file")
    sidebar.press("Edit environment.yml", form)
    expect(page.locator(".jp-FileEditor .cm-content")).to_contain_text("tinytext >=99")
    sidebar.press("Dismiss", form)
    sidebar.press("Cancel", form)


def test_nothing_moves_under_the_pointer_when_a_job_ends(
    lab: Lab, slow_channel: FileServer, page: Page, sidebar: Sidebar
) -> None:
    slow_channel.fault("/tinyblob-", Fault(delay=4.0), times=1)
    form = sidebar.fill_form("still", "python tinyblob")
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    cancel = sidebar.button("Cancel", jobs)
    cancel.hover()
    before = cancel.bounding_box()
    expect(jobs).to_contain_text("still is ready.")
    expect(cancel).to_be_disabled()
    assert cancel.bounding_box() == before
    page.mouse.move(900, 500)
    expect(sidebar.button("New notebook", jobs)).to_be_visible()
    sidebar.press("Dismiss", jobs)
    lab.finished(lab.delete(f"{API}environments/still"))
