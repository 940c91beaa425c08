"""A build on a hub that the user configured, followed in the sidebar's list of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.checkouts import new_checkout
from tests.support.hub import GOOD, HANG, Hub
from tests.support.lab import Lab

from .sidebar import Sidebar


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


@pytest.fixture(scope="module")
def lab(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab whose user configured a hub."""
    home = tmp_path_factory.mktemp("browser-hub")
    settings = {"root_dir": str(home / "envs"), "binder_hub": hub.url, "binder_follow_hubs": [hub.url]}
    with Lab(home, {"Manager": settings}) as server:
        yield server


def test_a_build_is_followed_given_up_and_opened(lab: Lab, hub: Hub, page: Page, sidebar: Sidebar) -> None:
    checkout: Path = new_checkout(lab.root / "repo")
    hub.scripts = [[*GOOD[:4], HANG]]
    sidebar.command("jupyter-envs:open-on-binder", path=f"{checkout.name}/analysis.ipynb")
    binder = sidebar.section("Binder")
    sidebar.press("Build and follow", binder)
    jobs = sidebar.section("Jobs")
    expect(jobs).to_contain_text("Building repo/analysis.ipynb on Binder")
    expect(jobs).to_contain_text("The hub is building")
    sidebar.press("Log", jobs)
    expect(jobs).to_contain_text("Step 1/50 : FROM ubuntu")
    sidebar.picture("binder-building")
    sidebar.press("Cancel", jobs)
    expect(jobs).to_contain_text("Given up. The hub may go on building.")
    sidebar.press("Dismiss", jobs)

    hub.scripts = [[*GOOD[:4], {"phase": "failed", "message": "postBuild: exit code 1\n"}]]
    sidebar.press("Build and follow", binder)
    expect(jobs).to_contain_text("postBuild: exit code 1")
    sidebar.press("Dismiss", jobs)

    hub.scripts = [GOOD]
    sidebar.press("Build and follow", binder)
    expect(jobs).to_contain_text("The image is ready.")
    page.context.route(f"{hub.url}/v2/**", lambda route: route.fulfill(body="<title>Binder</title>"))
    with page.context.expect_page() as opened:
        sidebar.press("Open in a new tab", jobs)
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(f"{hub.url}/v2/gh/owner/repo/")
    assert opened.value.evaluate("() => window.opener") is None
