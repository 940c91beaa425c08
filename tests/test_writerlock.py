"""One writer at a time: whatever the file system thinks of locks, whoever holds it, and however the holder ended."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import flocks, holders
from jupyter_envs.errors import EnvironmentBusy
from jupyter_envs.holders import Holder, this_process
from jupyter_envs.store import Store
from jupyter_envs.writerlock import Held, State, WriterLock, look, newest, states, unlock

from .support.counts import rounds, tell
from .support.lab import PROJECT
from .support.processes import wait_until

SECONDS = 10.0

HOLD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from jupyter_envs.writerlock import WriterLock

WriterLock(Path(sys.argv[2])).acquire()
print("held", flush=True)
time.sleep(600)
"""


@contextmanager
def holding(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock."""
    argv = [sys.executable, "-c", HOLD, str(PROJECT), str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def answer(folder: Path) -> Held | None:
    """What somebody is told who wants the lock; None if it was got (and given back). Fails when no answer comes."""
    said: list[Held | None] = []

    def ask() -> None:
        lock = WriterLock(folder)
        try:
            lock.acquire()
        except Held as held:
            said.append(held)
        else:
            lock.release()
            said.append(None)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert said, f"no answer after {SECONDS:g} s"
    return said[0]


def free(folder: Path) -> None:
    folder.mkdir()


def released(folder: Path) -> None:
    assert answer(folder) is None


def killed(folder: Path) -> None:
    with holding(folder) as process:
        process.kill()


def written(folder: Path, holder: Holder, *, silent: float = 0.0) -> None:
    """A lock that somebody else has made."""
    folder.mkdir()
    path = folder / "1"
    path.write_text(json.dumps(holder.to_json()))
    then = time.time() - silent
    os.utime(path, (then, then))


def elsewhere(folder: Path) -> None:
    holder = replace(this_process("a"), host="elsewhere", pid=1)
    written(folder, holder, silent=100_000)


SITUATIONS: dict[str, tuple[Callable[[Path], None], bool]] = {
    "free": (free, True),
    "released": (released, True),
    "killed": (killed, True),
    "elsewhere": (elsewhere, False),
}


def blocking(*_: Any) -> None:
    threading.Event().wait(60)


def failing(number: int) -> Callable[..., None]:
    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    return fail


FLOCKS = {
    "blocks": blocking,
    "no locks": failing(errno.ENOLCK),
    "not supported": failing(errno.EOPNOTSUPP),
}


@pytest.mark.parametrize("flock", FLOCKS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_file_systems_that_know_no_flock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: str, situation: str
) -> None:
    """Twelve cases: the answer comes, and it is the right one."""
    prepare, obtained = SITUATIONS[situation]
    folder = tmp_path / "lock"
    prepare(folder)
    monkeypatch.setattr(fcntl, "flock", FLOCKS[flock])
    monkeypatch.setattr(flocks, "SECONDS", 0.2)
    assert (answer(folder) is None) == obtained


@pytest.mark.parametrize("flock", FLOCKS)
def test_a_living_holder_keeps_it_where_flock_does_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: str
) -> None:
    monkeypatch.setattr(fcntl, "flock", FLOCKS[flock])
    monkeypatch.setattr(flocks, "SECONDS", 0.2)
    with holding(tmp_path / "lock") as process:
        held = answer(tmp_path / "lock")
        assert held is not None
        assert held.holder is not None
        assert held.holder.pid == process.pid


@pytest.mark.parametrize("situation", SITUATIONS)
def test_file_systems_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, situation: str) -> None:
    prepare, obtained = SITUATIONS[situation]
    folder = tmp_path / "lock"
    prepare(folder)
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    assert (answer(folder) is None) == obtained
    lock = WriterLock(tmp_path / "other")
    lock.acquire()
    assert answer(tmp_path / "other") is not None
    lock.release()


OTHERS: dict[str, tuple[dict[str, Any], float, bool]] = {
    "another machine": ({"host": "elsewhere"}, 100_000, False),
    "another machine of the same name": ({"machine": "other"}, 100_000, False),
    "before the machine was started again": ({"boot": "earlier"}, 60, True),
    "another start, but heard of just now": ({"boot": "earlier"}, 1, False),
    "a machine that has no id of its starts": ({"boot": "", "pid": 4_000_000}, 100_000, False),
    "another container": ({"namespace": "pid:[1]", "pid": 4_000_000}, 100_000, False),
    "no such process": ({"pid": 4_000_000}, 0, True),
    "the id belongs to another process by now": ({"pid": 1, "started": "12345678901"}, 0, True),
    "a program that was this process before": ({}, 0, True),
    "a process of init's that lives": ({"pid": 1, "started": holders.started(1)}, 0, False),
}


@pytest.mark.parametrize("other", OTHERS)
def test_only_proof_makes_a_lock_stale(tmp_path: Path, other: str) -> None:
    changes, silent, obtained = OTHERS[other]
    folder = tmp_path / "lock"
    written(folder, replace(this_process("a"), **changes), silent=silent)
    seen = look(folder)
    assert seen is not None
    assert seen.dead == obtained
    held = answer(folder)
    assert (held is None) == obtained
    if held is not None:
        assert unlock(folder)
        assert answer(folder) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"token": 1}', '{"a": "b"}', "\0" * 20])
def test_a_lock_that_cannot_be_read_is_respected_while_it_is_young(tmp_path: Path, text: str) -> None:
    (tmp_path / "1").write_text(text)
    held = answer(tmp_path)
    assert held is not None
    assert held.holder is None
    os.utime(tmp_path / "1", (1, 1))
    assert answer(tmp_path) is None


def test_a_dead_holder_in_another_container_is_known_by_its_flock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two containers on one local disk see each other: the numbers of processes say nothing."""
    if not flocks.is_local(tmp_path):
        pytest.skip("the temporary folder is on no local disk")
    monkeypatch.setattr(holders, "namespace", lambda: "pid:[1]")
    with holding(tmp_path / "lock") as process:
        assert answer(tmp_path / "lock") is not None
        process.kill()
        process.wait()
        assert answer(tmp_path / "lock") is None


def test_the_message_says_who_and_since_when(tmp_path: Path) -> None:
    with holding(tmp_path / ".locks" / "one.writer") as process:
        with pytest.raises(EnvironmentBusy) as caught, Store(tmp_path).writing("one"):
            pass
        fields = caught.value.fields
        assert (fields["name"], fields["pid"], fields["host"]) == ("one", process.pid, holders.host())
        assert str(process.pid) in caught.value.message
        assert fields["since"] in caught.value.message
    with Store(tmp_path).writing("one"):
        pass


def test_another_machine_is_named_with_what_to_do_about_it(tmp_path: Path) -> None:
    folder = tmp_path / ".locks" / "one.writer"
    folder.parent.mkdir()
    elsewhere(folder)
    with pytest.raises(EnvironmentBusy, match="elsewhere") as caught, Store(tmp_path).writing("one"):
        pass
    assert any("jupyter envs unlock one" in hint for hint in caught.value.hints)


def test_whose_lock_was_taken_away_knows_it(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    lock.acquire()
    assert lock.ours
    assert unlock(tmp_path)
    assert not lock.ours
    other = WriterLock(tmp_path)
    other.acquire()
    lock.release()
    assert other.ours
    other.release()
    assert not unlock(tmp_path)


def test_nothing_is_left_but_the_last_number(tmp_path: Path) -> None:
    for _ in range(5):
        assert answer(tmp_path) is None
    assert states(tmp_path) == [State(5, free=True)]
    assert [path.name for path in tmp_path.iterdir()] == ["5.free"]


def test_the_holder_is_heard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_envs.writerlock.HEARTBEAT", 0.01)
    lock = WriterLock(tmp_path)
    lock.acquire()
    path = tmp_path / str(newest(tmp_path).number)
    os.utime(path, (1, 1))
    wait_until(lambda: path.stat().st_mtime > 1, "a heartbeat")
    lock.release()


CONTEND = """
import os, random, sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from jupyter_envs.writerlock import Held, WriterLock

folder, inside, end = Path(sys.argv[2]), Path(sys.argv[3]), time.monotonic() + float(sys.argv[4])
turns = 0
while time.monotonic() < end:
    lock = WriterLock(folder)
    try:
        lock.acquire()
    except Held:
        continue
    # what a killed holder left says its id, which is not alive
    mark = inside / str(os.getpid())
    mark.touch()
    others = [name for name in os.listdir(inside) if name != mark.name and Path("/proc", name).exists()
              and Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"]
    assert not others, (mark.name, others)
    time.sleep(random.uniform(0, 0.002))
    mark.unlink()
    lock.release()
    turns += 1
print(turns)
"""


@pytest.mark.parametrize("count", [2, 8])
def test_processes_that_want_it_all_the_time_and_are_killed(tmp_path: Path, count: int) -> None:
    """Never two inside; each killed holder's lock is got by the others, without anybody's help."""
    killings, full = rounds(5, 50), 50
    inside = tmp_path / "inside"
    inside.mkdir()
    seconds = 2.0 + killings * 0.2
    argv = [sys.executable, "-c", CONTEND, str(PROJECT), str(tmp_path / "lock"), str(inside)]

    def start(lasting: float) -> subprocess.Popen[str]:
        return subprocess.Popen([*argv, str(lasting)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    runners = [start(seconds + 2) for _ in range(count)]
    for _ in range(killings):
        time.sleep(random.uniform(0.05, 0.2))
        victim = random.randrange(count)
        runners[victim].send_signal(signal.SIGKILL)
        _, said = runners[victim].communicate()
        assert runners[victim].returncode == -signal.SIGKILL, said
        runners[victim] = start(seconds)
    turns = 0
    for runner in runners:
        out, said = runner.communicate(timeout=120)
        assert runner.returncode == 0, said
        turns += int(out)
    assert turns > count
    assert answer(tmp_path / "lock") is None
    tell("T06", f"holders killed among {count} processes ({turns} turns)", killings, full)


def test_a_killed_holders_lock_is_free_at_once(tmp_path: Path) -> None:
    full = 50
    for _ in range(count := rounds(5, full)):
        with holding(tmp_path / "lock") as process:
            assert answer(tmp_path / "lock") is not None
            process.kill()
            wait_until(lambda: answer(tmp_path / "lock") is None, "the lock", timeout=5)
    tell("T06", "holders killed, lock got within 5 s", count, full)


def test_twenty_cases_of_locks() -> None:
    cases = len(FLOCKS) * len(SITUATIONS) + len(FLOCKS) + len(SITUATIONS) + len(OTHERS)
    tell("T09", "cases of locks", cases, 20)
    assert cases >= 20
