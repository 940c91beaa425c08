"""What a screen reader is told without having looked for it: verdicts, phases and failures, and no count of bytes."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.http_server import Fault, FileServer
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook
from .test_accessible import a_verdict, answered

# What is in a region when the region comes may go unheard, unless it is an alert.
LISTEN = """panel => {
  window.heard = [];
  const say = (role, text) => text.trim() && window.heard.push(`${role}: ${text.trim()}`);
  const changed = new MutationObserver(records => {
    const seen = new Set();
    for (const { target, addedNodes } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const region = element?.closest('[role=status], [role=alert], [aria-live], [role=log], [role=timer]');
      const role = region?.getAttribute('role') ?? region?.getAttribute('aria-live');
      const whole = region?.getAttribute('aria-atomic') !== 'false';
      const part = whole ? region : element.closest('p') ?? [...addedNodes][0];
      if (part && !seen.has(part)) {
        seen.add(part);
        say(role, part.textContent);
      }
      for (const node of addedNodes) {
        if (node instanceof Element && !region) {
          const alerts = [...(node.matches('[role=alert]') ? [node] : []), ...node.querySelectorAll('[role=alert]')];
          alerts.forEach(alert => say('alert', alert.textContent));
        }
      }
    }
  });
  changed.observe(panel, { subtree: true, childList: true, characterData: true });
}"""


class Listener:
    """A screen reader's ears on the panel of one page."""

    def __init__(self, sidebar: Sidebar) -> None:
        self.page = sidebar.page
        sidebar.panel.evaluate(LISTEN)

    def wait_for(self, text: str) -> None:
        self.page.wait_for_function("text => window.heard.some(heard => heard.includes(text))", arg=text)

    @property
    def heard(self) -> list[str]:
        return list(self.page.evaluate("() => window.heard"))


@pytest.mark.usefixtures("cold_cache")
def test_phases_are_announced_and_not_how_far_they_are(lab: Lab, slow_channel: FileServer, sidebar: Sidebar) -> None:
    for part in ("/tinyneeds-", "/tinytext-", "/tinyconf-"):
        slow_channel.fault(part, Fault(delay=2.0), times=1)
    form = sidebar.fill_form("heard", "tinyneeds tinytext tinyconf tinyblob")
    listener = Listener(sidebar)
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    listener.wait_for("heard is ready.")
    heard = listener.heard
    assert "status: Building heard: Downloading" in heard, heard
    assert heard[-1] == "status: heard is ready.", heard
    assert len(set(heard)) == len(heard), "nothing is said twice"
    assert not [text for text in heard if re.search(r"\d", text)], heard
    assert all(text.startswith("status: ") for text in heard), heard
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    lab.finished(lab.delete(f"{API}environments/heard"))


@pytest.mark.usefixtures("cold_cache")
def test_a_failure_is_an_alert(slow_channel: FileServer, sidebar: Sidebar) -> None:
    slow_channel.fault("/tinyactivate-", Fault(body=b"not what was promised"))
    form = sidebar.fill_form("unheard", "tinyactivate")
    listener = Listener(sidebar)
    sidebar.press("Show the plan", form)
    sidebar.press("Install", form)
    expect(sidebar.section("Jobs").get_by_role("alert")).to_contain_text("tinyactivate")
    listener.wait_for("tinyactivate")
    alerts = [text for text in listener.heard if text.startswith("alert: ")]
    assert len(alerts) == 1, alerts
    sidebar.press("Dismiss", sidebar.section("Jobs"))
    slow_channel.well_behaved()


def test_the_verdict_is_announced_once(page: Page, sidebar: Sidebar, folder: Path) -> None:
    write_notebook(folder / "a.ipynb")
    listener = Listener(sidebar)
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    listener.wait_for("Nothing records which environment this notebook needs.")
    answered(page, "**/api/pins/**", partial(dict.update, verdict=a_verdict("drifted", "restore")))
    sidebar.command("jupyter-envs:refresh")
    listener.wait_for("It is drifted.")
    before = listener.heard
    # read again, it says the same: nobody is told
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.card).to_contain_text("It is drifted.")
    assert listener.heard == before
    assert [text for text in before if text.startswith("status: ")] == [
        "status: Nothing records which environment this notebook needs.",
        "status: It is drifted.",
    ]
    page.route("**/api/pins/**", lambda route: route.fulfill(status=403, json={"message": "You may not."}))
    sidebar.command("jupyter-envs:refresh")
    listener.wait_for("You may not.")
    assert "alert: You may not." in [text.strip() for text in listener.heard]
