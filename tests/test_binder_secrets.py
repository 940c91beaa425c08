"""A secret in an address or a variable gets into nothing that goes to Binder: no link, badge, file, message or log.

Each form of a secret is put where it can come from (the remote, the addresses of locked packages, channels, pip lines,
variables, or the machine's own settings), and looked for in everything that comes out.
"""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import binder, envfile, lockfile, pin
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import BuildFailed
from jupyter_envs.manager import BinderRequest, Manager
from jupyter_envs.models import Lock, Pin, Spec

from .localchannel import LocalChannel
from .pure_values import CHANNEL, IDNA, OPENSSL, PYTHON
from .support.checkouts import commit, git, new_checkout
from .support.counts import tell
from .support.hub import GOOD, Hub
from .support.managing import Recorder, notebook
from .test_cli import Cli

CANARY = "hunter2canary"
# a form: what stands before the host, what comes before the path, what comes behind it
FORMS = {
    "user and password": ("user:{}@", "", ""),
    "token as user": ("{}@", "", ""),
    "token in the path": ("", "/t/{}", ""),
    "token in the query": ("", "", "?token={}"),
    "token in the fragment": ("", "", "#token={}"),
    "quoted": ("user%3A:{}%40@", "", ""),
    "presigned by S3": ("", "", "?X-Amz-Credential={}&X-Amz-Signature={}"),
    "presigned by Azure": ("", "", "?sv=2020&sig={}"),
    "git over https": ("oauth2:{}@", "", ""),
}
SETTINGS = {"condarc": ".condarc", "netrc": ".netrc", "environment": "", "proxy": ""}


def hostile(form: str, url: str) -> str:
    user, before, behind = (part.replace("{}", CANARY) for part in FORMS[form])
    host, _, path = url.removeprefix("https://").partition("/")
    return f"https://{user}{host}{before}/{path}{behind}"


def write_pinned(folder: Path, form: str) -> None:
    """A notebook whose files have the secret wherever one can be written."""
    git_line = f"pkg @ git+{hostile(form, 'https://git.example.org/owner/pkg.git')}"
    spec = Spec(
        name="penguins",
        channels=(hostile(form, CHANNEL),),
        conda=("python=3.12", "openssl"),
        pip=("idna", git_line),
        variables={"API_TOKEN": CANARY, "PLACE": hostile(form, "https://example.org/x"), "MODE": "good"},
    )
    lock = Lock((PYTHON, OPENSSL, IDNA), (CHANNEL,), ("linux-64",), {})
    text = lockfile.write(lock)
    for url in (OPENSSL.url, IDNA.url):
        # we write no secret into a lock; other programs may
        text = text.replace(url, hostile(form, url))
    made = Pin("penguins", "environment.yml", "environment.conda-lock.yml", lock.digest())
    (folder / "environment.yml").write_text(envfile.write(spec))
    (folder / "environment.conda-lock.yml").write_text(text)
    kernel = {"name": "penguins", "display_name": "penguins"}
    for file in ("environment.yml", "environment.conda-lock.yml"):
        assert CANARY in (folder / file).read_text(), f"{file} is no test"
    (folder / "analysis.ipynb").write_text(notebook(**pin.write({"kernelspec": kernel}, made)))


def manager_of(home: Path, **settings: Any) -> Manager:
    return Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"), **settings)


def outputs(home: Path, checkout: Path, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Everything that comes out, by what it is."""
    caplog.set_level(logging.DEBUG)
    manager, documents = manager_of(home), DiskDocuments(checkout)
    found: dict[str, str] = {}
    for mode in binder.MODES:
        request = BinderRequest(("analysis.ipynb",), mode=mode, write=True)
        report = asyncio.run(manager.binder(request, documents))
        found[f"report, {mode}"] = json.dumps(report.to_json())
        found[f"link, {mode}"] = report.link.url if report.link else ""
        found[f"badges, {mode}"] = json.dumps(report.badge.to_json() if report.badge else {})
        files = sorted((checkout / "binder").iterdir())
        found[f"files, {mode}"] = "".join(file.read_text() for file in files)
        commit(checkout)
    found["log"] = caplog.text
    return found


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


@pytest.mark.parametrize("form", FORMS)
def test_no_secret_of_an_address_comes_out(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, cli: Cli, form: str
) -> None:
    checkout = new_checkout(tmp_path / "repo")
    write_pinned(checkout, form)
    git(checkout, "remote", "set-url", "origin", hostile(form, "https://git.example.org/owner/repo.git"))
    commit(checkout)
    found = outputs(home, checkout, caplog)
    printed = cli("binder", str(checkout / "analysis.ipynb"))
    found |= {"printed": printed.out, "errors": printed.err}
    assert {what: text.count(CANARY) for what, text in found.items() if CANARY in text} == {}
    if form == "token in the path":
        # without it, the address might be another repository's
        assert "unknown-remote" in found["report, locked"]
    else:
        assert "git.example.org%2Fowner%2Frepo" in found["link, locked"]
    assert "secret" in found["report, locked"], "what is taken out is said"
    assert "MODE" in found["files, locked"]
    tell(f"secrets and Binder, {form}", "outputs without it", len(found), len(found))


@pytest.mark.parametrize("kind", SETTINGS)
def test_no_secret_of_the_machine_comes_out(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    checkout = new_checkout(tmp_path / "repo")
    if kind == "condarc":
        (home / ".condarc").write_text(f"channels: [https://user:{CANARY}@conda.example.org/x]\n")
    elif kind == "netrc":
        (home / ".netrc").write_text(f"machine 127.0.0.1 login user password {CANARY}\n")
        (home / ".netrc").chmod(0o600)
    elif kind == "proxy":
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@127.0.0.1:9")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
    else:
        monkeypatch.setenv("GITHUB_TOKEN", CANARY)
        monkeypatch.setenv("ANACONDA_API_TOKEN", CANARY)
    found = outputs(home, checkout, caplog)
    with Hub(GOOD, [*GOOD[:4], {"phase": "failed", "message": "no"}]) as hub:
        told = Recorder()
        manager = manager_of(home, binder_hub=hub.url, binder_follow_hubs=[hub.url])
        for _ in range(2):
            try:
                work = asyncio.run(manager.build_on_binder(BinderRequest(("analysis.ipynb",)), DiskDocuments(checkout)))
                found["build"] = json.dumps(asyncio.run(work(told)).to_json())  # type: ignore[arg-type]
            except BuildFailed as error:
                found["failure"] = json.dumps(error.to_json())
        assert len(hub.asked) == 2
        assert CANARY not in json.dumps(hub.asked)
    found["build log"] = "\n".join(told.lines)
    assert {what: text.count(CANARY) for what, text in found.items() if CANARY in text} == {}
    tell(f"secrets and Binder, {kind}", "outputs without it", len(found), len(found))
