"""Packages added to the environment of the notebook in front, and to one that is looked at closely."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab
from tests.support.processes import wait_until

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]

_LISTEN = """card => {
  window.said = new Set();
  const listen = () => window.said.add(card.querySelector('.jp-Envs-sentence')?.textContent);
  listen();
  new MutationObserver(listen).observe(card, { childList: true, characterData: true, subtree: true });
}"""
"""Keeps every sentence that the card says from now on."""


def test_a_package_is_added_from_the_card(lab: Lab, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("growing", "python")
    write_notebook(folder / "analysis.ipynb")
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb")
    expect(sidebar.card).to_contain_text("Nothing records")
    expect(sidebar.button("Add package…", sidebar.card)).to_have_count(0)
    sidebar.command("jupyter-envs:use", environment=name)
    sidebar.wait_for_kernel(name)

    sidebar.press("Add package…", sidebar.card)
    form = sidebar.panel.get_by_role("form", name=f"Add to {name}")
    field = form.get_by_label("Packages to add")
    expect(field).to_be_focused()
    field.press_sequentially("tiny")
    found = form.get_by_role("listbox", name="Found")
    expect(found.get_by_role("option").first).to_be_visible()
    sidebar.picture("add-search")
    field.press("Escape")
    expect(found).to_have_count(0)
    field.fill("tinytext")
    expect(found.get_by_role("option", name="tinytext")).to_be_visible()
    field.press("Enter")
    before = lab.get(f"{API}environments/{name}").json()["generation"]
    field.press("Enter")
    expect(form).to_contain_text("+ tinytext 2.0")
    expect(form).to_contain_text("running kernels can import it at once")
    assert lab.get(f"{API}environments/{name}").json()["generation"] == before
    sidebar.picture("add-plan")

    sidebar.press("Install", form)
    expect(form).to_have_count(0)
    expect(sidebar.section("Jobs")).to_contain_text(f"{name} is changed.")
    output = sidebar.run_first_cell("import tinytext; print(tinytext.__version__)")
    expect(output).to_have_text("2.0\n")


def test_what_a_notebook_is_pinned_to_is_written_down_anew(
    lab: Lab, page: Page, sidebar: Sidebar, folder: Path, create: Create
) -> None:
    name = create("recorded", "python")
    write_notebook(folder / "analysis.ipynb")
    lab.put(f"{API}pins/{folder.name}/analysis.ipynb", {"environment": name})
    sidebar.open_notebook(f"{folder.name}/analysis.ipynb", name)
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    sidebar.press("Add package…", sidebar.card)
    form = sidebar.panel.get_by_role("form", name=f"Add to {name}")
    form.get_by_label("Packages to add").fill("tinyblob")
    sidebar.press("Show the plan", form)
    expect(form).to_contain_text("environment.yml, its lock and the notebook’s pin are written anew.")
    sidebar.card.evaluate(_LISTEN)
    sidebar.press("Install", form)
    wait_until(lambda: "tinyblob" in (folder / "environment.yml").read_text(), "the new file")
    expect(sidebar.card).to_contain_text("31 packages")
    expect(sidebar.card).to_contain_text("Runs exactly what environment.yml locks.")
    assert "tinyblob" in (folder / "environment.conda-lock.yml").read_text()
    # what the pin differs in until it is written anew is nobody's concern
    assert page.evaluate("() => [...window.said]") == ["Runs exactly what environment.yml locks."]


def test_what_cannot_be_added_is_said_and_can_be_changed(sidebar: Sidebar, create: Create) -> None:
    name = create("unaddable", "tinyblob")
    sidebar.command("jupyter-envs:add-package", environment=name)
    form = sidebar.panel.get_by_role("form", name=f"Add to {name}")
    field = form.get_by_label("Packages to add")
    field.fill("nobodys-package")
    expect(form).to_contain_text("no package with “nobodys-package” in its name")
    field.press("Enter")
    field.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("nobodys-package")
    sidebar.picture("add-failed")
    sidebar.press("Without nobodys-package", form)
    expect(form.get_by_role("alert")).to_have_count(0)
    expect(field).to_be_focused()
    field.press("Escape")
    expect(form).to_have_count(0)
