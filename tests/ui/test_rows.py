"""What a row of the list says while something is done with its environment, and what was last seen of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .sidebar import Sidebar

Create = Callable[..., str]


@pytest.mark.usefixtures("cold_cache")
def test_a_row_says_what_is_done_with_it(lab: Lab, slow_channel: FileServer, sidebar: Sidebar, create: Create) -> None:
    name = create("worked-on", "python")
    row = sidebar.row(name)
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("being")
    slow_channel.fault("/tinyblob-", Fault(delay=60.0))
    reply = lab.confirmed("PATCH", f"{API}environments/{name}", {"install": ["tinyblob"]})
    expect(row).to_contain_text("being changed")
    sidebar.picture("row-working")
    sidebar.press("Cancel", sidebar.section("Jobs"))
    expect(row).not_to_contain_text("being changed")
    assert lab.finished(reply)["state"] == "cancelled"
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    slow_channel.well_behaved()


def test_a_row_says_what_was_last_seen_of_it(lab: Lab, sidebar: Sidebar, create: Create) -> None:
    name = create("seen", "python", "tinytext")
    row = sidebar.row(name)
    expect(row).to_have_accessible_name(
        re.compile(r"^seen, conda · Python [\d.]+ · \d+ packages · .+ of its own, .+ shared")
    )
    prefix = Path(lab.get(f"{API}environments/{name}").json()["prefix"])
    module = next(prefix.glob("lib/python3*/site-packages/tinytext*.py"))
    text = module.read_text()
    # it may be linked to other environments: replace it, do not write into it
    module.unlink()
    module.write_text(text + "# changed")
    expect(row).not_to_contain_text("damaged")
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    sidebar.press("Verify files", details)
    expect(details).to_contain_text("files damaged")
    sidebar.press("Back to the list", details)
    expect(row).to_contain_text("files damaged")
    sidebar.picture("row-damaged")
