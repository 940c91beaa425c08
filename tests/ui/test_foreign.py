"""Environments of other tools in the list, beside ours with long names; and all that a row's menu offers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.client import API
from tests.support.lab import Lab
from tests.support.processes import wait_until
from tests.test_discovery import conda_like

from .sidebar import Sidebar

Create = Callable[..., str]

ITS_USE = ["New Notebook", "(Use for This Notebook)", "(Pin This Notebook)"]
ITS_CONTENT = ["Packages and History", "Clone…"]
ITS_NAME = ["Rename…", "Note and Tags…"]
ITS_EXPORTS = ["Export", "Save Next to Notebook"]
PATH = "Copy the Interpreter’s Path"
LONG = "nlp_summarization_of_very_long_documents_2026q4"


@pytest.fixture(scope="module")
def others(lab: Lab) -> Iterator[None]:
    """A Miniconda without Python's kernel and a virtual environment that has the test's own."""
    conda = conda_like(lab.home / "miniconda3", "python-3.10.4-0", "numpy-1.26.4-0")
    (conda / "condabin").mkdir(exist_ok=True)
    venv = lab.home / ".virtualenvs" / "teaching-notebooks"
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", venv], check=True)
    yield
    # the list of other tests has only their own
    shutil.rmtree(conda)
    shutil.rmtree(venv)


def labels(page: Page) -> list[str]:
    """What the open menu offers, and what is greyed out in brackets."""
    items = page.locator(".lm-Menu-item:not([data-type=separator])").all()
    texts = [item.locator(".lm-Menu-itemLabel").inner_text() for item in items]
    off = ["lm-mod-disabled" in (item.get_attribute("class") or "") for item in items]
    hidden = ["lm-mod-hidden" in (item.get_attribute("class") or "") for item in items]
    return [f"({text})" if grey else text for text, grey, gone in zip(texts, off, hidden, strict=True) if not gone]


def are_listed(lab: Lab) -> bool:
    """Whether the server has looked for them anew: what it found is kept for a few seconds."""
    listed = lab.get(f"{API}environments?foreign=true").json()["environments"]
    return {"base", "teaching-notebooks"} <= {item["name"] for item in listed}


def test_rows_of_all_kinds_and_their_menus(
    page: Page, sidebar: Sidebar, lab: Lab, others: None, create: Create
) -> None:
    ours = create(LONG, "python")
    wait_until(lambda: are_listed(lab), "the environments of other tools")
    sidebar.press("Refresh")
    base = sidebar.section("Environments").locator("[data-row]", has_text="miniconda3")
    plain = sidebar.section("Environments").locator("[data-row]", has_text="teaching-notebooks")
    expect(base).to_contain_text("foreign · Python 3.10 · no kernel")
    expect(plain).to_contain_text("foreign")
    sidebar.picture("foreign")
    order = sidebar.section("Environments").locator("[data-row]").all_inner_texts()
    assert order[0].startswith(LONG), "ours come first"

    sidebar.row(ours).click()
    assert labels(page) == [*ITS_USE, *ITS_CONTENT, *ITS_NAME, *ITS_EXPORTS, "Open a Terminal in It", PATH, "Remove…"]
    sidebar.whole_picture("row-menu")
    page.keyboard.press("Escape")
    plain.click()
    offered = labels(page)
    own = ["(New Notebook)", *ITS_USE[1:], "Use as a Kernel"]
    assert offered == [*own, *ITS_CONTENT, *ITS_EXPORTS, PATH], "it is never changed"
    sidebar.whole_picture("foreign-menu")
    page.keyboard.press("Escape")

    sidebar.command("jupyter-envs:details", environment="teaching-notebooks")
    details = sidebar.panel.get_by_role("region", name="teaching-notebooks", exact=True)
    expect(details).to_contain_text("it is never changed from here")
    expect(sidebar.button("Add package…", details)).to_have_count(0)
    expect(details).to_contain_text("There is no package in it.")
    expect(plain).to_have_count(0)
    # what it takes is counted now, and known from now on
    expect(details).to_contain_text(re.compile(r"\d [kM]B of its own, \d"))
    sidebar.picture("foreign-details")
    sidebar.press("Back to the list")
    expect(plain).to_contain_text(re.compile(r"\d [kM]B$"))
    sidebar.press("Refresh")
    expect(base).to_contain_text("miniconda3")
    expect(plain).to_contain_text(re.compile(r"\d [kM]B$"))
    sidebar.command("jupyter-envs:details", environment=ours)
    sidebar.picture("long-name")
