"""From an environment file to a pinned, running notebook, as a person does it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook


@pytest.mark.usefixtures("cold_cache")
def test_from_a_file_to_a_pinned_running_notebook(
    lab: Lab, slow_channel: FileServer, page: Page, sidebar: Sidebar, folder: Path
) -> None:
    (folder / "environment.yml").write_text("name: penguins\ndependencies:\n  - python\n  - tinyconf\n")
    write_notebook(folder / "analysis.ipynb")
    expect(sidebar.panel).to_contain_text("An environment holds the packages")
    sidebar.picture("empty")

    sidebar.open_notebook(f"{folder.name}/analysis.ipynb")
    expect(sidebar.card).to_contain_text("environment.yml beside this notebook says what it needs.")
    sidebar.press("From a file…", sidebar.section("Environments"))
    sidebar.choose_file("environment.yml")
    form = sidebar.section("New environment")
    sidebar.press("Show the plan", form)
    expect(form).to_contain_text("+ tinyconf 1.0")
    expect(form).to_contain_text("link scripts never run")
    assert lab.get(API + "environments").json()["environments"] == [], "a plan installs nothing"
    sidebar.picture("plan")

    slow_channel.fault("/jedi-", Fault(delay=2.0), times=1)
    sidebar.press("Install", form)
    jobs = sidebar.section("Jobs")
    expect(jobs).to_contain_text(re.compile(r"Downloading \d+ of \d+ · [\d.]+ of \d+ MB"))
    expect(jobs.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
    sidebar.picture("progress")
    expect(jobs).to_contain_text("penguins is ready.")
    expect(sidebar.row("penguins")).to_be_visible()
    sidebar.picture("created")

    sidebar.press("Use for this notebook", jobs)
    sidebar.wait_for_kernel("penguins")
    prefix = lab.get(API + "environments/penguins").json()["prefix"]
    expect(sidebar.run_first_cell("import sys; print(sys.prefix)")).to_have_text(f"{prefix}\n")
    sidebar.picture("unpinned")

    sidebar.press("Pin to penguins")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    sidebar.picture("match")

    page.reload()
    sidebar.open()
    sidebar.wait_for_kernel("penguins")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    metadata = json.loads((folder / "analysis.ipynb").read_text())["metadata"]
    assert metadata["jupyter_envs"]["environment"] == "penguins"
    assert metadata["kernelspec"]["name"] == "penguins"
    assert (folder / metadata["jupyter_envs"]["lock"]).is_file()


def test_a_new_kernel_is_in_the_launcher_without_a_reload(page: Page, sidebar: Sidebar, lab: Lab) -> None:
    card = page.locator('.jp-LauncherCard[data-category="Notebook"]', has_text="flowers")
    expect(card).to_have_count(0)
    lab.finished(lab.confirmed("POST", API + "environments", {"name": "flowers", "packages": ["python"]}))
    expect(card).to_be_visible()
    expect(sidebar.row("flowers")).to_be_visible()
    lab.finished(lab.delete(API + "environments/flowers"))
    expect(card).to_have_count(0)
    expect(sidebar.row("flowers")).to_have_count(0)
