"""Killed at any moment: what is left is the old state, the new one, or one that a single call of doctor mends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import kernelspec
from jupyter_envs.engine.cache_check import damaged_entries
from jupyter_envs.errors import NotFound
from jupyter_envs.manager import Manager
from jupyter_envs.store import Store

from .localchannel import LocalChannel
from .support.counts import rounds, tell
from .support.lab import PROJECT
from .support.managing import Recorder
from .support.one_action import act
from .support.processes import children, group_members, wait_until
from .support.pypi_index import PypiIndex
from .support.small_channel import small_channel

FULL = 200
SEEN: Counter[str] = Counter()


class Victim:
    """A process that acts on the environment, in a group of its own."""

    def __init__(self, settings: dict[str, Any], action: str) -> None:
        argv = [sys.executable, "-m", "tests.support.one_action", json.dumps(settings), action]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True, cwd=PROJECT)

    def reach(self, word: str) -> bool:
        """Wait until it says ``word``; False if it ended before."""
        assert self._process.stdout is not None
        return any(line.strip() == word for line in self._process.stdout)

    def kill(self) -> bool:
        """Kill it with SIGKILL, by chance with its engine processes or alone; whether it was still at work."""
        pid = self._process.pid
        alive = self._process.poll() is None
        groups = children(pid) if alive else []
        together = random.random() < 0.5
        for group in (pid, *(groups if together else ())):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        wait_until(lambda: not any(group_members(group) for group in groups), "the engine's processes to end", 10)
        return alive and self._process.returncode == -signal.SIGKILL


class Bench:
    """One store that is used for all kills, and a fresh manager for each look at it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.store = Store(Path(settings["root_dir"]))

    def manager(self) -> Manager:
        return Manager(**self.settings)

    def state(self) -> str:
        """What a fresh manager says of the environment."""
        found = {summary.name: summary for summary in asyncio.run(self.manager().environments())}
        return found["one"].state if "one" in found else "absent"

    def digest(self) -> str | None:
        try:
            return asyncio.run(self.manager().environment("one")).digest
        except NotFound:
            return None

    def kernels_start(self) -> None:
        """Every kernelspec leads into a prefix that an environment lists, and that is there."""
        for path in kernelspec.kernels_dir().glob("*/kernel.json"):
            mark = kernelspec.mark_of(path.parent)
            assert mark is not None, path
            spec = json.loads(path.read_text())
            assert Path(spec["argv"][0]).exists(), spec["argv"]
            prefixes = {str(self.store.prefix("one", known.id)) for known in self.store.listed("one")}
            assert mark["prefix"] in prefixes, (mark, prefixes)

    def repair(self) -> None:
        """One call, after which nothing is wrong."""

        async def run() -> None:
            manager = self.manager()
            wrong = [
                (mended.finding.code, mended.trouble) for mended in await manager.repair(Recorder()) if mended.trouble
            ]
            assert wrong == []
            assert (await manager.diagnose()).findings == ()

        asyncio.run(run())

    def do(self, action: str) -> None:
        asyncio.run(act(self.manager(), action))

    def lasts(self, action: str) -> float:
        """How long the action takes, to choose moments from."""
        victim, start = Victim(self.settings, action), time.monotonic()
        assert victim.reach("ready")
        start = time.monotonic()
        assert victim.reach("done")
        lasting = time.monotonic() - start
        victim.kill()
        return lasting


def kill_once(bench: Bench, action: str, lasting: float, allowed: Sequence[str | None]) -> bool:
    """Kill the action at a random moment of the whole, or of its last part; then look, mend and look again.

    False if it was over before.
    """
    victim = Victim(bench.settings, action)
    if random.random() < 0.6:
        assert victim.reach("ready")
        time.sleep(random.uniform(0, lasting))
    else:
        victim.reach("removing" if action == "remove" else "publishing")
        time.sleep(random.uniform(0, lasting * 0.1))
    killed = victim.kill()
    SEEN[f"{action}: {bench.state()}"] += killed
    assert bench.state() in ("ready", "absent", "broken")
    bench.kernels_start()
    bench.repair()
    bench.kernels_start()
    digest = bench.digest()
    assert digest in allowed, (action, digest, allowed)
    assert bench.state() == ("absent" if digest is None else "ready")
    return killed


# how often each action is killed of two hundred, and what comes before it
SHARES = {"create": 50, "add": 40, "update": 50, "remove": 40, "pip": 20}
BEFORE = {"create": (), "add": ("create",), "update": ("create",), "remove": ("create",), "pip": ()}


@pytest.fixture
def settings(
    home: Path, channel: LocalChannel, pypi_index: PypiIndex, package_cache: Path, tmp_path: Path
) -> dict[str, dict[str, Any]]:
    """The manager's settings for each action: small packages, but a real Python for pip."""
    small = {
        "root_dir": str(home / "envs"),
        "cache_dir": str(tmp_path / "cache"),
        "default_channels": [small_channel(tmp_path / "channel")],
    }
    python = {
        **small,
        "cache_dir": str(package_cache),
        "default_channels": [channel.file_url],
        "pypi_index": pypi_index.simple_url,
    }
    return {**dict.fromkeys(SHARES, small), "pip": python}


@pytest.mark.parametrize("action", SHARES)
def test_killed_while(settings: dict[str, dict[str, Any]], action: str) -> None:
    bench = Bench(settings[action])
    for step in BEFORE[action]:
        bench.do(step)
    old = bench.digest()
    if action == "pip":  # the first time, everything has to be fetched
        bench.do(action)
        bench.do("remove")
    lasting = bench.lasts(action)
    new = bench.digest()
    count, full = rounds(2, SHARES[action]), SHARES[action]
    done = 0
    for _ in range(10 * count):
        if done == count:
            break
        if bench.digest() != old:
            if bench.digest() is not None:
                bench.do("remove")
            for step in BEFORE[action]:
                bench.do(step)
            assert bench.digest() == old
        done += kill_once(bench, action, lasting, (old, new))
    assert done == count
    assert not list(damaged_entries(Path(bench.settings["cache_dir"]), deep=True))
    seen = ", ".join(f"{state} {times}" for state, times in sorted(SEEN.items()) if state.startswith(action))
    tell("T04", f"kills while: {seen or action}", done, full)
