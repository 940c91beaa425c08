"""Names that mean something to a shell, a path, a page or an address are refused, wherever a name is given."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, InvalidName
from jupyter_envs.manager import BinderRequest, CreateRequest, Manager
from jupyter_envs.models import SilentReporter
from jupyter_envs.naming import check_name

from .support.checkouts import new_checkout
from .support.counts import tell
from .support.managing import make_manager, tree

SEEN: list[str] = []
NAMES = [
    "../up", "a/b", "/etc", "..", ".", "", " ", "a b", "-rf", "--help", "$(touch PWNED)", "`touch PWNED`",
    "a;touch PWNED",
    "a|b", "a&b", "a\nb", "a\0b", "<img src=x onerror=alert(1)>", "a'b", 'a"b', "con", "NUL", "aux.txt", "a" * 65, "é",
    "a%2e",
    "a\\b", "C:x", "~root", "*",
]  # fmt: skip


@pytest.fixture
def manager(home: Path) -> Manager:
    return make_manager(home, "http://127.0.0.1:9/none", home / "cache", discover=False)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_operation_takes_a_hostile_name(manager: Manager, home: Path, name: str) -> None:
    documents, reporter = DiskDocuments(home), SilentReporter()
    before = tree(home)

    async def each() -> list[str]:
        request = CreateRequest(name=name, packages=("python",))
        operations: list[Any] = [
            manager.create(request, documents, reporter), manager.plan(request, documents, reporter),
            manager.rename("a", name, reporter), manager.rename(name, "a", reporter), manager.remove(name, reporter),
            manager.export(name, "full"), manager.describe(name, "", ()), manager.roll_back(name, reporter),
            manager.verify(name, reporter), manager.location(name), manager.adopt(name, reporter),
            manager.create(CreateRequest(name=name, clone="a"), documents, reporter),
            manager.create(CreateRequest(name="a", clone=name), documents, reporter),
            manager.plan(CreateRequest(name="a", clone=name), documents, reporter),
            manager.pin("a.ipynb", name, documents), manager.environment(name),
            manager.plan_roll_back(name, reporter), manager.plan_adoption(name, reporter),
            manager.activation(name, {}, reporter), manager.plan(request, documents, reporter),
        ]  # fmt: skip
        codes = []
        for operation in operations:
            with pytest.raises(EnvsError) as caught:
                await operation
            codes.append(caught.value.code)
        return codes

    codes = asyncio.run(each())
    assert set(codes) <= {"invalid-name", "invalid-input", "not-found"}, codes
    assert [path for path in tree(home) if path not in before and "PWNED" in path] == []
    assert not (home / "envs").exists() or tree(home / "envs") in ([], [".locks"])
    SEEN.extend(codes)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_pin_with_a_hostile_name_brings_nothing_into_binders_files(
    manager: Manager, home: Path, tmp_path: Path, name: str
) -> None:
    """A notebook's metadata may say any name: it is refused, or written so that a shell reads it as a word."""
    folder = new_checkout(tmp_path / "repo")
    path = folder / "analysis.ipynb"
    path.write_text(path.read_text().replace('"environment": "penguins"', f'"environment": {json.dumps(name)}'))
    request = BinderRequest(("analysis.ipynb",), write=True)
    try:
        report = asyncio.run(manager.binder(request, DiskDocuments(folder)))
    except EnvsError as error:
        SEEN.append(error.code)
        return
    texts = [file.read_text() for file in (folder / "binder").rglob("*") if file.is_file()]
    assert all(name not in text or shlex.quote(name) in text for text in texts if "touch" in name)
    assert report.link is None or urlsplit(report.link.url).netloc == "mybinder.org"
    assert not [path for path in folder.rglob("*") if "PWNED" in path.name]
    for script in (folder / "binder").glob("*"):
        if script.read_text().startswith("#!/usr/bin/env bash"):
            done = subprocess.run(["bash", "-n", str(script)], check=False, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    SEEN.append("written")


def test_the_count() -> None:
    tell("T15, hostile names", f"operations with {len(NAMES)} names refused", len(SEEN), len(SEEN))


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_plain_name_or_refused_with_a_proposal(name: str) -> None:
    try:
        check_name(name)
    except InvalidName as error:
        proposal = error.fields.get("proposal")
        assert proposal is None or check_name(proposal) == proposal
    else:
        assert name.isascii() and 0 < len(name) <= 64
        assert not set(name) & set("/\\:*?\"'<>|&;$`~ \n\t\0%") and name[0].isalnum()
