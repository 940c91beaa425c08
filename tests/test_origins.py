"""Where pip packages came from: PEP 610 texts, and the commits of checkouts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import checkouts, origins
from jupyter_envs.origins import Origin

COMMIT = "0a1b" * 10
SHA256 = "1" * 64


@pytest.mark.parametrize(
    ("values", "origin"),
    [
        (
            {"url": "https://git.example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            Origin(f"git+https://git.example.org/a.git@{COMMIT}"),
        ),
        (
            {"url": "https://h.example.org/a", "vcs_info": {"vcs": "hg", "commit_id": COMMIT}, "subdirectory": "x/y"},
            Origin(f"hg+https://h.example.org/a@{COMMIT}#subdirectory=x/y"),
        ),
        ({"url": "file:///home/ada/a", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, Origin()),
        ({"url": "file:///home/ada/a", "dir_info": {}}, Origin()),
        (
            {"url": "file:///home/ada/a", "dir_info": {"editable": True}},
            Origin(editable=True, folder="file:///home/ada/a"),
        ),
        (
            {"url": "https://x.example.org/a.whl", "archive_info": {"hashes": {"sha256": SHA256}}},
            Origin("https://x.example.org/a.whl", SHA256, archive=True),
        ),
        (
            {"url": "https://x.example.org/a.whl", "archive_info": {"hash": f"sha256={SHA256}"}},
            Origin("https://x.example.org/a.whl", SHA256, archive=True),
        ),
        ({"url": "file:///home/ada/a.whl", "archive_info": {}}, Origin(archive=True, file="file:///home/ada/a.whl")),
        ({"url": 1}, None),
        ([], None),
    ],
)
def test_each_form_of_direct_url(values: Any, origin: Origin | None) -> None:
    assert origins.parse(json.dumps(values)) == origin


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_damaged_file_says_nothing(text: str) -> None:
    assert origins.parse(text) is None


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://git.example.org/a.git", f"git+https://git.example.org/a.git@{COMMIT}"),
        ("git@git.example.org:ada/a.git", f"git+ssh://git@git.example.org/ada/a.git@{COMMIT}"),
        ("ssh://git@git.example.org/a.git", f"git+ssh://git@git.example.org/a.git@{COMMIT}"),
        ("/home/ada/a.git", ""),
        ("file:///home/ada/a.git", ""),
        ("../a", ""),
        ("", ""),
    ],
)
def test_a_checkout_is_known_by_its_remote(remote: str, address: str) -> None:
    assert origins.checkout(remote, COMMIT) == address
    assert origins.checkout(remote, "main") == ""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.py").touch()
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "All")
    git(folder, "remote", "add", "origin", "https://git.example.org/a.git")
    return folder


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_the_commit_is_found_loose_packed_and_detached(repository: Path) -> None:
    expected = f"git+https://git.example.org/a.git@{git(repository, 'rev-parse', 'HEAD').strip()}"
    assert checkouts.describe(repository.as_uri()) == expected
    assert checkouts.describe((repository / "inner").as_uri()) == f"{expected}#subdirectory=inner"
    git(repository, "pack-refs", "--all")
    assert checkouts.describe(repository.as_uri()) == expected
    git(repository, "checkout", "--quiet", "--detach")
    assert checkouts.describe(repository.as_uri()) == expected


def test_what_is_no_checkout_has_no_address(tmp_path: Path, repository: Path) -> None:
    assert checkouts.describe(tmp_path.as_uri()) == ""
    (repository / ".git" / "config").write_text("not a configuration")
    assert checkouts.describe(repository.as_uri()) == ""
    (repository / ".git" / "config").write_bytes(b"\xff\xfe")
    assert checkouts.describe(repository.as_uri()) == ""
