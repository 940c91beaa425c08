"""From a request to a running kernel, over HTTP, against a real server and a real channel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from jupyter_envs.exports import FORMATS
from jupyter_envs.server.events import SCHEMA_ID

from .localchannel import LocalChannel
from .support.client import API, Reply
from .support.http_server import Fault, FileServer
from .support.lab import Lab
from .support.openapi import check_reply, check_value
from .support.processes import wait_until

NOTEBOOK: dict[str, Any] = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {},
            "outputs": [],
            "source": ["import sys"],
        }
    ],
    "metadata": {"kernelspec": {"display_name": "x", "language": "python", "name": "x"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
NAME = "flow"


class Api:
    """Asks a server and holds each answer against the description."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def __call__(self, verb: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = self.raw(verb, path, body)
        assert reply.status == status, reply.text
        return reply.json() if reply.headers.get("content-type") == "application/json" else reply.text

    def raw(self, verb: str, path: str, body: Any = None) -> Reply:
        return check_reply(verb, path, self.lab.request(verb, API + path, body))

    def job(self, verb: str, path: str, body: Any = None) -> Any:
        """The job that the request started, at its end."""
        job = self.lab.finished(self.raw(verb, path, body))
        check_value(job, "Job")
        return job

    def done(self, verb: str, path: str, body: Any = None) -> Any:
        """The result of the job that the request started."""
        job = self.job(verb, path, body)
        assert job["state"] == "done", job
        return job["result"]

    def failed(self, verb: str, path: str, body: Any = None) -> str:
        """The code of the error of the job that the request started."""
        job = self.job(verb, path, body)
        assert job["state"] == "failed", job
        return str(job["error"]["code"])

    def confirmed(self, verb: str, path: str, body: Any) -> Any:
        """The result of what the user has seen the plan of."""
        return self.done(verb, path, {**body, "plan": self.done(verb, path, {**body, "dry_run": True})["hash"]})

    def made(self, body: Any) -> Any:
        """The summary of a new environment."""
        return self.confirmed("POST", "environments", body)

    def names(self) -> list[str]:
        return [environment["name"] for environment in self("GET", "environments")["environments"]]


@pytest.fixture(scope="module")
def api(lab: Lab) -> Api:
    return Api(lab)


@pytest.fixture(scope="module")
def file_text(channel: LocalChannel) -> str:
    return f"name: {NAME}\nchannels:\n- {channel.file_url}\ndependencies:\n- python\n- ipykernel\n- tinytext\n"


@pytest.fixture(scope="module")
def environment(api: Api, file_text: str) -> Any:
    """The summary of the environment that most tests here use, created from the text of a file."""
    return api.made({"file": file_text})


@pytest.fixture
def notebook(api: Api, request: pytest.FixtureRequest) -> Iterator[str]:
    """The path of a notebook of the test's own, in a folder of its own."""
    folder = api.lab.root / request.node.name
    folder.mkdir()
    path = folder / "work.ipynb"
    path.write_text(json.dumps(NOTEBOOK, indent=1) + "\n")
    yield f"{request.node.name}/work.ipynb"


def test_an_environment_is_created_listed_and_exported(api: Api, environment: Any) -> None:
    assert environment["name"] == environment["kernel"] == NAME
    assert (environment["state"], environment["generations"], environment["language"]) == ("ready", 1, "Python")
    assert environment in api("GET", "environments")["environments"]
    detail = api("GET", f"environments/{NAME}")
    assert [generation["current"] for generation in detail["history"]] == [True]
    assert {"python", "ipykernel", "tinytext"} <= {package["name"] for package in detail["package_list"]}
    assert set(detail["requested"]) == {"python", "ipykernel", "tinytext"}
    assert NAME in api.lab.get("api/kernelspecs").json()["kernelspecs"]
    texts = {}
    for format in FORMATS:
        export = api("GET", f"environments/{NAME}/export?format={format}")
        assert export["format"] == format
        assert "tinytext" in export["text"] or "There is no PyPI package in this environment." in export["notes"]
        texts[format] = export["text"]
    assert len(set(texts.values())) == len(FORMATS) - 1, "portable is from-history"
    asked = api("GET", f"environments/{NAME}/export?format=from-history&versions=true")["text"]
    assert "tinytext=" in asked and "tinytext=" not in texts["from-history"]
    assert api("GET", f"environments/{NAME}/export")["text"] == texts["full"]
    api("GET", f"environments/{NAME}/export?format=pickle", status=400)


def test_a_job_can_be_read_again_and_again_and_then_dismissed(api: Api) -> None:
    body = {"name": "flow-read", "packages": ["tinyblob"]}
    plan = api.done("POST", "environments", {**body, "dry_run": True})
    reply = api.raw("POST", "environments", {**body, "plan": plan["hash"]})
    queued = reply.json()
    assert (queued["kind"], queued["environment"]) == ("create", "flow-read")
    assert queued["state"] in ("queued", "running")
    assert reply.headers["location"].endswith(f"/{API}jobs/{queued['id']}")
    job = api.lab.finished(reply)
    assert job["progress"] is not None and job["started"] <= job["finished"]
    # as a page does that was loaded again
    assert api("GET", f"jobs/{job['id']}") == api("GET", f"jobs/{job['id']}") == job
    assert api("GET", "jobs")["jobs"][0] == job
    api("GET", f"jobs/{job['id']}/log")
    api("DELETE", f"jobs/{job['id']}", status=204)
    api("GET", f"jobs/{job['id']}", status=404)
    api.done("DELETE", "environments/flow-read")


def test_what_was_planned_is_what_is_installed(api: Api) -> None:
    request = {"name": "flow-plan", "packages": ["tinyblob"]}
    plan = api.done("POST", "environments", {**request, "dry_run": True})
    check_value(plan, "Plan")
    assert plan["environment"] == "flow-plan" and [package["name"] for package in plan["added"]] == ["tinyblob"]
    assert "flow-plan" not in api.names()
    assert api.failed("POST", "environments", {**request, "plan": "0" * 64}) == "plan-changed"
    assert "flow-plan" not in api.names()
    made = api.done("POST", "environments", {**request, "plan": plan["hash"]})
    assert api("GET", f"environments/{made['name']}")["history"][0]["digest"] == plan["digest"]
    api.done("DELETE", "environments/flow-plan")


def test_a_file_of_another_format_and_files_that_its_pip_section_names(api: Api, lab: Lab, channel: Any) -> None:
    pixi = f'[workspace]\nname = "flow-pixi"\nchannels = ["{channel.file_url}"]\n[dependencies]\ntinyblob = "*"\n'
    plan = api.done("POST", "environments", {"file": pixi, "filename": "pixi.toml", "dry_run": True})
    assert (plan["environment"], [package["name"] for package in plan["added"]]) == ("flow-pixi", ["tinyblob"])
    body = {
        "file": "name: flow-r\ndependencies: [python, tinytext, {pip: [-r reqs.txt]}]\n",
        "filename": "flow-r/environment.yml",
        "dry_run": True,
    }
    assert api.failed("POST", "environments", body) == "invalid-file"
    folder = lab.root / "flow-r"
    folder.mkdir()
    (folder / "reqs.txt").write_text("tinytext ; python_version < '3'\n")
    assert api.done("POST", "environments", body)["pip"] == ["tinytext ; python_version < '3'"]


def test_bad_input_is_answered_at_once_where_it_can_be(api: Api, environment: Any) -> None:
    def code(body: Any, status: int) -> str:
        return str(api("POST", "environments", {**body, "dry_run": True}, status)["code"])

    jobs = len(api("GET", "jobs")["jobs"])
    assert code({"name": "no name", "packages": ["tinytext"]}, 400) == "invalid-name"
    assert code({"name": "../up", "packages": ["tinytext"]}, 400) == "invalid-name"
    assert code({"name": NAME, "packages": ["tinytext"]}, 409) == "name-taken"
    assert code({"packages": ["tinytext"]}, 400) == "invalid-input"
    assert code({"file": "dependencies: [tinytext]"}, 400) == "invalid-input"
    assert code({"name": "flow-bad", "file": "dependencies: 3"}, 400) == "invalid-file"
    assert code({"name": "flow-bad", "file": "--target /\n", "filename": "requirements.txt"}, 400) == "invalid-file"
    assert code({"name": "flow-bad", "file": "version = 1\n", "filename": "uv.lock"}, 400) == "invalid-file"
    assert code({"pin": "no.ipynb"}, 404) == "not-found"
    error = api(
        "POST", "environments", {"name": "flow-bad", "file": "name: a\ndependencies:\n- {\n", "dry_run": True}, 400
    )
    assert error["fields"]["line"] >= 3
    assert len(api("GET", "jobs")["jobs"]) == jobs


def test_what_fails_later_fails_in_the_job_and_leaves_nothing(api: Api) -> None:
    before = api.names()
    missing = {"name": "flow-bad", "packages": ["no-such-package"], "plan": "0" * 64}
    assert api.failed("POST", "environments", missing) == "unsolvable"
    closed = {"name": "flow-bad", "packages": ["tinytext"], "channels": ["http://127.0.0.1:9/channel"], "plan": "0"}
    assert api.failed("POST", "environments", closed) == "unreachable"
    assert api.names() == before
    assert not (api.lab.home / "envs/flow-bad").exists()


def test_pin_verdict_and_unpin(api: Api, environment: Any, notebook: str) -> None:
    path = api.lab.root / notebook
    assert api("GET", f"pins/{notebook}")["verdict"]["state"] == "unpinned"
    status = api("PUT", f"pins/{notebook}", {"environment": NAME})
    assert status["verdict"]["state"] == "match" and status["environment"]["name"] == NAME
    assert api("GET", f"pins/{notebook}") == status
    pin = json.loads(path.read_text())["metadata"]["jupyter_envs"]
    assert pin == status["pin"]
    assert {file.name for file in path.parent.iterdir() if file.is_file()} == {"work.ipynb", pin["file"], pin["lock"]}
    status = api("DELETE", f"pins/{notebook}")
    assert (status["pin"], status["verdict"]["state"]) == (None, "unpinned")
    assert "jupyter_envs" not in json.loads(path.read_text())["metadata"]
    api("PUT", f"pins/{notebook}", {"environment": "no-such"}, status=404)


def test_a_notebook_that_is_open_is_left_to_its_editor(api: Api, environment: Any, notebook: str) -> None:
    path = api.lab.root / notebook
    before = path.read_bytes()
    status = api("PUT", f"pins/{notebook}", {"environment": NAME, "write_notebook": False})
    assert status["pin"]["environment"] == NAME
    assert path.read_bytes() == before
    assert (path.parent / status["pin"]["lock"]).is_file()
    api("DELETE", f"pins/{notebook}", {"write_notebook": False})
    assert path.read_bytes() == before


def test_an_environment_comes_back_from_its_lock(api: Api, notebook: str, channel: LocalChannel) -> None:
    name = "flow-back"
    api.made({"name": name, "packages": ["tinyblob"], "channels": [channel.file_url]})
    digest = api("GET", f"environments/{name}")["history"][0]["digest"]
    api("PUT", f"pins/{notebook}", {"environment": name})
    api.done("DELETE", f"environments/{name}")
    assert name not in api.names()
    status = api("GET", f"pins/{notebook}")
    assert (status["verdict"]["state"], status.get("packages")) == ("missing", None)
    inside = api("GET", f"pins/{notebook}?packages=true")["packages"]
    assert [package["name"] for package in inside] == ["tinyblob"], "what would be built can be looked at before"
    api("GET", f"pins/{notebook}?packages=some", status=400)
    plan = api.done("POST", "environments", {"pin": notebook, "dry_run": True})
    api.done("POST", "environments", {"pin": notebook, "plan": plan["hash"]})
    assert api("GET", f"pins/{notebook}")["verdict"]["state"] == "match"
    assert api("GET", f"environments/{name}")["history"][0]["digest"] == digest
    api.done("DELETE", f"environments/{name}")


def test_a_notebook_is_locked_for_this_machine(api: Api, environment: Any, notebook: str) -> None:
    api("POST", f"pins/{notebook}", {"lock": True}, status=409)
    status = api("PUT", f"pins/{notebook}", {"environment": NAME})
    lock = (api.lab.root / notebook).parent / status["pin"]["lock"]
    lock.unlink()
    assert api("GET", f"pins/{notebook}")["verdict"]["state"] == "unlocked"
    assert api.done("POST", f"pins/{notebook}", {"lock": True})["verdict"]["state"] == "match"
    again = {"lock": True, "update": ["all"], "as_of": "2024-05-01"}
    assert api.done("POST", f"pins/{notebook}", again)["verdict"]["state"] == "match"
    refused = api("POST", f"pins/{notebook}", {"lock": True, "as_of": "soon"}, status=400)
    assert "is not a date" in str(refused)
    assert lock.is_file()


def test_a_session_moves_to_the_environment_and_back_out_of_it(
    api: Api, file_text: str, environment: Any, notebook: str
) -> None:
    lab, name = api.lab, "flow-switch"
    api.made({"name": name, "file": file_text})
    new = {"path": notebook, "name": "work.ipynb", "type": "notebook", "kernel": {"name": NAME}}
    session = lab.post("api/sessions", new).json()
    first = session["kernel"]["id"]
    switched = api("POST", "switch", {"session": session["id"], "environment": name})
    assert (switched["id"], switched["path"], switched["kernel"]["name"]) == (session["id"], notebook, name)
    assert lab.get(f"api/kernels/{first}").status == 404
    api("POST", "switch", {"session": "no-such", "environment": name}, status=404)
    api("POST", "switch", {"session": session["id"], "environment": "no-such"}, status=404)

    assert api("GET", f"environments/{name}")["running_kernels"] == 1
    assert api("DELETE", f"environments/{name}", status=409)["code"] == "environment-in-use"
    assert lab.get(f"api/kernels/{switched['kernel']['id']}").status == 200
    api.done("DELETE", f"environments/{name}?force=true")
    assert lab.get(f"api/kernels/{switched['kernel']['id']}").status == 404
    assert name not in api.names()
    assert name not in lab.get("api/kernelspecs").json()["kernelspecs"]


def test_an_environment_without_a_kernel_is_no_place_for_a_session(api: Api) -> None:
    api.made({"name": "flow-bare", "packages": ["tinyblob"]})
    error = api("POST", "switch", {"session": "any", "environment": "flow-bare"}, status=409)
    assert "kernel" in error["message"]
    api.done("DELETE", "environments/flow-bare")


async def read(socket: WebSocketClientConnection) -> str:
    future: asyncio.Future[Any] = asyncio.ensure_future(socket.read_message())
    return str(await asyncio.wait_for(future, 60))


def test_each_change_is_announced_on_the_event_bus(api: Api) -> None:
    async def listen() -> list[dict[str, Any]]:
        address = api.lab.url.replace("http://", "ws://") + "api/events/subscribe"
        body: dict[str, Any] = {"name": "flow-events", "packages": ["tinyblob"]}
        plan = await asyncio.to_thread(api.done, "POST", "environments", {**body, "dry_run": True})
        body["plan"] = plan["hash"]
        socket = await websocket_connect(HTTPRequest(address, headers={"Authorization": f"token {api.lab.token}"}))
        reply = await asyncio.to_thread(api.raw, "POST", "environments", body)
        told: list[dict[str, Any]] = []
        made = False  # a job may be over before what it told is read
        while not (made and told[-1]["resource"] == "jobs" and api("GET", f"jobs/{told[-1]['id']}")["finished"]):
            message = json.loads(await read(socket))
            if message.get("schema_id") == SCHEMA_ID:
                check_value(message, "ChangeEvent")
                told.append(message)
                made = made or (message["resource"], message["action"]) == ("environments", "created")
        socket.close()
        assert {event["id"] for event in told if event["resource"] == "jobs"} == {reply.json()["id"]}
        return told

    told = asyncio.run(listen())
    shown = [(event["resource"], event["action"]) for event in told]
    assert shown[0] == ("jobs", "created")
    assert ("environments", "created") in shown and shown[-1] == ("jobs", "changed")
    api.done("DELETE", "environments/flow-events")


def running(api: Api, channel_server: FileServer, name: str) -> str:
    """The id of a create job that waits for a channel that does not answer."""
    channel_server.fault("", Fault(delay=300))
    body = {"name": name, "packages": ["tinyblob"], "channels": [channel_server.url], "plan": "0"}
    id = str(api.raw("POST", "environments", body).json()["id"])
    wait_until(lambda: channel_server.requests, "the channel to be asked")
    return id


def test_a_job_is_cancelled(api: Api, channel_server: FileServer) -> None:
    id = running(api, channel_server, "flow-cancel")
    assert api("GET", f"jobs/{id}")["state"] == "running"
    api("DELETE", f"jobs/{id}", status=204)
    job = api("GET", f"jobs/{id}")
    assert (job["state"], job["error"]["code"], job["result"]) == ("cancelled", "cancelled", None)
    assert "flow-cancel" not in api.names()
    assert not (api.lab.home / "envs/flow-cancel").exists()
    api("DELETE", f"jobs/{id}", status=204)
    api("GET", f"jobs/{id}", status=404)


def test_a_hundred_queued_jobs_and_a_server_that_answers(api: Api, channel_server: FileServer) -> None:
    first = running(api, channel_server, "flow-many-0")
    body = {"packages": ["tinyblob"], "channels": [channel_server.url], "plan": "0"}
    ids = [api("POST", "environments", {**body, "name": f"flow-many-{n}"}, 202)["id"] for n in range(1, 100)]
    listed = {job["id"]: job["state"] for job in api("GET", "jobs")["jobs"]}
    assert {listed[id] for id in ids} == {"queued", "running"}
    assert api.lab.get("api/status").status == 200
    for id in [*reversed(ids), first]:
        api("DELETE", f"jobs/{id}", status=204)
    assert not [name for name in api.names() if name.startswith("flow-many")]


@pytest.mark.parametrize("crash", [True, False], ids=["crash", "stop"])
def test_a_server_that_ends_has_interrupted_its_jobs(tmp_path: Path, channel_server: FileServer, crash: bool) -> None:
    lab = Lab(tmp_path, app="jupyter_server")
    with lab:
        id = running(Api(lab), channel_server, "interrupted")
        if crash:
            lab.process.kill()
    assert crash or lab.process.wait() == 0
    with lab:
        api = Api(lab)
        job = api("GET", f"jobs/{id}")
        assert (job["state"], job["error"]["code"]) == ("failed", "interrupted")
        assert api.names() == []
        channel_server.well_behaved()
        api.made({"name": "again", "packages": ["tinyblob"], "channels": [channel_server.url]})
        api("DELETE", f"jobs/{id}", status=204)


def test_servers_with_one_root_do_not_mix_up_their_jobs(tmp_path: Path, channel_server: FileServer) -> None:
    config = {"ServerApp": {"root_dir": str(tmp_path)}}
    state = {"EnvsExtension": {"state_dir": str(tmp_path / "state")}}
    first, second = (Lab(tmp_path / name, {**config, **state}, app="jupyter_server") for name in ("a", "b"))
    with first:
        id = running(Api(first), channel_server, "first")
        with second:
            assert Api(second)("GET", "jobs") == {"jobs": []}
        assert Api(first)("GET", f"jobs/{id}")["state"] == "running"
        channel_server.well_behaved()
