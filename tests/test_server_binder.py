"""``POST binder/PATH`` on a real server with a real checkout: it looks, shows, and writes what was shown."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .support.checkouts import REMOTE, commit, git, new_checkout, pinned
from .support.client import API, Reply
from .support.lab import Lab
from .support.openapi import check_reply, check_value


@pytest.fixture
def checkout(lab: Lab) -> Iterator[Path]:
    """A repository below the server's root, of this test's own."""
    folder = lab.root / "binder-tests"
    yield new_checkout(folder)
    shutil.rmtree(folder)


def post(lab: Lab, body: dict[str, Any], notebook: str = "analysis.ipynb") -> Reply:
    return lab.post(f"{API}binder/binder-tests/{notebook}", body)


def look(lab: Lab, **wishes: Any) -> Any:
    reply = post(lab, {"dry_run": True, **wishes})
    assert reply.status == 200, reply.text
    return check_reply("POST", "binder/binder-tests/analysis.ipynb", reply).json()


def codes(report: Any) -> list[str]:
    return [finding["code"] for finding in report["findings"]]


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_looking_writes_nothing_and_what_was_shown_is_written(lab: Lab, checkout: Path) -> None:
    before = files(checkout)
    seen = look(lab)
    assert codes(seen) == ["not-written"]
    assert all(file["state"] == "absent" and file["difference"].startswith("---") for file in seen["files"])
    assert files(checkout) == before
    written = check_reply("POST", "binder/x.ipynb", post(lab, {"plan": seen["hash"]})).json()
    assert set(written["written"]) == {file["path"] for file in seen["files"]}
    assert codes(written) == ["not-committed"]
    assert (checkout / "binder" / "postBuild").read_text().startswith("#!/usr/bin/env bash")
    commit(checkout)
    done = look(lab)
    assert done["findings"] == []
    assert done["commit"] == git(checkout, "rev-parse", "HEAD")
    assert done["link"].endswith(f"/gh/owner/repo/{done['commit']}?urlpath=lab%2Ftree%2Fanalysis.ipynb")
    assert post(lab, {"plan": done["hash"]}).json()["written"] == []


def test_only_what_was_shown_is_written(lab: Lab, checkout: Path) -> None:
    reply = post(lab, {})
    assert (reply.status, reply.json()["code"]) == (428, "plan-needed")
    seen = look(lab)
    theirs = checkout / "binder" / "postBuild"
    theirs.parent.mkdir()
    theirs.write_text("echo mine\n")
    reply = post(lab, {"plan": seen["hash"], "overwrite": True})
    assert (reply.status, reply.json()["code"]) == (409, "plan-changed")
    assert files(theirs.parent) == {theirs: b"echo mine\n"}
    seen = look(lab)
    (foreign,) = (file for file in seen["files"] if file["state"] == "foreign")
    assert "-echo mine" in foreign["difference"]
    kept = post(lab, {"plan": seen["hash"]}).json()
    assert "foreign-files" in codes(kept)
    assert theirs.read_text() == "echo mine\n"
    assert len(kept["written"]) == 3
    over = post(lab, {"plan": look(lab)["hash"], "overwrite": True}).json()
    assert over["written"] == ["binder/postBuild"]


def test_several_notebooks_modes_and_hubs(lab: Lab, checkout: Path) -> None:
    pinned(checkout / "more", "other.ipynb")
    report = look(lab, notebooks=["binder-tests/more/other.ipynb"], hub="https://hub.example.org/b/")
    assert [one["url"].partition("?")[2] for one in report["links"]] == [
        "urlpath=lab%2Ftree%2Fanalysis.ipynb",
        "urlpath=lab%2Ftree%2Fmore%2Fother.ipynb",
    ]
    assert report["link"].startswith("https://hub.example.org/b/v2/gh/owner/repo/")
    merged = look(lab, mode="merge")
    assert [file["path"] for file in merged["files"]] == ["binder/environment.yml"]
    assert look(lab, repository="gl:group/repo", ref="main")["repository"] == {"provider": "gl", "name": "group/repo"}
    image = f"quay.example.org/a@sha256:{'0' * 64}"
    recipe = look(lab, dockerfile=True, base_image=image)
    assert "Dockerfile.jupyter-envs" in [file["path"] for file in recipe["files"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"mode": "other"}, 400),
        ({"hub": "javascript:alert(1)"}, 400),
        ({"hub": ""}, 400),
        ({"repository": "gh:../../x"}, 400),
        ({"notebooks": ["nothing.ipynb"]}, 404),
        ({"notebooks": ["../secret.ipynb"]}, 403),
        ({"notebooks": "analysis.ipynb"}, 400),
        ({"dockerfile": True}, 400),
        ({"overwrite": "yes"}, 400),
    ],
)
def test_what_is_refused(lab: Lab, checkout: Path, body: dict[str, Any], status: int) -> None:
    before = files(checkout)
    reply = post(lab, {"dry_run": True, **body})
    assert reply.status == status, reply.text
    check_value(reply.json(), "Error")
    assert files(checkout) == before


def test_a_secret_in_the_remote_is_not_told(lab: Lab, checkout: Path) -> None:
    git(checkout, "remote", "set-url", "origin", REMOTE.replace("https://", "https://user:canary@"))
    reply = post(lab, {"dry_run": True})
    assert reply.json()["link"] is not None
    assert "canary" not in reply.text
    assert "canary" not in lab.log.read_text()


def test_a_link_in_the_place_of_the_folder_leads_nowhere(lab: Lab, checkout: Path, tmp_path: Path) -> None:
    (checkout / "binder").symlink_to(tmp_path)
    reply = post(lab, {"dry_run": True})
    assert (reply.status, reply.json()["code"]) == (403, "forbidden")
    assert list(tmp_path.iterdir()) == []
