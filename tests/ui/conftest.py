"""A real browser on a real JupyterLab. The browser is started here and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from tests.support.client import API
from tests.support.http_server import FileServer
from tests.support.lab import PROJECT, Lab
from tests.support.pypi_index import PypiIndex
from tests.support.wheel import built

from ..localchannel import LocalChannel
from .accessible import Inspector
from .pictures import Album
from .sidebar import Sidebar

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]

NOT_OURS = (
    # the browser says so for every answer of 4xx; that these are shown is what is tested
    "Failed to load resource",
    # JupyterLab's debugger, when a kernel goes while it still asks it something
    "Could not restore the debugger state",
    "Kernel is dead",
)


@pytest.fixture(scope="session")
def slow_channel(channel: LocalChannel) -> Iterator[FileServer]:
    """The channel of the browser's JupyterLab, which tests slow down to see what happens meanwhile."""
    with FileServer(channel.path) as server:
        yield server


@pytest.fixture(scope="session")
def lab(slow_channel: FileServer, pypi_index: PypiIndex, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab for the browser alone, with an empty package cache to begin with."""
    home = tmp_path_factory.mktemp("browser-lab")
    settings = {
        "default_channels": [slow_channel.url],
        "pypi_index": pypi_index.simple_url,
        "root_dir": str(home / "envs"),
        "cache_dir": str(home / "package-cache"),
        "templates": [
            {"name": "Teaching", "description": "For the course", "file": "dependencies: [python, tinyconf]"}
        ],
    }
    with Lab(home, {"Manager": settings}) as server:
        yield server


@pytest.fixture
def cold_cache(lab: Lab) -> None:
    """No package is in the cache, whatever ran before: everything has to be downloaded."""
    shutil.rmtree(lab.home / "package-cache" / "packages", ignore_errors=True)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's wheel, for tests that install it elsewhere."""
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What a page should never do: log errors, throw, or ask another machine for anything."""

    own: str
    errors: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("pageerror", self._thrown)
        page.on("console", self._heard)
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _thrown(self, error: Error) -> None:
        if not error.message.startswith(NOT_OURS):
            self.errors.append(error.stack or error.message)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NOT_OURS):
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.own:
            self.external.append(url)


@contextmanager
def watched(browser: Browser, url: str, *, seconds: int = 30) -> Iterator[Page]:
    """A new page for the server at ``url``, which waits so long for what it looks for; fails if it complained."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(seconds * 1000)
    page = context.new_page()
    complaints = Complaints(urlsplit(url).netloc)
    complaints.listen(page)
    yield page
    page.unroute_all(behavior="ignoreErrors")
    context.close()
    assert not complaints.errors, "\n\n".join(complaints.errors)
    assert complaints.external == []


@pytest.fixture
def page(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh workspace of JupyterLab; fails the test if the page complained."""
    with watched(browser, lab.url) as page:
        # a workspace of another name than these letters is none, and all such tests would share the default one
        workspace = re.sub(r"[^\w-]", "-", request.node.name)
        page.goto(f"{lab.url}lab/workspaces/{workspace}?reset&token={lab.token}")
        yield page


@pytest.fixture
def sidebar(page: Page) -> Sidebar:
    """The environments panel of the page, open; with JUPYTER_ENVS_SCREENSHOTS set, pictures of it are taken."""
    sidebar = Sidebar(page, Album(PROJECT) if os.environ.get("JUPYTER_ENVS_SCREENSHOTS") else None)
    sidebar.open()
    return sidebar


@pytest.fixture
def inspector(page: Page, sidebar: Sidebar) -> Iterator[Inspector]:
    """Fails the test with all that it found on the way."""
    inspector = Inspector(page, sidebar)
    yield inspector
    assert not inspector.found, "\n\n".join(inspector.found)


@pytest.fixture
def folder(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A folder of the test's own below the server's root."""
    folder = lab.root / str(request.node.name)
    folder.mkdir()
    return folder


@pytest.fixture
def create(lab: Lab) -> Iterator[Callable[..., str]]:
    """Makes environments where making them is not what is tested; they are gone afterwards."""
    made: list[str] = []

    def make(name: str, *packages: str) -> str:
        reply = lab.confirmed("POST", API + "environments", {"name": name, "packages": list(packages)})
        job = lab.finished(reply)
        assert job["state"] == "done", job
        assert lab.delete(f"{API}jobs/{job['id']}").status == 204
        made.append(name)
        return name

    yield make
    for name in made:
        reply = lab.delete(f"{API}environments/{name}?force=true")
        if reply.status == 202:
            lab.finished(reply)
