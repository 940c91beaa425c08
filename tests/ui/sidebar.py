"""What a person does in the sidebar and in a notebook, as the tests' words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from .pictures import Album

WIDTH = 300
"""The sidebar's width in pixels."""

THEMES = {
    "contrast": "JupyterLab Dark High Contrast",
    "dark": "JupyterLab Dark",
    "light": "JupyterLab Light",
}
"""JupyterLab's themes; the one it begins with is the last."""

_READY = """name => {
  const session = window.jupyterapp.shell.currentWidget?.sessionContext;
  const kernel = session?.session?.kernel;
  return session?.isReady && kernel?.connectionStatus === 'connected' && kernel?.status === 'idle'
    && (!name || kernel.name === name);
}"""


def write_notebook(path: Path, pin: Mapping[str, Any] | None = None, source: str = "") -> None:
    """A notebook with one cell that runs in JupyterLab's own Python; ``pin`` is what its metadata says."""
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "first",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, **({"jupyter_envs": pin} if pin else {})}
    notebook = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))


class Sidebar:
    """The environments panel of one page; ``pictures`` are for the documentation, or None."""

    def __init__(self, page: Page, pictures: Album | None) -> None:
        self.page = page
        self.pictures = pictures
        self.panel = page.locator("#jupyter-envs-panel")

    def open(self) -> None:
        """Wait until JupyterLab is there, and bring the panel to the front."""
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.page.wait_for_function("() => !!window.jupyterapp")
        self.page.evaluate("async () => { await window.jupyterapp.restored; }")
        # what comes up in the main area takes the focus
        self.page.locator("#jp-main-dock-panel .lm-DockPanel-widget").first.wait_for()
        self.command("jupyter-envs:show")
        expect(self.panel).to_be_visible()
        if self.pictures is not None:
            self._widen()

    def command(self, command: str, **arguments: object) -> None:
        """Run one of JupyterLab's commands, and wait for its end."""
        run = "async ([id, args]) => { await window.jupyterapp.commands.execute(id, args); }"
        self.page.evaluate(run, [command, arguments])

    def section(self, name: str) -> Locator:
        """One of the panel's sections, by its title."""
        return self.panel.get_by_role("region", name=name, exact=True)

    @property
    def card(self) -> Locator:
        """What is said about the current notebook."""
        return self.section("This notebook")

    def button(self, name: str, within: Locator | None = None) -> Locator:
        """The button that says just this."""
        return (within or self.panel).get_by_role("button", name=name, exact=True)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button that says just this."""
        self.button(name, within).click()

    def row(self, environment: str) -> Locator:
        """An environment's row in the list."""
        return self.section("Environments").get_by_role("button", name=re.compile(f"^{re.escape(environment)}, "))

    def choose(self, *labels: str) -> None:
        """Choose from the open menu, through its submenus."""
        for label in labels:
            exactly = re.compile(f"^{re.escape(label)}$")
            self.page.locator(".lm-Menu-item", has=self.page.locator(".lm-Menu-itemLabel", has_text=exactly)).click()

    def choose_file(self, name: str) -> None:
        """Choose a file in the dialog that shows the notebook's folder."""
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text(name, exact=True).click()
        dialog.get_by_role("button", name="Select").click()

    def fill_form(self, name: str, packages: str) -> Locator:
        """Open the form for a new environment and fill it in."""
        self.press("New environment", self.section("Environments").locator(".jp-Envs-tools"))
        form = self.section("New environment")
        form.get_by_label("Name").fill(name)
        form.get_by_role("combobox", name="Packages").fill(packages)
        # the list of what is found must not lie over the buttons
        form.get_by_role("combobox", name="Packages").blur()
        return form

    def open_notebook(self, path: str, kernel: str = "") -> None:
        """Open a notebook and wait until its kernel can be used."""
        self.command("docmanager:open", path=path)
        self.wait_for_kernel(kernel)

    def change_kernel(self, name: str) -> None:
        """Run the current notebook in another kernel, past the sidebar."""
        change = "async name => { await window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({ name }); }"
        self.page.evaluate(change, name)

    def wait_for_kernel(self, name: str = "") -> None:
        """Wait until the current notebook's kernel (with ``name``: the one so called) is connected and idle."""
        # the indicator in the toolbar says "idle" before the kernel is connected: ask the session itself
        self.page.wait_for_function(_READY, arg=name, timeout=90_000)

    def run_first_cell(self, source: str) -> Locator:
        """Run ``source`` as the notebook's first cell, in place of what stood there; its output."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").first
        editor = cell.locator(".cm-content")
        editor.click()
        expect(editor).to_be_focused()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(source)
        expect(editor).to_have_text(source)
        self.page.keyboard.press("Shift+Enter")
        return cell.locator(".jp-OutputArea-output")

    def theme(self, name: str) -> None:
        """Show all of JupyterLab in one of `THEMES`."""
        theme = THEMES[name]
        self.command("apputils:change-theme", theme=theme)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
        # JupyterLab covers itself while it changes, and must not change again before it has uncovered itself
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def create_use_and_pin(self, path: str, name: str) -> None:
        """Make an environment, run a notebook in it and pin it, as a person does; what is shown on the way is right."""
        self.open_notebook(path)
        self.make_use_and_pin(name)

    def make_use_and_pin(self, name: str) -> None:
        """The same in the notebook that is open."""
        form = self.fill_form(name, "python tinyconf")
        self.press("Show the plan", form)
        expect(form).to_contain_text("+ tinyconf 1.0")
        self.press("Install", form)
        jobs = self.section("Jobs")
        expect(jobs).to_contain_text(f"{name} is ready.", timeout=120_000)
        self.press("Use for this notebook", jobs)
        self.wait_for_kernel(name)
        expect(self.run_first_cell("import sys; print(sys.prefix)")).to_contain_text(f"/{name}/")
        self.press(f"Pin to {name}")
        expect(self.card).to_contain_text("Runs exactly what environment.yml locks.")

    def whole_picture(self, name: str) -> None:
        """Save all of JupyterLab as it looks now, as `picture` does."""
        self.picture(name, whole=True)

    def picture(self, name: str, *, whole: bool = False) -> None:
        """Save the panel as it looks now, in the dark and in the light theme, if pictures are wanted."""
        if self.pictures is None:
            return
        self.page.mouse.move(1000, 600)
        for suffix in ("dark", "light"):
            self.theme(suffix)
            path = self.pictures.place(f"{name}-{suffix}.png")
            with self.pictures.without_places(self.page):
                if whole:
                    self.page.screenshot(path=path, animations="disabled")
                else:
                    self._save(path)

    def picture_as_it_is(self, name: str) -> None:
        """The same in the theme and the colours that are there."""
        if self.pictures is not None:
            self.page.mouse.move(1000, 600)
            path = self.pictures.place(f"{name}.png")
            with self.pictures.without_places(self.page):
                self._save(path)

    def _save(self, path: Path) -> None:
        """The panel down to its last line."""
        panel, last = self.panel.bounding_box(), self.panel.locator(":scope > *").last.bounding_box()
        assert panel is not None
        assert last is not None
        height = min(panel["height"], last["y"] + last["height"] - panel["y"])
        clip: FloatRect = {"x": panel["x"], "y": panel["y"], "width": panel["width"], "height": height}
        self.page.screenshot(path=path, clip=clip, animations="disabled")

    def _widen(self) -> None:
        """Drag the sidebar's edge until it is `WIDTH` wide."""
        for _ in range(5):
            box = self.panel.bounding_box()
            assert box is not None
            if abs(box["width"] - WIDTH) < 3:
                break
            edge, middle = box["x"] + box["width"] + 2, box["y"] + box["height"] / 2
            self.page.mouse.move(edge, middle)
            self.page.mouse.down()
            self.page.mouse.move(box["x"] + WIDTH + 2, middle, steps=4)
            self.page.mouse.up()
