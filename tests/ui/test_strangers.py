"""T17: opening, listing and previewing strangers' notebooks sends nothing, starts nothing and writes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.counts import tell
from tests.support.http_server import FileServer
from tests.support.lab import Lab
from tests.test_server_endpoints import PINS

from .sidebar import Sidebar

EVIL = "<img src=x onerror=\"document.title='owned'\">"


def write_strangers(folder: Path, address: str) -> list[str]:
    """A notebook for each pin, with a kernel that nobody has; their names."""
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"{EVIL} text"}
    for number, pin in enumerate(PINS):
        kernel = {"name": f"stranger-{number}", "display_name": EVIL, "language": "python"}
        notebook = {"cells": [cell], "metadata": {"kernelspec": kernel, "jupyter_envs": pin}}
        text = json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5}).replace("http://127.0.0.1:9", address)
        (folder / f"stranger-{number}.ipynb").write_text(text)
    (folder / "environment.yml").write_text(
        f"channels: ['{address}']\ndependencies: [python, '{address}::evil', {{pip: ['-i {address}/simple', evil]}}]\n"
    )
    return sorted(path.name for path in folder.glob("*.ipynb"))


def processes(lab: Lab) -> set[str]:
    """What the server has started."""
    threads = Path(f"/proc/{lab.process.pid}/task").glob("*/children")
    return {child for file in threads for child in file.read_text().split()}


def world(lab: Lab) -> dict[str, Any]:
    """All that must stay as it is."""
    files = {
        str(path): path.read_bytes()
        for path in lab.root.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    made = sorted(str(path) for path in (lab.home / "envs").rglob("*"))
    answers = {path: lab.get(path).json() for path in (f"{API}jobs", "api/kernels", "api/kernelspecs", "api/sessions")}
    return {"files": files, "made": made, **answers}


# JupyterLab itself waits in this command for an answer to its question about a kernel
OPEN = "path => { void window.jupyterapp.commands.execute('docmanager:open', { path }); }"
# the answer is a change of the notebook, which is not to be saved
CLOSE = """() => {
  const widget = window.jupyterapp.shell.currentWidget;
  widget.context.model.dirty = false;
  widget.close();
}"""


def look_at(page: Page, path: str) -> None:
    """Open a notebook, wait until the sidebar has its pin, and close it."""
    with page.expect_response(re.compile(f"/pins/{re.escape(path)}")):
        page.evaluate(OPEN, path)
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Kernel")
    dialog.get_by_role("button", name="No Kernel").click()
    expect(dialog).to_have_count(0)
    panel = page.locator(".jp-NotebookPanel")
    expect(panel.locator(".jp-Notebook")).to_be_visible()
    expect(page.locator("img[src='x'][onerror]")).to_have_count(0)
    page.evaluate(CLOSE)
    expect(panel).to_have_count(0)


def test_looking_at_strangers_notebooks(
    lab: Lab, page: Page, sidebar: Sidebar, folder: Path, slow_channel: FileServer
) -> None:
    with FileServer(folder) as listener:
        names = write_strangers(folder, listener.url)
        before, running, asked = world(lab), processes(lab), len(slow_channel.requests)
        sidebar.command("filebrowser:go-to-path", path=folder.name)
        for name in names:
            look_at(page, f"{folder.name}/{name}")
        assert page.title() != "owned"
        assert listener.requests == [] and slow_channel.requests[asked:] == []
        assert processes(lab) - running == set()
        after = world(lab)
        assert {key for key in before if before[key] != after[key]} == set()
    tell("T17, strangers' notebooks in a browser", "opened: no request, process, file or job", len(names), 25)
