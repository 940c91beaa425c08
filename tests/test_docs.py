"""The documentation names what there is: links, commands, settings, layers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from jupyter_envs.cli.app import COMMANDS
from jupyter_envs.manager import Manager
from jupyter_envs.server.app import EnvsExtension

from .test_layers import LAYERS
from .ui.pictures import shown

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
CLASSES = {"Manager": Manager, "EnvsExtension": EnvsExtension}
PLACEHOLDERS = {"COMMAND"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text) + re.findall(r'src(?:set)?="([^"]+)"', text)
    relative = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in relative if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"jupyter envs ([A-Za-z][a-z-]*)", page.read_text(encoding="utf-8")))
    assert named - set(COMMANDS) - PLACEHOLDERS == set()


def test_every_picture_is_shown_by_a_page() -> None:
    assert sorted(path.name for path in (ROOT / "docs" / "screenshots").iterdir()) == sorted(shown(ROOT))


def test_every_setting_that_is_documented_exists() -> None:
    text = (ROOT / "docs" / "how-to" / "configure.md").read_text(encoding="utf-8")
    settings = re.findall(r"^c\.(\w+)\.(\w+)", text, re.MULTILINE)
    assert settings
    known = {name: set(one.class_trait_names(config=True)) for name, one in CLASSES.items()}
    assert [f"{name}.{trait}" for name, trait in settings if trait not in known.get(name, ())] == []


def test_every_decision_has_a_number_of_its_own_and_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    files = sorted(path.name for path in folder.glob("0*.md"))
    assert [number for number, count in Counter(name[:4] for name in files).items() if count > 1] == []
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^- \[\d{4}\]\((.*?)\)", index, re.MULTILINE) == files


def test_the_design_shows_the_layers() -> None:
    text = (ROOT / "docs" / "explanation" / "design.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\w+", text.partition("## Layers")[2]))
    assert {module for layer in LAYERS for module in layer if not module.startswith("_")} - shown == set()


def test_no_merge_was_left_half_done() -> None:
    marks = re.compile(r"^(?:<{7}|>{7}|={7}$)", re.MULTILINE)
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert [page.name for page in pages if marks.search(page.read_text(encoding="utf-8"))] == []
