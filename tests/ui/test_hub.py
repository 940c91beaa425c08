"""Behind JupyterHub: a real hub, its real proxy, and a user's JupyterLab below the user's base URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.user_hub import UserHub, proxy
from tests.support.wheel import installed

from ..localchannel import LocalChannel
from .conftest import watched
from .sidebar import Sidebar, write_notebook


def test_a_user_of_a_hub(
    request: pytest.FixtureRequest, channel: LocalChannel, browser: Browser, tmp_path: Path
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("needs --long, and indexes of Python's and Node's packages")
    command = proxy(tmp_path / "proxy")
    assert command is not None, "needs configurable-http-proxy, or npm to install it"
    python = installed(tmp_path / "venv", "jupyterlab", "jupyterhub", str(request.getfixturevalue("wheel")))
    settings = {"default_channels": [channel.file_url], "root_dir": str(tmp_path / "envs")}
    with UserHub(tmp_path / "hub", python, command, {"Manager": settings}) as hub:
        (tmp_path / "hub" / "ada").mkdir()
        write_notebook(tmp_path / "hub" / "ada" / "a.ipynb")
        with watched(browser, hub.url, seconds=60) as page:
            page.goto(f"{hub.url}hub/login?next=/hub/spawn")
            page.get_by_label("Username").fill("ada")
            page.get_by_label("Password").fill(hub.password)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{hub.url}user/ada/lab**", timeout=120_000)
            sidebar = Sidebar(page, None)
            sidebar.open()
            sidebar.create_use_and_pin("a.ipynb", "behind-a-hub")
            page.reload()
            sidebar.open()
            expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
