"""A whole Jupyter server killed while it works on an environment: the next one says what is, and one call mends it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from .support.client import FINISHED
from .support.counts import rounds, tell
from .support.lab import Lab
from .support.processes import children, group_members, wait_until
from .support.small_channel import small_channel
from .test_kill import BEFORE, Bench

FULL = 10
API = "jupyter-envs/api"
ONE = f"{API}/environments/one"
# the action of `one_action.py` as a request
REQUESTS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "create": ("POST", f"{API}/environments", {"name": "one", "packages": ["kern=1.0"]}),
    "add": ("PATCH", ONE, {"install": ["extra", "more"]}),
    "update": ("PATCH", ONE, {"install": ["kern=2.0"]}),
    "remove": ("DELETE", ONE, None),
}


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> dict[str, Any]:
    return {
        "root_dir": str(home / "envs"),
        "cache_dir": str(tmp_path / "cache"),
        "default_channels": [small_channel(tmp_path / "channel")],
    }


def request(server: Lab, action: str) -> tuple[str, str, dict[str, Any] | None]:
    """The request that does it: confirmed with the hash of its plan, which is asked for before."""
    method, path, body = REQUESTS[action]
    if body is None:
        return method, path, None
    plan = server.finished(server.request(method, path, {**body, "dry_run": True}))
    return method, path, {**body, "plan": plan["result"]["hash"]}


def kill(server: Lab) -> None:
    """End the server with SIGKILL, by chance together with its engine processes; these are gone then in any case."""
    groups = children(server.process.pid)
    for group in (*groups, server.process.pid) if random.random() < 0.5 else (server.process.pid,):
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGKILL)
    server.process.kill()
    wait_until(lambda: not any(group_members(group) for group in groups), "the engine's processes to end", 60)


def at_rest(server: Lab) -> dict[str, str]:
    """The states of environments, when a server that was just started has nothing to do any more."""

    def idle() -> bool:
        return all(job["state"] in FINISHED for job in server.get(f"{API}/jobs").json()["jobs"])

    wait_until(idle, "what the server finishes when it starts", 120)
    found = server.get(f"{API}/environments").json()["environments"]
    return {environment["name"]: environment["state"] for environment in found}


@pytest.mark.parametrize("action", REQUESTS)
def test_a_server_is_killed_while(home: Path, settings: dict[str, Any], action: str) -> None:
    bench = Bench(settings)
    server = Lab(home, {"Manager": {**settings, "standby_worker": True}}, app="jupyter_server")
    count = rounds(2, FULL)
    seen: list[str] = []
    try:
        server.start()
        for step in BEFORE[action]:
            server.finished(server.request(*request(server, step)))
        old = bench.digest()
        before = time.monotonic()
        server.finished(server.request(*request(server, action)))
        lasting, new = time.monotonic() - before, bench.digest()
        for _ in range(count):
            if bench.digest() != old:
                if bench.digest() is not None:
                    server.finished(server.request(*request(server, "remove")))
                for step in BEFORE[action]:
                    server.finished(server.request(*request(server, step)))
            assert bench.digest() == old
            sent = request(server, action)
            assert server.request(*sent).status == 202
            time.sleep(random.uniform(0, lasting))
            kill(server)
            server.start()
            states = at_rest(server)
            seen.append(states.get("one", "absent"))
            assert set(states) <= {"one"} and seen[-1] in ("ready", "absent", "broken")
            bench.kernels_start()
            bench.repair()
            bench.kernels_start()
            assert bench.digest() in (old, new)
            assert at_rest(server) == ({} if bench.digest() is None else {"one": "ready"})
    finally:
        if server.process.running:
            server.stop()
    told = ", ".join(f"{state} {seen.count(state)}" for state in sorted(set(seen)))
    tell("T04", f"kills of a whole server while: {action}: {told}", count, FULL)
