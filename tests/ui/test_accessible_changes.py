"""axe-core on the ways in which an environment changes: a package added, a console's card, the way back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .accessible import Inspector
from .sidebar import Sidebar

Create = Callable[..., str]


def test_forms_and_plans(page: Page, sidebar: Sidebar, inspector: Inspector, create: Create) -> None:
    name = create("inspected", "python", "tinytext=1.0")
    sidebar.command("console:create", kernelPreference={"name": "python3"}, activate=True)
    sidebar.wait_for_kernel("python3")
    sidebar.command("jupyter-envs:use", environment=name)
    sidebar.wait_for_kernel(name)
    card = sidebar.section("This console")
    expect(card).to_contain_text("A console is not pinned")
    inspector.look("a console")

    sidebar.press("Add package…", card)
    form = sidebar.panel.get_by_role("form", name=f"Add to {name}")
    field = form.get_by_label("Packages to add")
    field.fill("tiny")
    expect(form.get_by_role("option").first).to_be_visible()
    inspector.look("packages found")
    field.fill("tinyblob")
    expect(form.get_by_role("option", name="tinyblob")).to_be_visible()
    field.press("Enter")
    field.press("Enter")
    expect(form).to_contain_text("+ tinyblob 1.0")
    inspector.look("the plan of an addition")
    sidebar.press("Install", form)
    expect(form).to_have_count(0)

    sidebar.command("jupyter-envs:look-for-newer", environment=name)
    details = sidebar.panel.get_by_role("region", name=name, exact=True)
    expect(details).to_contain_text("1.0 → 2.0")
    details.get_by_role("button", name="History").click()
    entries = details.get_by_role("list", name="History").get_by_role("listitem")
    expect(entries).to_have_count(2)
    sidebar.press("Go back to this…", entries.nth(1))
    expect(details.get_by_role("group", name=f"Plan for {name}")).to_contain_text("− tinyblob 1.0")
    inspector.look("newer versions and the way back")
