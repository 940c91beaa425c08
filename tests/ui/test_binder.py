"""From a pinned notebook in a real git repository to its page on Binder, as a person goes there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pure_values import IDNA
from tests.support.checkouts import commit, git, new_checkout
from tests.support.lab import Lab
from tests.support.rehearsal import reading

from .accessible import Inspector
from .sidebar import Sidebar


@pytest.fixture
def checkout(lab: Lab, request: pytest.FixtureRequest) -> Path:
    """A repository of the test's own below the server's root."""
    return new_checkout(lab.root / str(request.node.name))


def look(page: Page, sidebar: Sidebar, checkout: Path) -> None:
    """Open the notebook and ask for Binder in its card."""
    sidebar.command("docmanager:open", path=f"{checkout.name}/analysis.ipynb")
    # JupyterLab asks for another kernel, as this one is not on this machine
    page.get_by_role("dialog").get_by_role("button", name=re.compile("No Kernel|Cancel")).first.click()
    sidebar.press("Open on Binder…", sidebar.card)


def test_findings_files_link_and_a_new_tab(lab: Lab, page: Page, sidebar: Sidebar, checkout: Path) -> None:
    (checkout / "binder").mkdir()
    (checkout / "binder" / "postBuild").write_text("#!/bin/sh\npip install penguins\n")
    commit(checkout, push=False)
    look(page, sidebar, checkout)
    binder = sidebar.section("Binder")
    expect(binder).to_contain_text("3 things to mend")
    expect(binder).to_contain_text("git push origin main")
    expect(binder).to_contain_text("Somebody wrote these, and they are kept: binder/postBuild.")
    # what a person wrote is shown with its difference, and stays unless it is ticked
    expect(binder.get_by_label("What would change in binder/postBuild")).to_contain_text("-pip install penguins")
    sidebar.picture("binder-findings")
    inspector = Inspector(page, sidebar)
    inspector.look("findings")
    assert git(checkout, "status", "--porcelain", "binder") == ""
    sidebar.press("Write 3 files", binder)
    expect(binder).to_contain_text("Written: binder/environment.yml")
    assert (checkout / "binder" / "postBuild").read_text().endswith("penguins\n")
    binder.get_by_label(re.compile("Also write over")).check()
    sidebar.press("Write 1 file", binder)
    expect(binder).to_contain_text("Written: binder/postBuild.")
    assert "register penguins" in (checkout / "binder" / "postBuild").read_text()

    commit(checkout)
    sidebar.press("Look again", binder)
    expect(binder).to_contain_text("Nothing keeps Binder from opening it.")
    head = git(checkout, "rev-parse", "HEAD")
    link = f"https://mybinder.org/v2/gh/owner/repo/{head}?urlpath=lab%2Ftree%2Fanalysis.ipynb"
    expect(binder.get_by_role("group", name=re.compile("^Link for"))).to_contain_text(link)
    sidebar.picture("binder-ready")
    inspector.look("ready")
    assert not inspector.found, "\n\n".join(inspector.found)

    page.context.route("https://mybinder.org/**", lambda route: route.fulfill(body="<title>Binder</title>"))
    with page.context.expect_page() as opened:
        sidebar.press("Open in a new tab", binder)
    opened.value.wait_for_load_state()
    assert opened.value.url == link
    assert opened.value.evaluate("() => window.opener") is None
    assert opened.value.evaluate("() => document.referrer") == ""
    opened.value.close()


def test_badges_and_the_notebooks_own_menu(page: Page, sidebar: Sidebar, checkout: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    look(page, sidebar, checkout)
    sidebar.press("Close", sidebar.section("Binder"))
    expect(sidebar.section("Binder")).to_have_count(0)
    sidebar.press("Copy badge ▾", sidebar.card)
    sidebar.choose("reStructuredText")
    expect(page.locator(".jp-toast-message")).to_contain_text("The badge is copied. 1 thing")
    assert page.evaluate("() => navigator.clipboard.readText()").startswith(".. image:: https://mybinder.org/badge")

    page.locator(".jp-Notebook .jp-Cell").first.click(button="right")
    sidebar.choose("Copy Binder Badge", "Markdown")
    expect(sidebar.section("Binder")).to_contain_text("1 thing to mend")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('[![')")
    sidebar.press("Close", sidebar.section("Binder"))
    page.locator(".jp-Notebook .jp-Cell").first.click(button="right")
    sidebar.choose("Open on Binder…")
    expect(sidebar.section("Binder")).to_contain_text("Not written yet")

    sidebar.press("Close", sidebar.section("Binder"))
    sidebar.command("filebrowser:go-to-path", path=checkout.name)
    sidebar.command("filebrowser:activate")
    page.locator(".jp-DirListing-item", has_text="analysis.ipynb").click(button="right")
    sidebar.choose("Open on Binder…")
    expect(sidebar.section("Binder")).to_contain_text("Not written yet")


def test_a_notebook_of_pypi_packages_alone(lab: Lab, page: Page, sidebar: Sidebar) -> None:
    checkout = new_checkout(lab.root / "wheels-for-binder", wheels=True)
    look(page, sidebar, checkout)
    binder = sidebar.section("Binder")
    expect(binder).to_contain_text("1 thing to mend")
    shown = {
        "environment.yml": ["+  - python=3.13"],
        "requirements.lock": [f"+idna @ {IDNA.url} --hash=sha256:{IDNA.sha256}"],
        "postBuild": ["+build wheels '' 3.13", "+register wheels '{}'"],
    }
    files = binder.get_by_role("group", name="Files for Binder")
    expect(files.locator("summary")).to_have_count(len(shown))
    for name, lines in shown.items():
        files.locator("summary", has_text=f"binder/{name}").click()
        for line in lines:
            expect(files.get_by_label(f"What would change in binder/{name}")).to_contain_text(line)
    sidebar.press("Write 3 files", binder)
    expect(binder).to_contain_text("Written: binder/environment.yml")
    assert sorted(path.name for path in (checkout / "binder").iterdir()) == sorted(shown)
    commit(checkout)
    sidebar.press("Look again", binder)
    expect(binder).to_contain_text("Nothing keeps Binder from opening it.")
    assert "Building conda environment for python=3.13\n" in reading(checkout)
