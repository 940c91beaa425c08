"""axe-core on how jobs end: a failure that stays, a log that is open, and the notifications with the sidebar closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .accessible import Inspector
from .sidebar import Sidebar

pytestmark = pytest.mark.usefixtures("cold_cache")


def install(sidebar: Sidebar, name: str, packages: str) -> Locator:
    """Begin the install of a new environment; the section of its job."""
    form = sidebar.fill_form(name, packages)
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs).to_contain_text(name)
    return jobs


def test_a_failure_that_stays_and_its_log(slow_channel: FileServer, sidebar: Sidebar, inspector: Inspector) -> None:
    slow_channel.fault("/tinyactivate-", Fault(body=b"not what was promised"))
    jobs = install(sidebar, "fails-here", "tinyactivate")
    expect(jobs.get_by_role("alert")).to_contain_text("tinyactivate")
    inspector.look("a failed job")
    sidebar.press("Log", jobs)
    expect(jobs.get_by_role("region", name="Log")).to_contain_text("tinyactivate")
    inspector.look("the log of a failed job")
    sidebar.press("Dismiss", jobs)
    expect(jobs).to_have_count(0)
    slow_channel.well_behaved()


def test_the_log_of_a_running_job(slow_channel: FileServer, sidebar: Sidebar, inspector: Inspector) -> None:
    slow_channel.fault("/tinyactivate-", Fault(delay=60.0))
    jobs = install(sidebar, "runs-on", "tinyactivate")
    expect(jobs.get_by_role("progressbar")).to_be_visible()
    sidebar.press("Log", jobs)
    expect(sidebar.button("Copy", jobs)).to_be_visible()
    inspector.look("the log of a running job")
    sidebar.press("Cancel", jobs)
    expect(jobs).to_contain_text("Cancelled. Nothing was changed.")
    sidebar.press("Dismiss", jobs)
    slow_channel.well_behaved()


def install_unseen(sidebar: Sidebar, name: str) -> Locator:
    """Have a new environment installed with the sidebar closed; the notification about it."""
    form = sidebar.fill_form(name, "tinyactivate")
    sidebar.press("Show the plan", form)
    expect(sidebar.button("Install", form)).to_be_visible()
    sidebar.command("application:toggle-left-area")
    sidebar.command("jupyter-envs:install")
    return sidebar.page.locator(".Toastify__toast", has_text=name)


def test_notifications_with_the_sidebar_closed(
    lab: Lab, slow_channel: FileServer, sidebar: Sidebar, inspector: Inspector
) -> None:
    slow_channel.fault("/tinyactivate-", Fault(body=b"not what was promised"))
    failed = install_unseen(sidebar, "fails-unseen")
    expect(failed).to_contain_text("tinyactivate")
    inspector.look("a failure with the sidebar closed")
    failed.get_by_role("button", name="Show").click()
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    slow_channel.well_behaved()

    ready = install_unseen(sidebar, "ready-unseen")
    expect(ready).to_contain_text("ready-unseen is ready.")
    # it goes after a while, unless the pointer is on it
    ready.hover()
    inspector.look("an end with the sidebar closed")
    ready.get_by_role("button", name="Show").click()
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    lab.finished(lab.delete(f"{API}environments/ready-unseen"))
