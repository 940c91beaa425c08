"""T13, where everything succeeds: a secret reaches the server that it is for, and no output of ours."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.exports import FORMATS

from .localchannel import LocalChannel
from .support.checkouts import REMOTE, commit, git
from .support.client import API
from .support.counts import tell
from .support.http_server import Fault, Request, Response
from .support.lab import Lab
from .support.listening import Arguments, Listener
from .support.managing import notebook
from .support.private import BASIC, SECRET, TOKEN_PATH, USER, PrivateChannel, PrivateIndex, holding, with_user
from .support.processes import children, wait_until

SEEN: list[str] = []


class PrivateProxy(PrivateChannel):
    """A proxy that wants a user and password, and finds every host in one folder."""

    def respond(self, request: Request) -> Response:
        if request.headers.get("proxy-authorization") != BASIC:
            return Response(407, b"who are you?\n", {"Proxy-Authenticate": 'Basic realm="proxy"'})
        return super(PrivateChannel, self).respond(request)


@dataclass(frozen=True)
class Bench:
    """A server with a user's secrets around it, and the servers that these are for."""

    lab: Lab
    channel: PrivateChannel
    index: PrivateIndex
    proxy: PrivateProxy
    arguments: Arguments


@pytest.fixture(scope="module")
def bench(channel: LocalChannel, package_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("secrets")
    with PrivateChannel(channel.path) as private, PrivateIndex() as index, PrivateProxy(channel.path) as proxy:
        (home / ".netrc").write_text(f"machine localhost login {USER} password {SECRET}\n")
        (home / ".netrc").chmod(0o600)
        alias = f"{private.url}{TOKEN_PATH}"
        (home / ".condarc").write_text(
            f"channel_alias: {with_user(private.url)}\ncustom_multichannels:\n  tokened: ['{alias}']\n"
        )
        (home / "tmp").mkdir()
        settings = {
            "default_channels": [channel.file_url], "root_dir": str(home / "envs"), "cache_dir": str(package_cache),
            "discover": False, "pypi_index": with_user(index.simple_url),
        }  # fmt: skip
        env = {
            "JUPYTERHUB_API_TOKEN": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET, "UV_INDEX_PRIVATE_PASSWORD": SECRET,
            "http_proxy": with_user(proxy.url), "NO_PROXY": "127.0.0.1,localhost", "TMPDIR": str(home / "tmp"),
        }  # fmt: skip
        config: dict[str, dict[str, Any]] = {"Manager": settings, "Application": {"log_level": 10}}
        with Arguments() as arguments, Lab(home, config, app="jupyter_server", env=env) as lab:
            yield Bench(lab, private, index, proxy, arguments)


def channel_file(address: str) -> str:
    return f"name: NAME\nchannels: ['{address}']\ndependencies: [python, ipykernel, tinyblob]\n"


def pip_file(*lines: str) -> str:
    return f"name: NAME\ndependencies: [python, ipykernel, {{pip: [{', '.join(map(json.dumps, lines))}]}}]\n"


FORMS: dict[str, Callable[[Bench], str]] = {
    "user and password in a channel": lambda bench: channel_file(with_user(bench.channel.url)),
    "Anaconda token in a channel": lambda bench: channel_file(f"{bench.channel.url}{TOKEN_PATH}"),
    "token behind a name of .condarc": lambda bench: channel_file("tokened"),
    "netrc": lambda bench: channel_file(bench.channel.url.replace("127.0.0.1", "localhost")),
    "a proxy's user and password": lambda bench: channel_file("http://channel.invalid"),
    "the configured index": lambda bench: pip_file("tinydep"),
    "user and password in a line": lambda bench: pip_file(
        f"--index-url {with_user(bench.index.simple_url)}", "tinydep"
    ),
    "user and password of a wheel": lambda bench: pip_file(
        f"tinywheel @ {with_user(bench.index.url)}/files/tinywheel-1.1-py3-none-any.whl"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_that_works_is_told_to_nobody_else(bench: Bench, form: str) -> None:
    lab, number = bench.lab, list(FORMS).index(form)
    name, folder = f"form-{number}", bench.lab.root / f"form-{number}"
    body = {"file": FORMS[form](bench).replace("NAME", name)}
    told: dict[str, str] = {}

    def asked(what: str, verb: str, path: str, body: Any = None) -> Any:
        reply = lab.request(verb, API + path, body)
        if reply.status == 202:
            job = lab.finished(reply)
            told[f"{what}: log"] = lab.get(f"{API}jobs/{job['id']}/log").text
            told[f"{what}: job"] = json.dumps(job)
            assert job["state"] == "done", job
            return job["result"]
        assert reply.status == 200, reply.text
        told[what] = reply.text
        return reply.json()

    with Listener(lab) as listener:
        plan = asked("plan", "POST", "environments", {**body, "dry_run": True})
        asked("create", "POST", "environments", {**body, "plan": plan["hash"]})
        for what in ("environments", f"environments/{name}", "jobs", "health"):
            asked(what, "GET", what)
        for format in FORMATS:
            asked(f"export {format}", "GET", f"environments/{name}/export?format={format}")
        for engine in ("conda", "pypi"):
            # towards PyPI what conda has more of is refused, in words that have to be clean, too
            reply = lab.get(f"{API}environments/{name}/conversion?to={engine}")
            assert reply.status == 200 or (reply.status, engine) == (409, "pypi"), reply.text
            told[f"conversion to {engine}"] = reply.text
        checkout(folder)
        asked("pin", "PUT", f"pins/{name}/a.ipynb", {"environment": name})
        asked("pinned", "GET", f"pins/{name}/a.ipynb")
        commit(folder)
        seen = asked("binder", "POST", f"binder/{name}/a.ipynb", {"dry_run": True})
        asked("written", "POST", f"binder/{name}/a.ipynb", {"plan": seen["hash"]})
    told["events"] = "\n".join(listener.messages)
    assert name in told["events"]
    told["metrics"], told["server log"] = lab.get("metrics").text, lab.log.read_text()
    told["arguments"] = bench.arguments.text
    for file in [*folder.rglob("*"), *lab.home.rglob("kernel.json"), *lab.home.rglob("jupyter-envs/jobs/*")]:
        if file.is_file() and ".git" not in file.parts:
            told[str(file.relative_to(lab.home))] = file.read_text(errors="replace")
    assert {"plan: job", f"work/{name}/a.ipynb", f"work/{name}/environment.yml"} <= set(told)
    assert [what for what, text in told.items() if SECRET in text] == []
    SEEN.extend(told)


def checkout(folder: Path) -> None:
    """A repository with a notebook whose remote has a secret in its address, as some tools write it."""
    folder.mkdir()
    (folder / "a.ipynb").write_text(notebook())
    git(folder, "init", "--initial-branch=main")
    git(folder, "remote", "add", "origin", with_user(REMOTE))
    commit(folder)


def test_the_secrets_did_reach_whom_they_are_for(bench: Bench) -> None:
    if len(SEEN) == 0:
        pytest.skip("only the tests above show it")
    assert [request for request in bench.proxy.requests if request.headers.get("proxy-authorization") == BASIC]
    assert [request for request in bench.index.requests if request.headers.get("authorization") == BASIC]
    assert [path for path in bench.channel.paths() if path.startswith(TOKEN_PATH)]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_what_a_crash_leaves_holds_no_secret(bench: Bench, number: signal.Signals) -> None:
    """The engine dies while it knows the secret: no core, no scratch file and no log of ours has it."""
    lab, address = bench.lab, f"{with_user(bench.channel.url)}/crashed-{number}"
    bench.channel.fault("/crashed", Fault(delay=300))
    reply = lab.post(f"{API}environments", {"name": "x", "packages": ["a"], "channels": [address], "dry_run": True})
    try:
        wait_until(lambda: [path for path in bench.channel.paths() if f"crashed-{number}" in path], "the channel")
        for child in engines(lab):
            os.kill(child, number)
        job = lab.finished(reply)
        assert (job["state"], job["error"]["code"]) == ("failed", "engine-failed")
    finally:
        bench.channel.well_behaved()
    left = holding([lab.home / "tmp", lab.home / "envs", lab.home / ".local", lab.root])
    # an environment keeps the user's own file as it was written
    assert [file for file in left if not {"records", ".git"} & set(file.parts)] == []
    assert SECRET not in json.dumps(job) and SECRET not in lab.log.read_text()
    SEEN.append(f"crash {number}")


def engines(lab: Lab) -> list[int]:
    """The server's processes that run the engine."""
    each = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children(lab.process.pid)}
    return [child for child, arguments in each.items() if b"jupyter_envs.engine.worker" in arguments]


def test_merging_for_binder_tells_no_secret(bench: Bench) -> None:
    """The mode that writes what was asked for, line by line."""
    lab, folder = bench.lab, bench.lab.root / "merged"
    checkout(folder)
    (folder / "environment.yml").write_text(FORMS["user and password in a line"](bench).replace("NAME", "merged"))
    body = {"file": (folder / "environment.yml").read_text()}
    assert lab.finished(lab.confirmed("POST", f"{API}environments", body))["state"] == "done"
    assert lab.put(f"{API}pins/merged/a.ipynb", {"environment": "merged"}).status == 200
    reply = lab.post(f"{API}binder/merged/a.ipynb", {"dry_run": True, "mode": "merge"})
    assert reply.status == 200, reply.text
    assert SECRET not in reply.text and "--index-url http://127.0.0.1" in reply.text


def test_the_count() -> None:
    what = f"outputs of {len(FORMS)} forms of secrets that work, and of crashes, without one"
    tell("T13, canaries where it works", what, len(SEEN), len(SEEN))
