"""What git says of files, whatever their names."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jupyter_envs import gitstate

pytestmark = pytest.mark.usefixtures("home")


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *who, "--literal-pathspecs", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init")
    return folder


@pytest.mark.parametrize("name", ["a.ipynb", ":!x.ipynb", "*.ipynb", "ä b#?.ipynb", "-x.ipynb"])
def test_each_state(checkout: Path, name: str) -> None:
    files = {".gitignore": "*.lock\n", name: "one", "mine.lock": "", "new.yml": ""}
    for path, text in files.items():
        (checkout / path).write_text(text)
    git(checkout, "add", "--", name, ".gitignore")
    git(checkout, "commit", "-m", "one")
    found = gitstate.find(checkout)
    assert found is not None
    states = gitstate.states(found.top, found.commit, [*files, "absent"])
    assert {path: state.value for path, state in states.items()} == {
        ".gitignore": "committed",
        name: "committed",
        "mine.lock": "ignored",
        "new.yml": "untracked",
        "absent": "missing",
    }
    (checkout / name).write_text("two")
    assert gitstate.states(found.top, found.commit, [name])[name] is gitstate.FileState.MODIFIED


def test_no_checkout(tmp_path: Path) -> None:
    assert gitstate.find(tmp_path) is None
