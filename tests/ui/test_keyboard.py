"""Without a mouse: the order of Tab, a focus that is seen and never lost, and Escape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]

_FOCUSED = """() => {
  const element = document.activeElement;
  if (!element.closest('#jupyter-envs-panel')) {
    return null;
  }
  const labels = [...(element.labels ?? [])].map(label => label.textContent);
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    name: element.getAttribute('aria-label') ?? labels[0] ?? element.textContent,
    visible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1
  };
}"""

_CUT_OFF = """() => {
  const panel = document.getElementById('jupyter-envs-panel');
  const edge = panel.getBoundingClientRect().left + panel.clientWidth;
  return [...panel.querySelectorAll('*')]
    .filter(element => element.getBoundingClientRect().right > edge + 0.5)
    .map(element => element.outerHTML.slice(0, 200));
}"""
"""What reaches beyond the panel's right edge."""


def walked(page: Page) -> list[str]:
    """Press Tab until the panel is left; the names of what had the focus, each of which must show it."""
    names = []
    while (focused := page.evaluate(_FOCUSED)) is not None:
        assert focused["visible"], focused
        names.append(focused["name"])
        page.keyboard.press("Tab")
        assert len(names) < 100
    return names


def test_tab_walks_through_the_panel_from_top_to_bottom(
    page: Page, sidebar: Sidebar, folder: Path, create: Create
) -> None:
    create("walked-a", "tinyblob")
    # there is one to pin to, whatever other tests have left
    create("walked-b", "tinykernel")
    write_notebook(folder / "a.ipynb")
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    sidebar.section("Environments").get_by_role("searchbox").fill("walked")
    expect(sidebar.section("Environments").locator("[data-row]")).to_have_count(2)
    sidebar.button("This notebook").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    names = walked(page)
    assert [name.partition(",")[0] for name in names] == [
        "This notebook",
        "Pin to ▾",
        "From its imports…",
        "Switch ▾",
        "More for this notebook",
        "Environments",
        "New environment",
        "Sort",
        "Refresh",
        "Filter environments",
        "walked-a",
        "Free space…",
    ]
    assert names[-2].startswith("walked-a, conda · 1 package · no kernel · "), names[-2]
    assert "of its own" in names[-2], "a screen reader hears the bytes, too"


def test_an_environment_is_made_shown_and_removed_without_a_mouse(lab: Lab, page: Page, sidebar: Sidebar) -> None:
    sidebar.page.locator("#jp-main-dock-panel").click(position={"x": 5, "y": 60})
    page.keyboard.press("Alt+Shift+N")
    form = sidebar.section("New environment")
    expect(form.get_by_label("Name")).to_be_focused()
    page.keyboard.type("typed")
    page.keyboard.press("Tab")
    page.keyboard.type("tinyblob")
    expect(form.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(form.get_by_role("region", name="Packages")).to_be_focused()
    page.keyboard.press("Tab")
    expect(sidebar.button("Install", form)).to_be_focused()
    page.keyboard.press("Enter")
    jobs = sidebar.section("Jobs")
    expect(jobs).to_contain_text("typed is ready.")
    expect(form).to_have_count(0)
    assert page.evaluate(_FOCUSED) is not None, "the focus is still in the panel"

    sidebar.button("Dismiss", jobs).focus()
    page.keyboard.press("Enter")
    expect(jobs).to_have_count(0)
    expect(sidebar.button("This notebook")).to_be_focused()

    row = sidebar.row("typed")
    row.focus()
    page.keyboard.press("ArrowRight")
    expect(sidebar.button("Back to the list")).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".lm-Menu").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.keyboard.press("Delete")
    question = sidebar.panel.get_by_role("alertdialog")
    expect(sidebar.button("Remove", question)).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    expect(question).to_have_count(0)
    page.wait_for_function("() => document.activeElement.closest('#jupyter-envs-panel') !== null")
    assert lab.get(API + "environments/typed").status == 404


def test_escape_leaves_whatever_is_open(page: Page, sidebar: Sidebar, create: Create) -> None:
    name = create("escaped", "tinyblob")
    row = sidebar.row(name)
    for command, form in (("rename", f"Rename {name}"), ("about", f"Note and tags of {name}")):
        row.focus()
        sidebar.command(f"jupyter-envs:{command}", environment=name)
        question = sidebar.panel.get_by_role("form", name=form)
        expect(question.locator("input, textarea").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(question).to_have_count(0)
        expect(row).to_be_focused()
    sidebar.button("New environment", sidebar.section("Environments").locator(".jp-Envs-tools")).focus()
    page.keyboard.press("Enter")
    form_section = sidebar.section("New environment")
    expect(form_section.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(form_section).to_have_count(0)
    expect(sidebar.button("New environment", sidebar.section("Environments").locator(".jp-Envs-tools"))).to_be_focused()


def test_nothing_is_cut_off_at_200_pixels(page: Page, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("a-rather-long-name-of-an-environment", "python", "tinyconf")
    write_notebook(folder / "a notebook with a long name.ipynb")
    sidebar.open_notebook(f"{folder.name}/a notebook with a long name.ipynb")
    sidebar.command("jupyter-envs:use", environment=name)
    sidebar.wait_for_kernel(name)
    expect(sidebar.card).to_contain_text("Nothing records")
    page.add_style_tag(content="#jupyter-envs-panel { min-width: 0 !important; width: 200px !important; }")
    assert page.evaluate(_CUT_OFF) == []
    sidebar.picture("narrow-card")
    form = sidebar.fill_form("narrow", "python tinytext")
    sidebar.press("Show the plan", form)
    expect(sidebar.button("Install", form)).to_be_visible()
    assert page.evaluate(_CUT_OFF) == []
    sidebar.picture("narrow-plan")
    sidebar.press("Cancel", form)
    sidebar.press("Cancel", form)
    sidebar.command("jupyter-envs:details", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    details.get_by_role("button", name="History").click()
    expect(details.get_by_role("list", name="History")).to_be_visible()
    assert page.evaluate(_CUT_OFF) == []
    sidebar.picture("narrow-details")
