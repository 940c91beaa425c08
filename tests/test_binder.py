"""``jupyter envs binder`` on real checkouts: what it finds, what it writes, what it leaves alone."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import binder, gitstate, lockfile
from jupyter_envs.binder.marker import marked
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, InvalidInput, PlanChanged
from jupyter_envs.manager import BinderReport, BinderRequest, Manager

from .support.checkouts import SPEC, commit, git, new_checkout, pinned
from .support.hub import Hub
from .support.managing import notebook
from .support.rehearsal import dockerfile
from .test_cli import Cli


@pytest.fixture
def checkout(home: Path, tmp_path: Path) -> Path:
    """A repository with a pinned notebook, pushed."""
    return new_checkout(tmp_path / "repo")


@pytest.fixture
def ask(home: Path, checkout: Path) -> Callable[..., BinderReport]:
    manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"))

    def ask(*notebooks: str, **wishes: Any) -> BinderReport:
        request = BinderRequest(notebooks or ("analysis.ipynb",), **wishes)
        return asyncio.run(manager.binder(request, DiskDocuments(checkout)))

    return ask


Ask = Callable[..., BinderReport]


def codes(report: BinderReport) -> list[str]:
    return [finding.code for finding in report.findings]


def test_from_nothing_to_a_link_without_findings(checkout: Path, ask: Ask) -> None:
    assert codes(ask()) == ["not-written"]
    written = ask(write=True)
    assert codes(written) == ["not-committed"]
    assert set(written.written) == {change.path for change in written.changes}
    commit(checkout)
    report = ask()
    assert report.findings == ()
    assert report.link is not None
    head = git(checkout, "rev-parse", "HEAD")
    assert report.link.url == f"https://mybinder.org/v2/gh/owner/repo/{head}?urlpath=lab%2Ftree%2Fanalysis.ipynb"
    assert ask(write=True).written == ()


def test_what_people_wrote_is_kept_until_they_saw_the_difference(checkout: Path, ask: Ask) -> None:
    theirs = checkout / "binder" / "postBuild"
    theirs.parent.mkdir()
    theirs.write_text("echo mine\n")
    first = ask(write=True)
    assert "foreign-files" in codes(first)
    assert theirs.read_text() == "echo mine\n"
    seen = ask()
    (change,) = (change for change in seen.changes if change.state.is_peoples)
    assert "-echo mine" in change.difference
    theirs.write_text("echo another\n")
    with pytest.raises(PlanChanged):
        ask(write=True, confirmed=seen.hash, overwrite=True)
    assert ask(write=True, confirmed=ask().hash, overwrite=True).written == ("binder/postBuild",)
    theirs.write_text(theirs.read_text() + "echo more\n")
    assert "edited-files" in codes(ask(write=True))


def test_another_lock_writes_generated_files_again(checkout: Path, ask: Ask) -> None:
    ask(write=True)
    other = lockfile.parse((checkout / "environment.conda-lock.yml").read_text())
    without = replace(other, packages=tuple(one for one in other.packages if one.manager == "conda"))
    (checkout / "environment.conda-lock.yml").write_text(lockfile.write(without))
    found = codes(ask())
    assert {"lock-changed", "outdated-files", "stale-file"} <= set(found)
    assert "outdated-files" not in codes(ask(write=True))


@pytest.mark.parametrize(
    ("remote", "code"),
    [
        ("/srv/git/repo.git", "unknown-remote"),
        ("file:///srv/git/repo.git", "unknown-remote"),
        ("--upload-pack=touch PWNED", "unknown-remote"),
        ("ext::sh -c touch% PWNED", "unknown-remote"),
        ("https://gist.github.com/0123456789abcdef0123456789abcdef.git", "unknown-remote"),
        ("javascript:alert(1)", "unknown-remote"),
    ],
)
def test_remotes_that_binder_cannot_read(checkout: Path, ask: Ask, remote: str, code: str) -> None:
    (checkout / ".git" / "config").write_text(f'[remote "origin"]\n\turl = "{remote}"\n')
    report = ask()
    assert code in codes(report)
    assert report.link is None
    assert ask(repository="gl:group/repo").link is not None


def test_a_secret_in_the_remote_is_said_and_not_shown(checkout: Path, ask: Ask) -> None:
    git(checkout, "remote", "set-url", "origin", "https://user:canary@git.example.org/x/repo.git")
    report = ask()
    assert any("secret" in note for note in report.notes)
    assert "canary" not in json.dumps(report.to_json())
    assert report.link is not None


def test_states_of_a_checkout(checkout: Path, ask: Ask) -> None:
    ask(write=True)
    (checkout / ".gitignore").write_text("*.lock\n")
    (checkout / "environment.yml").write_text((checkout / "environment.yml").read_text() + "# edited\n")
    report = ask()
    assert {"ignored", "modified", "not-committed"} <= set(codes(report))
    commit(checkout, push=False)
    assert "not-pushed" in codes(ask())
    git(checkout, "checkout", "--detach")
    assert any("detached" in note for note in ask().notes)
    git(checkout, "remote", "remove", "origin")
    assert "no-remote" in codes(ask())


def test_refs(checkout: Path, ask: Ask) -> None:
    git(checkout, "tag", "v1.0")
    report = ask(ref="v1.0")
    assert report.link is not None
    assert report.commit in report.link.url
    for ref in ("nothing", "--upload-pack=x", "HEAD^{tree}", "v1.0;id", "@{upstream}"):
        report = ask(ref=ref)
        assert "unknown-ref" in codes(report), ref
        assert report.link is None


def test_no_commit_no_repository_no_git(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "alone"
    pinned(folder)
    manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"))

    def found(**wishes: Any) -> BinderReport:
        return asyncio.run(manager.binder(BinderRequest(("analysis.ipynb",), **wishes), DiskDocuments(folder)))

    report = found()
    assert (codes(report)[0], report.link) == ("no-repository", None)
    assert found(repository="10.5281/zenodo.3242074").link is not None
    git(folder, "init")
    assert "no-commit" in codes(found())
    monkeypatch.setenv("PATH", "/nowhere")
    report = found()
    assert (codes(report)[0], report.link) == ("no-git", None)


def test_git_runs_nothing_of_the_repository(checkout: Path, ask: Ask, tmp_path: Path) -> None:
    proof = tmp_path / "PWNED"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {proof}\ncat\n")
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.external",
        "core.pager",
        "core.sshCommand",
    ):
        git(checkout, "config", key, str(trap))
    git(checkout, "config", "core.hooksPath", str(tmp_path))
    (checkout / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    (checkout / "analysis.ipynb").write_text((checkout / "analysis.ipynb").read_text() + "\n")
    before = sorted(path for path in (checkout / ".git").rglob("*"))
    assert "modified" in codes(ask())
    assert not proof.exists()
    assert sorted(path for path in (checkout / ".git").rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["a#b.ipynb", "what?.ipynb", "with space.ipynb", "größe/日本語.ipynb", "[x].ipynb", ":!x.ipynb", "-x.ipynb"]
)
def test_odd_file_names(checkout: Path, ask: Ask, name: str) -> None:
    place = checkout / name
    pinned(place.parent, place.name)
    ask(name, write=True)
    commit(checkout)
    report = ask(name)
    assert report.findings == ()
    states = gitstate.states(checkout, report.commit, [name])
    assert states == {name: gitstate.FileState.COMMITTED}


def test_pins_kernels_and_several_notebooks(checkout: Path, ask: Ask) -> None:
    (checkout / "bare.ipynb").write_text(notebook())
    pinned(checkout, "server.ipynb", kernel="python3")
    pinned(checkout, "none.ipynb", kernel="")
    pinned(checkout, "other.ipynb", kernel="conda-env-penguins-py")
    assert "unpinned" in codes(ask("bare.ipynb"))
    assert "kernel-name" in codes(ask("server.ipynb"))
    assert "kernel-name" in codes(ask("none.ipynb"))
    report = ask("analysis.ipynb", "other.ipynb")
    assert "kernel-name" not in codes(report)
    script = next(change.text for change in report.changes if change.path == "binder/postBuild")
    assert "register penguins '{}' conda-env-penguins-py\n" in script
    (checkout / "environment.conda-lock.yml").unlink()
    assert "no-lock" in codes(ask())


def test_each_notebook_has_its_link(checkout: Path, ask: Ask) -> None:
    pinned(checkout / "b c", "other.ipynb")
    report = ask("analysis.ipynb", "b c/other.ipynb")
    assert [link.urlpath for link in report.links] == ["lab/tree/analysis.ipynb", "lab/tree/b%20c/other.ipynb"]
    described = report.to_json()
    assert [one["notebook"] for one in described["links"]] == ["analysis.ipynb", "b c/other.ipynb"]
    assert described["link"] == described["links"][0]["url"]


def test_writing_for_one_notebook_keeps_what_others_need(checkout: Path, ask: Ask) -> None:
    pinned(checkout / "more", "other.ipynb", spec=replace(SPEC, name="whales"), environment="whales", kernel="whales")
    both = ask("more/other.ipynb", "analysis.ipynb", write=True)
    assert both.notebooks == ("more/other.ipynb", "analysis.ipynb")
    script = (checkout / "binder" / "postBuild").read_text()
    alone = ask("analysis.ipynb", write=True)
    assert alone.notebooks == ("analysis.ipynb", "more/other.ipynb")
    assert len(alone.links) == 2
    assert "Also built, as before: more/other.ipynb." in alone.notes
    assert (alone.written, (checkout / "binder" / "postBuild").read_text()) == ((), script)
    (checkout / "more" / "other.ipynb").unlink()
    after = ask("analysis.ipynb", write=True)
    assert after.notebooks == ("analysis.ipynb",)
    assert "register whales" not in (checkout / "binder" / "postBuild").read_text()
    assert "stale-file" in codes(after)


@pytest.mark.parametrize(
    "line",
    [
        '# for ["../../secret.ipynb"]',
        '# for ["/etc/passwd"]',
        "# for [1, {}]",
        "# for [[[",
        '# for ["binder/postBuild"]',
    ],
)
def test_a_strangers_script_names_no_notebooks(checkout: Path, ask: Ask, line: str) -> None:
    (checkout / "binder").mkdir()
    (checkout / "binder" / "postBuild").write_text(marked(["#!/bin/sh", line]))
    assert ask().notebooks == ("analysis.ipynb",)


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ('s/"nbformat_minor": [0-9]*/"nbformat_minor": 4/', []),
        ('/"name": "penguins"/d; s/"display_name".*/"a": 1/', ["filtered"]),
    ],
)
def test_a_filter_that_takes_the_kernel_out(checkout: Path, ask: Ask, filter: str, found: list[str]) -> None:
    ask(write=True)
    path = checkout / "analysis.ipynb"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=1))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    git(checkout, "config", "filter.strip.clean", f"sed '{filter}'")
    (checkout / ".git" / "info" / "attributes").write_text("*.ipynb filter=strip\n")
    commit(checkout)
    assert gitstate.committed(checkout, "HEAD", "analysis.ipynb") != path.read_bytes()
    assert codes(ask()) == found


def test_what_repo2docker_takes_or_refuses_beside_our_files(checkout: Path, ask: Ask) -> None:
    (checkout / ".binder").mkdir()
    assert "two-folders" in codes(ask(write=True))
    with pytest.raises(AssertionError, match="exclusive"):
        dockerfile(checkout)
    (checkout / ".binder").rmdir()
    (checkout / "binder" / "Dockerfile").write_text("FROM scratch\n")
    (finding,) = (one for one in ask().findings if one.code == "other-build")
    assert finding.path == "binder/Dockerfile"
    assert "postBuild" not in dockerfile(checkout)


def test_notebooks_of_two_repositories_are_refused(checkout: Path, home: Path, tmp_path: Path) -> None:
    pinned(tmp_path / "elsewhere")
    manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"))
    request = BinderRequest(("repo/analysis.ipynb", "elsewhere/analysis.ipynb"))
    with pytest.raises(InvalidInput):
        asyncio.run(manager.binder(request, DiskDocuments(tmp_path)))


def test_a_top_folder_outside_of_the_documents_is_not_written(checkout: Path, home: Path) -> None:
    pinned(checkout / "inside")
    manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"))
    documents = DiskDocuments(checkout / "inside")
    report = asyncio.run(manager.binder(BinderRequest(("analysis.ipynb",)), documents))
    assert "top-outside" in codes(report)
    with pytest.raises(EnvsError):
        asyncio.run(manager.binder(BinderRequest(("analysis.ipynb",), write=True), documents))
    assert not (checkout / "binder").exists()


@pytest.mark.parametrize("mode", binder.MODES)
def test_repo2docker_reads_the_files(checkout: Path, ask: Ask, mode: binder.Mode) -> None:
    ask(write=True, mode=mode)
    text = dockerfile(checkout)
    # the frozen environment of Python 3.12, not the one that unreadable files fall back to
    assert "python-3.12" in text or "2dpython-2d3-2e12" in text or "py-2d3-2e12" in text
    assert ("RUN ./binder/postBuild" in text) == (mode == "locked")


def test_the_command_line(home: Path, checkout: Path, channel: Any, package_cache: Path) -> None:
    cli = Cli(home, channel.file_url, package_cache)
    path = str(checkout / "analysis.ipynb")
    assert cli("binder", path, "--check").status == 1
    done = cli("binder", path, "--write", "--json")
    assert done.status == 1
    assert len(done.json["written"]) == 4
    commit(checkout)
    done = cli.good("binder", path)
    assert "[![Open on Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/owner/repo/" in done.out
    assert ".. image::" in done.out
    hub = cli.good("binder", path, "--hub", "https://hub.example.org/x/", "--json").json
    assert hub["link"].startswith("https://hub.example.org/x/v2/gh/owner/repo/")
    assert "pinned by its digest" in cli("binder", path, "--dockerfile").err
    image = f"quay.example.org/a@sha256:{'0' * 64}"
    assert cli("binder", path, "--dockerfile", "--base-image", image, "--write").status == 1
    assert f"FROM {image}" in (checkout / "Dockerfile.jupyter-envs").read_text()
    (checkout / "binder" / "postBuild").write_text("mine\n")
    assert "nobody to ask" in cli("binder", path, "--write").err
    # it is again what was committed
    cli.good("binder", path, "--write", "--yes")
    assert "Made by" in (checkout / "binder" / "postBuild").read_text()
    assert cli("binder", "nothing.ipynb").status == 3
    assert cli("binder", path, "--hub", "javascript:alert(1)").status == 2


def test_a_build_is_followed_on_the_command_line(home: Path, checkout: Path, channel: Any, package_cache: Path) -> None:
    cli = Cli(home, channel.file_url, package_cache)
    path = str(checkout / "analysis.ipynb")
    with Hub() as hub:
        refused = cli("binder", path, "--build", "--hub", hub.url)
        assert refused.status != 0
        assert hub.asked == []
        allowed = f"--Manager.binder_follow_hubs={hub.url}"
        done = cli("binder", path, "--build", "--hub", hub.url, allowed, "--json")
        assert done.json["build"]["link"] == done.json["link"]
        assert "RUN ./binder/postBuild" in done.err
        # there are findings: nothing is written yet
        assert done.status == 1
        hub.scripts = [[{"phase": "failed", "message": "no such commit"}]]
        assert "no such commit" in cli("binder", path, "--build", "--hub", hub.url, allowed).err
