"""A notebook that is renamed, moved, deleted or open twice; and pins that somebody else wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab

from .sidebar import Sidebar, write_notebook

Create = Callable[..., str]
MATCH = "Runs exactly what environment.yml locks."


def rename(page: Page, old: str, new: str) -> None:
    """As the file browser does it."""
    page.evaluate(
        "async ([old, to]) => { await window.jupyterapp.serviceManager.contents.rename(old, to); }", [old, new]
    )


def test_renamed_moved_and_deleted(lab: Lab, page: Page, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("moving", "python", "tinyconf")
    write_notebook(folder / "a.ipynb")
    (folder / "elsewhere").mkdir()
    lab.put(f"{API}pins/{folder.name}/a.ipynb", {"environment": name})
    sidebar.open_notebook(f"{folder.name}/a.ipynb", name)
    expect(sidebar.card).to_contain_text(MATCH)

    rename(page, f"{folder.name}/a.ipynb", f"{folder.name}/<b>name.ipynb")
    expect(sidebar.card).to_contain_text("<b>name.ipynb")
    expect(sidebar.card).to_contain_text(MATCH)

    rename(page, f"{folder.name}/<b>name.ipynb", f"{folder.name}/elsewhere/b.ipynb")
    expect(sidebar.card).to_contain_text("b.ipynb")
    expect(sidebar.button("Lock for this machine")).to_be_visible()
    assert json.loads((folder / "elsewhere" / "b.ipynb").read_text())["metadata"]["jupyter_envs"]["environment"] == name

    rename(page, f"{folder.name}/elsewhere/b.ipynb", f"{folder.name}/a.ipynb")
    expect(sidebar.card).to_contain_text(MATCH)

    (folder / "a.ipynb").unlink()
    sidebar.press("Refresh")
    expect(sidebar.card.get_by_role("alert")).to_contain_text("a.ipynb")
    sidebar.command("docmanager:save")
    sidebar.press("Refresh")
    expect(sidebar.card).to_contain_text(MATCH)


def test_open_twice(lab: Lab, page: Page, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("twice", "python")
    write_notebook(folder / "a.ipynb")
    # both toolbars have room for the badge
    page.set_viewport_size({"width": 2200, "height": 900})
    sidebar.open_notebook(f"{folder.name}/a.ipynb")
    sidebar.command("docmanager:clone")
    expect(page.locator(".jp-NotebookPanel-toolbar")).to_have_count(2)
    other = page.context.new_page()
    other.goto(f"{lab.url}lab/workspaces/twice?reset")
    second = Sidebar(other, None)
    second.open()
    second.open_notebook(f"{folder.name}/a.ipynb")
    sidebar.command("jupyter-envs:pin", environment=name)
    expect(sidebar.card).to_contain_text(MATCH)
    expect(page.locator(".jp-NotebookPanel-toolbar .jp-Envs-badge", has_text=name)).to_have_count(2)
    # the other tab reads it again when it is told to
    second.press("Refresh")
    expect(second.card).to_contain_text(name)
    assert json.loads((folder / "a.ipynb").read_text())["metadata"]["jupyter_envs"]["environment"] == name
    other.close()


def test_pins_that_somebody_else_wrote(lab: Lab, sidebar: Sidebar, folder: Path, create: Create) -> None:
    name = create("ours", "python", "tinyconf")
    good = {"version": 1, "environment": name, "file": "environment.yml", "lock": "x.lock.yml", "digest": "0" * 64}
    wrong: dict[str, tuple[object, str]] = {
        "list": ([1, 2], "not a pin"),
        "text": ("<img src=x onerror=alert(1)>", "not a pin"),
        "null": (None, "not a pin"),
        "number": ({**good, "environment": 7}, "no text"),
        "path": ({**good, "file": "../../etc/passwd"}, "leaves the notebook's folder"),
        "newer": ({**good, "version": 99, "more": {"than": "we know"}}, "this program reads version 1"),
    }
    for key, (pin, words) in wrong.items():
        write_notebook(folder / f"{key}.ipynb")
        notebook = json.loads((folder / f"{key}.ipynb").read_text())
        notebook["metadata"]["jupyter_envs"] = pin
        (folder / f"{key}.ipynb").write_text(json.dumps(notebook))
        sidebar.command("docmanager:open", path=f"{folder.name}/{key}.ipynb")
        expect(sidebar.card).to_contain_text(f"{key}.ipynb")
        expect(sidebar.card.get_by_role("alert")).to_contain_text(words)
        sidebar.command("docmanager:save")
        kept = json.loads((folder / f"{key}.ipynb").read_text())["metadata"]["jupyter_envs"]
        assert kept == pin
    sidebar.picture("newer")

    # a newer one is not replaced, only taken out by somebody who says so
    sidebar.wait_for_kernel()
    sidebar.command("jupyter-envs:pin", environment=name)
    expect(sidebar.panel.get_by_role("alert").first).to_contain_text("this program reads version 1")
    assert json.loads((folder / "newer.ipynb").read_text())["metadata"]["jupyter_envs"] == wrong["newer"][0]
    sidebar.press("More for this notebook")
    sidebar.choose("Unpin This Notebook")
    expect(sidebar.card).to_contain_text("Nothing records")
    sidebar.command("jupyter-envs:pin", environment=name)
    expect(sidebar.card).to_contain_text(MATCH)
