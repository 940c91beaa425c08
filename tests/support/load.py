"""A server under load: many queued jobs, many pages that listen, and a flood of log lines, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .client import API
from .http_server import Fault, FileServer
from .lab import Lab
from .listening import Listener
from .processes import wait_until

JOBS, LISTENERS, RUNNING = 100, 50, 2
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Load:
    """What is put on a server. ``cancelled`` of the jobs are cancelled, the others run."""

    cancelled: int
    megabytes: int
    jobs: int = JOBS
    listeners: int = LISTENERS


@dataclass(frozen=True)
class Outcome:
    """How the jobs ended, what each listener was told, and the job with the flood."""

    states: dict[str, str]
    told: list[list[Any]]
    flood: Any
    log: str


def settings(channel: str, home: Path) -> dict[str, dict[str, Any]]:
    """For the server."""
    manager = {"default_channels": [channel], "root_dir": str(home / "envs"), "discover": False}
    return {"Manager": manager, "EnvsExtension": {"job_width": RUNNING, "max_ended_jobs": 2 * JOBS}}


def put(server: Lab, channel: FileServer, load: Load, moment: Callable[[str], None] = lambda _: None) -> Outcome:
    """Put the load on a server; ``moment`` is called between the parts, with what was just done."""
    moment("idle")
    with ExitStack() as stack:
        listeners = [stack.enter_context(Listener(server)) for _ in range(load.listeners)]
        moment(f"{load.listeners} listeners")
        channel.fault("", Fault(delay=600))
        ids = [submitted(server, f"load-{number}", channel.url) for number in range(load.jobs)]
        moment(f"{load.jobs} jobs queued")
        for id in ids[load.jobs - load.cancelled :]:
            assert server.delete(f"{API}jobs/{id}").status == 204
        channel.well_behaved()
        for id in ids[:RUNNING]:  # these wait for an answer that does not come
            assert server.delete(f"{API}jobs/{id}").status == 204
        states = wait_until(lambda: all_ended(server, ids), "all jobs to end", 900)
        moment(f"{load.cancelled} cancelled, the others run")
        (server.home / "flood").write_text(str(load.megabytes))
        flood = server.finished(plan(server, "flood", channel.url, "flood"), 900)
        moment(f"a flood of {load.megabytes} MB of log lines")
        log = server.get(f"{API}jobs/{flood['id']}/log").text
        last = flood["id"]
        wait_until(lambda: all(knows_end(one, last) for one in listeners), "everybody to be told", 120)
    told = [listener.events for listener in listeners]
    return Outcome(states, told, flood, log)


def plan(server: Lab, name: str, channel: str, *more: str) -> Any:
    body = {"name": name, "packages": ["tinyblob", *more], "channels": [channel], "dry_run": True}
    return server.post(f"{API}environments", body)


def submitted(server: Lab, name: str, channel: str) -> str:
    reply = plan(server, name, channel)
    assert reply.status == 202, reply.text
    return str(reply.json()["id"])


def all_ended(server: Lab, ids: list[str]) -> dict[str, str] | None:
    found = {job["id"]: job["state"] for job in server.get(f"{API}jobs").json()["jobs"]}
    return {id: found[id] for id in ids} if all(found[id] in ENDED for id in ids) else None


def knows_end(listener: Listener, id: str) -> bool:
    """Whether a page was told of a job three times at least: it came, it ran, it ended."""
    return len([message for message in list(listener.messages) if id in message]) >= 3
