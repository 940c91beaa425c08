"""What git says of files, whatever their names."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize("name", ["a.ipynb", "ä b#?.ipynb", "-x.ipynb"])
def test_what_a_filter_changed_is_committed_and_the_filter_does_not_run(
    checkout: Path, tmp_path: Path, name: str
) -> None:
    git(checkout, "config", "filter.strip.clean", "sed s/secret//")
    (checkout / ".git" / "info" / "attributes").write_text("*.ipynb filter=strip\n")
    (checkout / name).write_text("a secret\n")
    # git asks again about a file that is as young as its index
    os.utime(checkout / name, (1_700_000_000, 1_700_000_000))
    git(checkout, "add", "--", name)
    git(checkout, "commit", "-m", "one")
    git(checkout, "config", "filter.strip.clean", f"touch {tmp_path}/ran; cat")
    found = gitstate.find(checkout)
    assert found is not None
    assert gitstate.committed(found.top, found.commit, name) == b"a \n"
    assert gitstate.states(found.top, found.commit, [name])[name] is gitstate.FileState.COMMITTED
    (checkout / name).write_text("a secret, and more\n")
    assert gitstate.states(found.top, found.commit, [name])[name] is gitstate.FileState.MODIFIED
    assert not (tmp_path / "ran").exists()


def test_no_checkout(tmp_path: Path) -> None:
    assert gitstate.find(tmp_path) is None
