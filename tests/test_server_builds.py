"""``POST builds``: a build on a configured hub is a job, with its log, its end, and its cancellation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .support.checkouts import new_checkout
from .support.client import API, Reply
from .support.hub import GOOD, HANG, Hub
from .support.lab import Lab
from .support.openapi import check_reply, check_value


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with Hub(token="canary") as hub:
        yield hub


@pytest.fixture(scope="module")
def server(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server with a hub that its user configured, and one that wants a token that nobody has."""
    home = tmp_path_factory.mktemp("builds")
    settings = {
        "root_dir": str(home / "envs"),
        "binder_hub": hub.url + "/",
        "binder_follow_hubs": [hub.url],
        "binder_tokens": {hub.url: "canary"},
    }
    with Lab(home, {"Manager": settings}, app="jupyter_server") as lab:
        new_checkout(lab.root / "repo")
        yield lab


def build(server: Lab, **body: Any) -> Reply:
    return server.post(API + "builds", {"notebook": "repo/analysis.ipynb", **body})


def log_of(server: Lab, job: Any) -> str:
    return server.get(f"{API}jobs/{job['id']}/log").text


def test_a_build_is_a_job(server: Lab, hub: Hub) -> None:
    hub.scripts = [GOOD]
    job = server.finished(check_reply("POST", "builds", build(server)))
    assert (job["kind"], job["state"], job["error"]) == ("binder-build", "done", None)
    check_value(job["result"], "HubBuild")
    report = server.post(API + "binder/repo/analysis.ipynb", {"dry_run": True}).json()
    assert report["followed"]
    assert job["result"] == {"notebook": "repo/analysis.ipynb", "hub": hub.url, "link": report["link"]}
    assert "RUN ./binder/postBuild" in log_of(server, job)
    kept = "".join(file.read_text() for file in server.home.rglob("jobs/*.json"))
    assert "canary" not in log_of(server, job) + kept + server.log.read_text()


def test_a_build_that_fails_says_why(server: Lab, hub: Hub) -> None:
    hub.scripts = [[*GOOD[:4], {"phase": "failed", "message": "conda: command not found\n"}]]
    job = server.finished(build(server))
    assert (job["state"], job["error"]["code"]) == ("failed", "build-failed")
    assert "conda: command not found" in job["error"]["message"]
    assert "Step 1/50" in log_of(server, job)


def test_a_build_can_be_given_up(server: Lab, hub: Hub) -> None:
    hub.scripts = [[*GOOD[:4], HANG]]
    hub.hanging.clear()
    hub.left.clear()
    job = build(server).json()
    assert hub.hanging.wait(60)
    assert server.delete(f"{API}jobs/{job['id']}").status == 204
    assert server.get(f"{API}jobs/{job['id']}").json()["state"] == "cancelled"
    assert hub.left.wait(60)


def test_builds_do_not_keep_other_work_from_running(server: Lab, hub: Hub) -> None:
    hub.scripts = [[*GOOD[:4], HANG]]
    building = [build(server).json()["id"] for _ in range(4)]
    reply = build(server)
    assert (reply.status, reply.json()["code"]) == (409, "conflict")
    # the server runs as many jobs at a time as builds are followed now
    assert server.finished(server.post(API + "gc", {"dry_run": True}))["state"] == "done"
    for id in building:
        assert server.delete(f"{API}jobs/{id}").status == 204


def test_no_other_hub_is_asked(server: Lab, hub: Hub) -> None:
    with Hub() as other:
        reply = build(server, hub=other.url)
        assert (reply.status, reply.json()["code"]) == (403, "forbidden")
        assert "binder_follow_hubs" in reply.text
        assert other.asked == []
        look = {"dry_run": True, "hub": other.url}
        assert not server.post(API + "binder/repo/analysis.ipynb", look).json()["followed"]
    for address in ("http://169.254.169.254/", "file:///etc/passwd", hub.url + "/../.."):
        assert build(server, hub=address).status in (400, 403)


def test_what_nobody_could_build(server: Lab, hub: Hub, tmp_path: Path) -> None:
    asked = len(hub.asked)
    assert build(server, ref="nothing").status == 409
    assert build(server, notebook="nothing.ipynb").status == 404
    assert build(server, notebook="../secret.ipynb").status == 403
    assert build(server, unknown=1).status == 400
    assert len(hub.asked) == asked
