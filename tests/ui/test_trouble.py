"""What goes wrong is shown, never thrown, and nothing is lost by it: a server that is down, refuses, or is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .conftest import Complaints
from .sidebar import Sidebar, write_notebook

DOWN = (
    # what the browser and JupyterLab say of a server that is gone
    "WebSocket connection to",
    "Connection lost",
    "Failed to fetch",
    "NetworkError",
)


def answering(status: int, body: str) -> Callable[[Route], None]:
    """What answers every request in the same way."""
    return lambda route: route.fulfill(status=status, body=body, content_type="text/html")


@pytest.fixture(scope="module")
def mortal(slow_channel: FileServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab of this module's own, which may die."""
    home = tmp_path_factory.mktemp("mortal")
    settings = {"default_channels": [slow_channel.url], "root_dir": str(home / "envs")}
    with Lab(home, {"Manager": {**settings, "cache_dir": str(home / "cache")}}) as server:
        yield server


def test_the_server_goes_and_comes_back(mortal: Lab, slow_channel: FileServer, browser: Browser) -> None:
    for name in ("before", "other"):
        mortal.finished(mortal.confirmed("POST", API + "environments", {"name": name, "packages": ["tinyblob"]}))
    write_notebook(mortal.root / "a.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = Complaints(mortal.url.split("//")[1].split("/")[0])
    complaints.listen(page)
    # JupyterLab says in a dialog that the server is gone
    page.add_locator_handler(page.get_by_role("dialog"), lambda dialog: dialog.get_by_role("button").last.click())
    page.goto(f"{mortal.url}lab?token={mortal.token}")
    sidebar = Sidebar(page, None)
    sidebar.open()
    expect(sidebar.row("before")).to_be_visible()
    form = sidebar.fill_form("later", "tinyactivate")
    slow_channel.fault("/tinyactivate-", Fault(delay=60.0))
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs.get_by_role("progressbar")).to_be_visible()
    form = sidebar.fill_form("kept", "tinytext")

    mortal.process.kill()
    sidebar.press("Refresh")
    environments = sidebar.section("Environments")
    expect(environments.get_by_role("alert")).to_contain_text("The Jupyter server does not answer.")
    expect(sidebar.row("before")).to_be_visible()
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("The Jupyter server does not answer.")
    sidebar.row("before").press("Delete")
    sidebar.press("Remove", environments)
    expect(environments.get_by_role("alertdialog")).to_contain_text("The Jupyter server does not answer.")
    page.keyboard.press("Escape")
    sidebar.command("jupyter-envs:details", environment="other")
    details = sidebar.panel.get_by_role("region", name="other", exact=True)
    expect(details.get_by_role("alert")).to_contain_text("The Jupyter server does not answer.")
    sidebar.press("Back to the list")
    sidebar.picture("down")

    slow_channel.well_behaved()
    mortal.start()
    sidebar.press("Try again", environments)
    expect(environments.get_by_role("alert")).to_have_count(0)
    expect(jobs.get_by_role("alert")).to_be_visible()
    expect(jobs).not_to_contain_text("Downloading")
    sidebar.press("Dismiss", form)
    expect(form.get_by_label("Name")).to_have_value("kept")
    expect(form.get_by_role("combobox", name="Packages")).to_have_value("tinytext")
    sidebar.press("Show the plan", form)
    expect(form).to_contain_text("+ tinytext 2.0")
    context.close()
    ours = [error for error in complaints.errors if not any(words in error for words in DOWN)]
    assert not ours, "\n\n".join(ours)


def test_403_and_500_are_shown_where_they_happen(page: Page, sidebar: Sidebar, folder: Path) -> None:
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    form = sidebar.fill_form("refused", "tinytext")
    for status, body, words in (
        (403, '{"message": "You may not.", "code": "forbidden"}', "You may not."),
        (500, "<h1>proxy</h1>", "The Jupyter server answered 500"),
    ):
        page.route("**/jupyter-envs/api/**", answering(status, body))
        sidebar.press("Refresh")
        expect(sidebar.card.get_by_role("alert")).to_contain_text(words)
        expect(sidebar.section("Environments").get_by_role("alert")).to_contain_text(words)
        sidebar.press("Show the plan", form)
        expect(form.get_by_role("alert")).to_contain_text(words)
        sidebar.press("Dismiss", form)
        expect(form.get_by_role("combobox", name="Packages")).to_have_value("tinytext")
        sidebar.command("jupyter-envs:free-space")
        expect(sidebar.panel.get_by_role("group", name="Free space")).to_contain_text(words)
        page.unroute("**/jupyter-envs/api/**")
        sidebar.press("Try again", sidebar.card)
        expect(sidebar.card).to_contain_text("Nothing records")
        expect(sidebar.panel.get_by_role("alert")).to_have_count(1)
        sidebar.press("Dismiss", sidebar.panel.get_by_role("group", name="Free space"))
    sidebar.press("Cancel", form)


def test_a_page_to_log_in_is_no_answer(page: Page, sidebar: Sidebar) -> None:
    page.route("**/api/environments?*", answering(200, "<form action=/hub/login>"))
    sidebar.press("Refresh")
    alert = sidebar.section("Environments").get_by_role("alert")
    expect(alert).to_contain_text("Perhaps you have to log in again")
    page.unroute("**/api/environments?*")
    sidebar.press("Try again")
    expect(alert).to_have_count(0)


def test_without_a_channel_that_answers(page: Page, sidebar: Sidebar) -> None:
    form = sidebar.fill_form("alone", "")
    form.get_by_label("Channels").fill("http://127.0.0.1:9/nobody")
    field = form.get_by_role("combobox", name="Packages")
    field.press_sequentially("tinytext")
    expect(form.get_by_role("listbox")).to_contain_text("127.0.0.1:9")
    page.keyboard.press("Enter")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("127.0.0.1:9")
    sidebar.picture("alone")
    sidebar.press("Dismiss", form)
    expect(form.get_by_label("Channels")).to_have_value("http://127.0.0.1:9/nobody")
    sidebar.press("Cancel", form)


def test_while_the_server_is_slow_the_panel_can_be_used(page: Page, sidebar: Sidebar, folder: Path) -> None:
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/jupyter-envs/api/**", hold)
    page.reload()
    sidebar.open()
    expect(sidebar.card).to_contain_text("Looking…")
    expect(sidebar.section("Environments")).to_contain_text("Looking…")
    form = sidebar.fill_form("slow", "")
    field = form.get_by_role("combobox", name="Packages")
    field.press_sequentially("tinytext tinyb")
    expect(field).to_have_value("tinytext tinyb")
    page.keyboard.press("Enter")
    expect(form.get_by_role("list", name="Chosen")).to_contain_text("tinyb")
    for route in held:
        route.continue_()
    page.unroute("**/jupyter-envs/api/**")
    expect(sidebar.card).to_contain_text("Nothing records")
    expect(sidebar.panel).not_to_contain_text("Looking…")
    expect(form.get_by_label("Name")).to_have_value("slow")


def test_a_job_that_vanishes(page: Page, sidebar: Sidebar, slow_channel: FileServer, lab: Lab) -> None:
    slow_channel.fault("/tinyneeds-", Fault(delay=60.0))
    form = sidebar.fill_form("vanishing", "tinyneeds")
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs).to_contain_text("Downloading")
    page.route("**/api/jobs/*", answering(404, '{"message": "There is no such job.", "code": "not-found"}'))
    sidebar.press("Log", jobs)
    expect(jobs.get_by_role("alert")).to_contain_text("The server no longer knows this job.")
    sidebar.press("Dismiss", jobs)
    expect(jobs).to_have_count(0)
    page.unroute("**/api/jobs/*")
    for job in lab.get(API + "jobs").json()["jobs"]:
        lab.delete(f"{API}jobs/{job['id']}")
    slow_channel.well_behaved()
