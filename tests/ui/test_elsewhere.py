"""The same in Notebook 7, and in another language."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.lab import PROJECT, Lab

from ..localchannel import LocalChannel
from .conftest import Complaints
from .sidebar import Sidebar, write_notebook

LANGUAGE = "lab/api/settings/@jupyterlab/translation-extension:plugin"


@pytest.fixture(scope="module")
def notebook_server(channel: LocalChannel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Notebook 7."""
    home = tmp_path_factory.mktemp("notebook")
    with Lab(home, {"Manager": {"default_channels": [channel.file_url]}}, app="notebook") as server:
        yield server


def test_notebook_7_has_the_badge_the_card_and_all_that_follows(notebook_server: Lab, browser: Browser) -> None:
    write_notebook(notebook_server.root / "a.ipynb")
    page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
    complaints = Complaints(notebook_server.url.split("//")[1].split("/")[0])
    complaints.listen(page)
    page.goto(f"{notebook_server.url}notebooks/a.ipynb?token={notebook_server.token}")
    badge = page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")
    expect(badge).to_contain_text("Python 3 (ipykernel)")
    badge.click()
    expect(page.locator("#jupyter-envs-panel")).to_contain_text("Nothing records which environment")
    Sidebar(page, None).make_use_and_pin("walked")
    expect(badge).to_contain_text("walked")
    page.reload()
    badge.click()
    expect(page.locator("#jupyter-envs-panel")).to_contain_text("Runs exactly what environment.yml locks.")
    page.context.close()
    # thrown by Notebook 7.6's own plugin for shortcuts, also in one without any extension
    ours = [error for error in complaints.errors if "(reading 'schema')" not in error]
    assert ours == []
    assert complaints.external == []


@pytest.fixture
def german(lab: Lab) -> Iterator[dict[str, object]]:
    """JupyterLab speaks German; the catalogue, as the server would send it where the language pack is installed."""
    assert lab.put(LANGUAGE, {"raw": json.dumps({"locale": "de_DE"})}).status == 204
    catalogue = json.loads((PROJECT / "jupyter_envs/locale/de_DE/LC_MESSAGES/jupyter_envs.json").read_text("utf-8"))
    yield {"data": {"jupyter_envs": catalogue}, "message": ""}
    assert lab.put(LANGUAGE, {"raw": "{}"}).status == 204


def test_german(german: dict[str, object], page: Page) -> None:
    page.route("**/lab/api/translations/de_DE*", lambda route: route.fulfill(json=german))
    page.reload()
    sidebar = Sidebar(page, None)
    sidebar.open()
    expect(sidebar.panel).to_contain_text("Öffnen Sie ein Notebook oder eine Konsole, um zu sehen, worin sie laufen.")
    sidebar.command("jupyter-envs:create")
    form = sidebar.section("Neue Umgebung")
    expect(sidebar.button("Plan zeigen", form)).to_be_visible()
