"""A new environment, from whatever it can be made of; the plan always comes before the install."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook

_DROP = """([selector, name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, { type: 'text/plain' }));
  const panel = document.querySelector(selector);
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    panel.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


def test_packages_are_found_and_chosen_with_the_keyboard_alone(lab: Lab, page: Page, sidebar: Sidebar) -> None:
    sidebar.command("jupyter-envs:create")
    form = sidebar.section("New environment")
    expect(form.get_by_label("Name")).to_be_focused()
    page.keyboard.type("search")
    page.keyboard.press("Tab")
    field = form.get_by_role("combobox", name="Packages")
    expect(field).to_be_focused()

    page.keyboard.type("tiny")
    options = form.get_by_role("option")
    expect(options).to_have_count(7)
    expect(options.first).to_contain_text("tinyblob 1.0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    sidebar.picture("search")
    field.focus()
    page.keyboard.type("t")
    expect(options).to_have_count(1)
    expect(options.first).to_contain_text("tinytext 2.0")
    page.keyboard.press("Enter")
    chips = form.get_by_role("list", name="Chosen").get_by_role("listitem")
    expect(chips).to_have_text(["tinytext"])
    expect(field).to_have_value("")

    page.keyboard.type("python tinyc")
    expect(options).to_have_count(1)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("python tinyc")
    page.keyboard.type("o")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(chips).to_have_text(["tinytext", "python", "tinyconf"])

    page.keyboard.press("Backspace")
    expect(chips).to_have_text(["tinytext", "python"])
    page.keyboard.press("Enter")
    expect(form).to_contain_text("+ tinytext 2.0")
    assert all(item["name"] != "search" for item in lab.get(API + "environments").json()["environments"])
    sidebar.press("Cancel", form)


def test_what_search_cannot_find_or_ask(page: Page, sidebar: Sidebar) -> None:
    form = sidebar.fill_form("nothing", "")
    field = form.get_by_role("combobox", name="Packages")
    field.press_sequentially("there-is-none")
    expect(form.get_by_role("listbox")).to_contain_text("have no package with “there-is-none” in its name")
    field.fill("")
    page.route("**/packages?*", lambda route: route.fulfill(status=500, body="<h1>proxy</h1>"))
    field.press_sequentially("other")
    expect(form.get_by_role("listbox")).to_contain_text("The Jupyter server answered 500")
    page.unroute("**/packages?*")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)


def test_from_the_imports_of_a_notebook(sidebar: Sidebar, folder: Path) -> None:
    source = "import os, tinytext, helper, nobodys\nimport dateutil"
    write_notebook(folder / "My analysis.ipynb", source=source)
    (folder / "helper.py").write_text("")
    sidebar.open_notebook(f"{folder.name}/My analysis.ipynb")
    sidebar.picture("from-imports")
    sidebar.press("From its imports…", sidebar.card)
    form = sidebar.section("New environment")
    expect(form.get_by_label("Name")).to_have_value("my-analysis")
    chips = form.get_by_role("list", name="Chosen").get_by_role("listitem")
    expect(chips).to_have_text(["python", "tinytext", "python-dateutil"])
    expect(form).to_contain_text("No package is known for nobodys.")
    expect(form).to_contain_text("Beside the notebook: helper.")
    sidebar.picture("imports")
    sidebar.press("Show the plan", form)
    expect(form).to_contain_text("+ tinytext 2.0")
    sidebar.press("Cancel", form)


def test_from_a_file_in_the_file_browser(page: Page, sidebar: Sidebar, folder: Path) -> None:
    (folder / "environment.yml").write_text("name: from-browser\ndependencies:\n  - python\n  - tinytext\n")
    (folder / "data.csv").write_text("a\n")
    sidebar.command("filebrowser:open-path", path=folder.name)
    sidebar.command("filebrowser:activate")
    page.locator(".jp-DirListing-item", has_text="data.csv").click(button="right")
    expect(page.locator(".lm-Menu-item", has_text="Rename")).to_be_visible()
    expect(page.locator(".lm-Menu-item", has_text="New Environment")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator(".jp-DirListing-item", has_text="environment.yml").click(button="right")
    sidebar.choose("New Environment from This File…")
    form = sidebar.section("New environment")
    expect(form).to_contain_text("environment.yml")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("group", name="Plan for from-browser")).to_contain_text("+ tinytext 2.0")
    sidebar.press("Cancel", form)


def test_from_a_file_that_is_dropped(page: Page, sidebar: Sidebar) -> None:
    text = "name: dropped\ndependencies:\n  - python\n  - tinyconf\n"
    page.evaluate(_DROP, ["#jupyter-envs-panel", "environment.yml", text])
    form = sidebar.section("New environment")
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("group", name="Plan for dropped")).to_contain_text("+ tinyconf 1.0")
    sidebar.press("Cancel", form)
    sidebar.press("Cancel", form)
    page.evaluate(_DROP, ["#jupyter-envs-panel", "environment.yml", "name: <img src=x onerror=alert(1)>\n"])
    sidebar.press("Show the plan", form)
    expect(form.get_by_role("alert")).to_contain_text("environment.yml")


def test_a_copy_and_a_template(lab: Lab, sidebar: Sidebar, create: Callable[..., str]) -> None:
    name = create("original", "python", "tinytext=1.0")
    form = sidebar.fill_form("", "")
    sidebar.press("More", form)
    sidebar.choose("Template", "Teaching")
    expect(form.get_by_label("Name")).to_have_value("teaching")
    sidebar.press("Show the plan", form)
    expect(form).to_contain_text("+ tinyconf 1.0")
    sidebar.press("Cancel", form)

    sidebar.press("More", form)
    sidebar.choose("Copy of", name)
    expect(form.get_by_label("Name")).to_have_value("original-copy")
    expect(form).to_contain_text("Copy of original")
    sidebar.picture("copy")
    sidebar.press("Show the plan", form)
    expect(form).to_contain_text("+ tinytext 1.0")
    assert json.dumps(lab.get(API + "environments").json()).count("original-copy") == 0
    sidebar.press("Cancel", form)
