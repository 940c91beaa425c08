"""The same prebuilt extension in every minor version of JupyterLab that we promise, and below a base URL.

With ``--long`` each minor gets a virtual environment of its own with the extension's wheel, which needs an index of
packages; otherwise it is the version that is installed here, below a base URL.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.lab import Lab
from tests.support.wheel import installed

from ..localchannel import LocalChannel
from .conftest import watched
from .sidebar import Sidebar, write_notebook

MINORS = ("4.4", "4.5", "4.6")


def walk_through(lab: Lab, browser: Browser, minor: str = "") -> None:
    """Environment, kernel and pin in a notebook, then a console, without a word on the browser's console."""
    write_notebook(lab.root / "a.ipynb")
    with watched(browser, lab.url, seconds=60) as page:
        page.goto(f"{lab.url}lab?token={lab.token}")
        sidebar = Sidebar(page, None)
        sidebar.open()
        version = page.evaluate("() => window.jupyterapp.version")
        assert version.startswith(minor), version
        expect(sidebar.panel).to_contain_text("Open a notebook or a console to see what it runs in.")
        sidebar.create_use_and_pin("a.ipynb", "walked")
        expect(page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")).to_contain_text("walked")
        follow_a_console(sidebar)
        page.reload()
        sidebar.open()
        expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")


def follow_a_console(sidebar: Sidebar) -> None:
    """The card is about a console while it is in front, and moves it to another environment."""
    page = sidebar.page
    sidebar.command("console:create", kernelPreference={"name": "python3"}, activate=True)
    sidebar.wait_for_kernel("python3")
    card = sidebar.section("This console")
    expect(card).to_contain_text("This console runs in none of the environments below.")
    sidebar.press("Switch ▾", card)
    sidebar.choose("walked")
    sidebar.wait_for_kernel("walked")
    expect(card).to_contain_text("A console is not pinned; it runs in what is chosen here.")
    expect(page.locator(".jp-ConsolePanel .jp-Envs-badge")).to_contain_text("walked")
    expect(sidebar.row("walked")).to_have_attribute("aria-current", "true")
    page.get_by_role("tab", name="a.ipynb").click()
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    page.get_by_role("tab", name="Console 1").click()
    expect(card).to_contain_text("walked")
    page.get_by_role("tab", name="a.ipynb").click()
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")


def test_below_a_base_url(channel: LocalChannel, browser: Browser, tmp_path: Path) -> None:
    settings = {"default_channels": [channel.file_url], "root_dir": str(tmp_path / "envs")}
    with Lab(tmp_path / "home", {"Manager": settings, "ServerApp": {"base_url": "/user/me/"}}) as lab:
        assert lab.url.endswith("/user/me/")
        walk_through(lab, browser)


@pytest.mark.parametrize("minor", MINORS)
def test_every_minor_version(
    minor: str, request: pytest.FixtureRequest, channel: LocalChannel, browser: Browser, tmp_path: Path
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("needs --long, and an index of packages")
    python = installed(tmp_path / "venv", f"jupyterlab=={minor}.*", str(request.getfixturevalue("wheel")))
    settings = {"default_channels": [channel.file_url], "root_dir": str(tmp_path / "envs")}
    with Lab(tmp_path / "home", {"Manager": settings}, python=python) as lab:
        walk_through(lab, browser, minor)
