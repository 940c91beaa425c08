"""Without motion, with the system's colours or much contrast: what is shown stays to be seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.client import API
from tests.support.lab import Lab

from .pixels import changed, picture, seen
from .sidebar import Sidebar, write_notebook
from .test_accessible import VERDICTS, a_verdict, answered

Create = Callable[..., str]
MOVING = """() => document.getAnimations().map(animation => animation.effect.target)
  .filter(element => element.closest('.jp-Envs')).map(element => element.className || element.tagName)"""


def a_job(name: str, **values: Any) -> dict[str, Any]:
    """A job as the server tells of one."""
    job = {"id": f"shown-{name}", "kind": "create", "title": f"Create {name}", "environment": name, "state": "running"}
    times = {"created": "2026-01-01T00:00:00Z", "started": "2026-01-01T00:00:00Z", "finished": None}
    return {**job, **times, "progress": None, "result": None, "error": None, **values}


def progress(phase: str, **values: object) -> dict[str, Any]:
    counts = {"packages_done": 9, "packages_total": 12, "bytes_done": 51_000_000, "bytes_total": 82_000_000}
    return {"progress": {"phase": phase, **counts, "package": None, **values}}


SHOWN = {
    job["id"]: job
    for job in (
        a_job("downloads", **progress("fetching")),
        a_job("solves", **progress("solving", packages_done=0, packages_total=None)),
        a_job(
            "fails", state="failed", error={"code": "unsolvable", "message": "It cannot be.", "hints": [], "fields": {}}
        ),
    )
}


@pytest.fixture
def running(page: Page, sidebar: Sidebar) -> None:
    """Jobs that neither end nor go on."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1].partition("?")[0]
        if name == "jobs":
            route.fulfill(json={"jobs": list(SHOWN.values())})
        elif name in SHOWN:
            route.fulfill(json=SHOWN[name])
        else:
            route.continue_()

    page.route("**/api/jobs**", answer)
    sidebar.command("jupyter-envs:refresh")
    expect(sidebar.section("Jobs").get_by_role("progressbar")).to_have_count(2)


@pytest.mark.usefixtures("running")
def test_nothing_moves_for_those_who_want_no_motion(page: Page, sidebar: Sidebar) -> None:
    assert page.evaluate(MOVING) == ["DIV"], "the bar that does not know how far it is wanders"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []
    assert page.evaluate(
        """() => [...document.querySelectorAll('.jp-Envs, .jp-Envs *, .jp-Envs-badge, .jp-Envs-badge *')].every(
          element => ['', '::before', '::after'].every(part => {
            const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element, part || null);
            return animationName === 'none' && /^(0s(, )?)+$/.test(transitionDuration) && scrollBehavior === 'auto';
          }))"""
    )
    still = sidebar.section("Jobs").locator(".jp-mod-unknown")
    bar, inside = still.bounding_box(), still.locator("div").bounding_box()
    assert bar is not None
    assert inside is not None
    assert inside["width"] == bar["width"], "it does not look like a third"


@pytest.fixture
def open_pinned(sidebar: Sidebar, folder: Path, create: Create, lab: Lab) -> Callable[[str], None]:
    """Opens a notebook that is pinned to a new environment of this name."""

    def open_it(environment: str) -> None:
        create(environment, "python")
        write_notebook(folder / "a.ipynb")
        lab.put(f"{API}pins/{folder.name}/a.ipynb", {"environment": environment})
        # the page sees no end of a job, as it sees only those that are made up
        sidebar.command("jupyter-envs:refresh")
        sidebar.page.wait_for_function(
            "name => name in window.jupyterapp.serviceManager.kernelspecs.specs.kernelspecs", arg=environment
        )
        sidebar.open_notebook(f"{folder.name}/a.ipynb", environment)

    return open_it


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_the_system(
    sidebar: Sidebar, open_pinned: Callable[[str], None], scheme: Literal["light", "dark"]
) -> None:
    sidebar.page.emulate_media(forced_colors="active", color_scheme=scheme)
    open_pinned(f"system-{scheme}")
    look_around(sidebar, f"system-{scheme}")


@pytest.mark.usefixtures("running")
def test_the_theme_of_high_contrast(sidebar: Sidebar, open_pinned: Callable[[str], None]) -> None:
    sidebar.theme("contrast")
    open_pinned("high-contrast")
    look_around(sidebar, "high-contrast")


def look_around(sidebar: Sidebar, name: str) -> None:
    """The dots of all verdicts, the bars, the row of the current notebook and the ring around what has the focus."""
    page = sidebar.page
    badge = page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge")
    for state, action in VERDICTS.items():
        answered(page, "**/api/pins/**", partial(dict.update, verdict=a_verdict(state, action)))
        sidebar.command("jupyter-envs:refresh")
        expect(sidebar.card).to_contain_text(f"It is {state}.")
        for dot in (sidebar.card.locator(".jp-Envs-dot"), badge.locator(".jp-Envs-dot")):
            assert seen(dot) >= 12, f"{name}: the dot of {state}"
    jobs = sidebar.section("Jobs")
    for bar in jobs.get_by_role("progressbar").all():
        assert seen(bar) >= 100, f"{name}: a bar"
    for button in (sidebar.button("Cancel", jobs).first, sidebar.button("Switch ▾"), badge, sidebar.row(name)):
        rings(page, button, name)
    sidebar.row(name).scroll_into_view_if_needed()
    sidebar.picture_as_it_is(name)


def rings(page: Page, element: Locator, name: str) -> None:
    """What has the focus has a ring that can be seen."""
    element.scroll_into_view_if_needed()
    page.evaluate("() => document.activeElement?.blur()")
    before = picture(element)
    # it is the keyboard that brings the ring
    page.keyboard.press("Shift")
    element.focus()
    after = picture(element)
    box = element.bounding_box()
    assert box is not None
    assert changed(page, before, after) >= box["width"] + box["height"], f"{name}: the ring of {element}"
