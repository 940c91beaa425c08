"""T26: a hundred queued jobs, fifty pages that listen and a flood of log lines, on one real server, which answers all.

What it costs in time and memory is measured by hand (`python -m tests.benchmarks.load`), never here.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from .support.client import API
from .support.counts import LONG, tell
from .support.http_server import FileServer
from .support.lab import Lab
from .support.load import JOBS, LISTENERS, RUNNING, Load, put, settings

MEGABYTES = 200 if LONG else 20


def test_a_server_under_load(tmp_path: Path, channel_server: FileServer) -> None:
    cancelled = JOBS - RUNNING - 6
    with Lab(tmp_path, settings(channel_server.url, tmp_path), app="tests.support.loaded_server") as server:
        found = put(server, channel_server, Load(cancelled, MEGABYTES))
        assert server.get("api/status").status == 200
        listed = server.get(f"{API}jobs").json()["jobs"]
    # every job came to its own end: those that were cancelled, and those that ran
    assert Counter(found.states.values()) == {"cancelled": cancelled + RUNNING, "done": 6}
    assert len(listed) == JOBS + 1 and not [job for job in listed if job["result"] and job["state"] == "cancelled"]
    # every page was told of every job
    assert len(found.told) == LISTENERS
    for events in found.told:
        heard = {event["id"] for event in events if event.get("resource") == "jobs"}
        assert {*found.states, found.flood["id"]} <= heard
    # the end of the flood is kept, and no more
    assert found.flood["state"] == "failed" and found.flood["error"]["code"] == "unsolvable"
    assert 900_000 < len(found.log) <= 1_000_000
    assert (tmp_path / "stalls").read_text()
    tell("T26, load", f"queued jobs with {LISTENERS} listeners, then {MEGABYTES} MB of log lines", JOBS, JOBS)
