"""Until the panel of a browser shows its list: run by hand, ``python -m tests.benchmarks.opening``; needs Chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from traitlets.config import Config

from jupyter_envs.manager import Manager
from tests.localchannel import build_channel
from tests.support.home import isolated_environment
from tests.support.lab import Lab

from . import creation, listing
from .measure import Result, Timing, table

ENVIRONMENTS = 200
RUNS = 9
LIMIT = 0.100

_OPENED = """async rows => {
  const { commands, shell } = window.jupyterapp;
  const there = () => document.querySelectorAll('#jupyter-envs-panel [data-row]').length >= rows;
  const start = performance.now();
  shell.activateById('jupyter-envs-panel');
  while (!there()) {
    await new Promise(done => requestAnimationFrame(done));
  }
  return (performance.now() - start) / 1000;
}"""
"""Seconds from opening the panel until a screen of rows is there."""


def measure(root_dir: Path, folder: Path) -> list[Result]:
    """The first opening on a page, which fetches the panel, and later ones; ``root_dir`` holds one environment."""
    many = folder / "many"
    original = next(path.parent for path in root_dir.glob("*/environment.json"))
    for number in range(ENVIRONMENTS):
        listing.multiply(original, many / f"environment-{number:04}")
    first, later = [], []
    with Lab(folder / "home", {"Manager": {"root_dir": str(many)}}) as lab, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for run in range(RUNS):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            _load(page, f"{lab.url}lab/workspaces/run-{run}?reset&token={lab.token}")
            first.append(page.evaluate(_OPENED, 15))
            page.evaluate("() => window.jupyterapp.shell.activateById('filebrowser')")
            later.append(page.evaluate(_OPENED, 15))
            page.context.close()
        browser.close()
    what = f"the panel shows its list of {ENVIRONMENTS} environments"
    return [
        Result(f"{what}, first opening", Timing(tuple(first)), LIMIT),
        Result(f"{what}, later", Timing(tuple(later)), LIMIT),
    ]


def _load(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_function("() => !!window.jupyterapp")
    page.evaluate("async () => { await window.jupyterapp.restored; }")
    page.wait_for_load_state("networkidle")


async def _one(folder: Path) -> None:
    channel = build_channel(folder / "channel", ["ipykernel"], samples=False)
    settings = {"root_dir": str(folder / "envs"), "default_channels": [channel.file_url]}
    manager = Manager(config=Config({"Manager": settings}))
    try:
        await creation.create(manager, "warm")
    finally:
        await manager.close()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="opening-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        os.environ.update(isolated_environment(folder / "home"))
        asyncio.run(_one(folder))
        results = measure(folder / "envs", folder)
    print(table(results))
    return 0 if all(result.reached for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
