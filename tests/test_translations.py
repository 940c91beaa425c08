"""The catalogues of the front end are in step with the texts in its source."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[1]
LOCALE = PROJECT / "jupyter_envs" / "locale"
LOCALES = ("de_DE", "fr_FR", "zh_CN")
PLURALS = {"de_DE": 2, "fr_FR": 2, "zh_CN": 1}
SCRIPT = PROJECT / "labextension" / "scripts" / "messages.mjs"


@pytest.fixture(scope="module")
def messages() -> dict[str, str | None]:
    """The texts in the source, with their plurals; needs Node and the front end's tools."""
    node = shutil.which("node")
    if node is None or not (PROJECT / "labextension" / "node_modules" / "typescript").is_dir():
        pytest.skip("needs Node, and `jlpm install` in labextension")
    done = subprocess.run([node, SCRIPT, "--list"], capture_output=True, text=True, check=True)
    return {message["singular"]: message["plural"] for message in json.loads(done.stdout)}


def catalogue(locale: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((LOCALE / locale / "LC_MESSAGES" / "jupyter_envs.json").read_text("utf-8"))
    return content


def places(text: str) -> list[str]:
    return sorted(re.findall(r"%\d", text))


def test_each_language_is_there() -> None:
    assert sorted(path.name for path in LOCALE.iterdir()) == sorted(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_is_as_jupyterlab_reads_it(locale: str) -> None:
    head = catalogue(locale)[""]
    assert (head["domain"], head["language"]) == ("jupyter_envs", locale.replace("_", "-"))
    assert head["plural_forms"].startswith(f"nplurals={PLURALS[locale]};")


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_translated_is_said(locale: str, messages: dict[str, str | None]) -> None:
    stale = [text for text in catalogue(locale) if text and text not in messages]
    assert not stale, "run `jlpm messages` in labextension"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_has_the_same_places_to_fill_in(locale: str, messages: dict[str, str | None]) -> None:
    for text, translated in catalogue(locale).items():
        if text:
            # JupyterLab passes over a plural with a single form, also where the language has no more
            forms = 2 if messages.get(text) else 1
            assert len(translated) == forms, text
            assert all(places(one) == places(text) for one in translated), text
            assert all(one.strip() for one in translated), text


def test_jupyterlab_is_told_where_they_are() -> None:
    project = (PROJECT / "pyproject.toml").read_text("utf-8")
    assert '[project.entry-points."jupyterlab.locale"]\njupyter_envs = "jupyter_envs"\n' in project
