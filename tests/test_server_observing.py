"""What an operator sees, and that nobody sees a secret: log lines, metrics, health, and every output of a job."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from .localchannel import LocalChannel
from .support.client import API
from .support.counts import tell
from .support.lab import Lab
from .support.openapi import check_reply

CANARY = "Canary7231"
# how a secret can stand in an address; nothing answers there
FORMS = [
    f"http://user:{CANARY}@127.0.0.1:9/channel",
    f"http://{CANARY}@127.0.0.1:9/channel",
    f"http://127.0.0.1:9/t/{CANARY}/channel",
    f"http://127.0.0.1:9/%2Ft%2F{CANARY}/channel",
    f"http://127.0.0.1:9/channel?token={CANARY}",
    f"http://127.0.0.1:9/channel?a=1&access_token={CANARY}",
    f"http://127.0.0.1:9/channel#token={CANARY}",
    f"http://user:p%40{CANARY}@127.0.0.1:9/channel",
    f"http://127.0.0.1:9/channel?X-Amz-Signature={CANARY}",
    f"http://127.0.0.1:9/channel?sv=2024&sig={CANARY}",
    f"http://127.0.0.1:9/channel?api_key={CANARY}",
    f"http://user:with@{CANARY}@127.0.0.1:9/channel",
]
PIP = [f"--index-url {FORMS[0]}", f"--extra-index-url {FORMS[4]}", f"a @ git+{FORMS[0]}/a.git", f"a @ {FORMS[2]}/a.whl"]
SEEN: list[str] = []


@pytest.fixture(scope="module")
def server(channel: LocalChannel, package_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("observed")
    settings = {
        "default_channels": [channel.file_url], "root_dir": str(home / "envs"), "cache_dir": str(package_cache),
        "discover": False,
    }  # fmt: skip
    secrets = {"JUPYTERHUB_API_TOKEN": CANARY, "AWS_SECRET_ACCESS_KEY": CANARY, "MY_PASSWORD": CANARY}
    config: dict[str, dict[str, Any]] = {"Manager": settings, "Application": {"log_level": 10}}
    with Lab(home, config, app="jupyter_server", env=secrets) as lab:
        yield lab


def outputs(server: Lab, job: Any) -> dict[str, str]:
    """Everything that the server tells of a job, on every way."""
    own = [path.read_text(errors="replace") for path in server.home.rglob("jupyter-envs/jobs/*") if path.is_file()]
    return {
        "job": server.get(f"{API}jobs/{job['id']}").text,
        "jobs": server.get(f"{API}jobs").text,
        "log": server.get(f"{API}jobs/{job['id']}/log").text,
        "server log": server.log.read_text(),
        "list": server.get(f"{API}environments").text,
        "metrics": server.get("metrics").text,
        "health": server.get(f"{API}health").text,
        "remembered": "".join(own),
    }


@pytest.mark.parametrize("address", FORMS, ids=range(len(FORMS)))
def test_a_secret_in_a_channel_is_told_to_nobody(server: Lab, address: str) -> None:
    file = f"name: new\nchannels: ['{address}']\ndependencies: [python]\n"
    for body in ({"file": file}, {"name": "new", "packages": ["python"], "channels": [address]}):
        job = server.finished(server.post(f"{API}environments", {**body, "dry_run": True}))
        assert job["state"] == "failed", job
        told = {"answer": json.dumps(job), **outputs(server, job)}
        assert [name for name, text in told.items() if CANARY in text] == []
        SEEN.extend(told)


@pytest.mark.parametrize("address", [FORMS[0], FORMS[2], FORMS[4], FORMS[8]])
def test_a_secret_in_a_search_is_told_to_nobody(server: Lab, address: str) -> None:
    """It stands in the request's address, which the server's log has."""
    reply = server.get(f"{API}packages?{urlencode({'q': 'python', 'channel': address})}")
    assert reply.status == 502 and CANARY not in reply.text
    assert CANARY not in server.log.read_text()
    SEEN.extend(["search", "server log"])


@pytest.mark.parametrize("line", PIP)
def test_a_secret_in_a_pip_line_is_told_to_nobody(server: Lab, line: str) -> None:
    file = f"name: new\ndependencies: [python, {{pip: [{json.dumps(line)}, no-such-package]}}]\n"
    job = server.finished(server.post(f"{API}environments", {"file": file, "dry_run": True}))
    assert job["state"] == "failed", job
    told = outputs(server, job)
    assert [name for name, text in told.items() if CANARY in text] == []
    SEEN.extend(told)


def test_variables_of_the_server_reach_no_kernelspec_and_no_engine_process(server: Lab) -> None:
    body = {"name": "quiet", "packages": ["python", "ipykernel"]}
    job = server.finished(server.confirmed("POST", f"{API}environments", body))
    assert job["state"] == "done", job
    files = [path for path in server.home.rglob("kernel.json") if "quiet" in str(path)]
    assert files and [path for path in files if CANARY in path.read_text()] == []
    assert [path for path in server.home.glob("envs/quiet/**/*.yml") if CANARY in path.read_text()] == []


def test_each_state_of_a_job_is_one_line_of_the_log(server: Lab) -> None:
    job = server.finished(server.post(f"{API}environments", {"name": "x", "packages": ["no-such"], "dry_run": True}))
    lines = [line for line in server.log.read_text().splitlines() if f"envs job={job['id']}" in line]
    assert [re.sub(r".*state=(\w+).*", r"\1", line) for line in lines][-1] == "failed"
    assert "kind=plan environment=x" in lines[-1] and "code=unsolvable" in lines[-1]


def test_health_and_metrics(server: Lab) -> None:
    reply = check_reply("GET", "health", server.get(f"{API}health"))
    assert reply.json()["status"] == "ok" and reply.json()["jobs"] == {"queued": 0, "running": 0}
    text = server.get("metrics").text
    assert 'jupyter_envs_jobs_ended_total{kind="plan",state="failed"}' in text
    assert 'jupyter_envs_jobs{state="running"} 0.0' in text and "jupyter_envs_job_seconds_bucket" in text


def test_the_count() -> None:
    tell("T13, canaries", f"outputs of {len(FORMS) + len(PIP)} forms of secrets without one", len(SEEN), len(SEEN))
