"""An environment that kernels run in is removed only when that is forced, whoever started the kernels."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jupyter_envs import kernelspec
from jupyter_envs.errors import EnvironmentInUse
from jupyter_envs.kernel_ending import end_kernels
from jupyter_envs.manager import Manager
from jupyter_envs.running import kernels_of
from jupyter_envs.store import Store

from .support.counts import tell
from .support.managing import Recorder, make_manager
from .support.one_action import act
from .support.processes import group_members, wait_until
from .support.small_channel import small_channel

NOBODY = 65534
CASES = [
    (state, forced, ours)
    for state in ("running", "starting", "dead")
    for forced in (False, True)
    for ours in (False, True)
]


@pytest.fixture
def manager(home: Path, tmp_path: Path) -> Manager:
    manager = make_manager(home, small_channel(tmp_path / "channel", 5), tmp_path / "cache")
    asyncio.run(act(manager, "create"))
    return manager


@contextmanager
def kernel(tmp_path: Path, state: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the environment's kernelspec, as a Jupyter server starts it."""
    spec = json.loads((kernelspec.kernels_dir() / "one" / "kernel.json").read_text())
    connection = tmp_path / "kernel-1.json"
    argv = [connection if part == "{connection_file}" else part for part in spec["argv"]]
    process = subprocess.Popen(argv, start_new_session=True)
    try:
        wait_until(Path(f"{connection}.env").exists, "the kernel to run")
        if state == "starting":
            process.send_signal(signal.SIGSTOP)
        if state == "dead":
            # not collected: a zombie is in the list of processes and runs no more
            os.killpg(process.pid, signal.SIGKILL)
            wait_until(lambda: "Z" in Path(f"/proc/{process.pid}/stat").read_text(), "its end")
            # what it has forked may take longer to die, and looks like it until then
            wait_until(lambda: not group_members(process.pid), "the end of all of it")
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize(("state", "forced", "ours"), CASES)
def test_removal(manager: Manager, tmp_path: Path, state: str, forced: bool, ours: bool) -> None:
    with kernel(tmp_path, state) as process:
        if ours and state != "dead":
            manager.running_kernels = lambda: {"one": 1}
        if state != "dead" and not forced:
            with pytest.raises(EnvironmentInUse) as caught:
                asyncio.run(manager.remove("one", Recorder()))
            assert caught.value.fields["kernels"] == 1
            assert caught.value.fields["processes"] == [process.pid]
            assert kernelspec.published() and all(program.exists() for _, program in kernelspec.published())
        else:
            heard = Recorder()
            asyncio.run(manager.remove("one", heard, force=forced))
            assert kernelspec.published() == []
            assert process.poll() is not None, "a forced removal ends the kernel"
            said = [f"The kernel in the process {process.pid} was ended: it ran from one."]
            assert heard.lines == (said if state != "dead" else [])
    assert asyncio.run(manager.diagnose()).findings == ()


# what a server does for a kernel that ended without having been told to
WATCHER = """
import json, subprocess, sys
spec = json.load(open(sys.argv[1]))
argv = [sys.argv[2] if part == "{connection_file}" else part for part in spec["argv"]]
while True:
    try:
        kernel = subprocess.Popen(argv, start_new_session=True)
    except FileNotFoundError:
        break
    print("started", flush=True)
    kernel.wait()
"""


def test_a_server_that_starts_its_kernel_again_does_not_keep_it(manager: Manager, tmp_path: Path) -> None:
    spec, connection = kernelspec.kernels_dir() / "one" / "kernel.json", tmp_path / "kernel-2.json"
    argv = [sys.executable, "-c", WATCHER, str(spec), str(connection)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout is not None and watcher.stdout.readline() == "started\n"
        wait_until(Path(f"{connection}.env").exists, "the kernel to run")
        prefixes = Store(Path(manager.root_dir)).prefixes("one")
        asyncio.run(manager.remove("one", Recorder(), force=True))
        assert watcher.wait() == 0, "there was nothing to start any more"
    assert kernels_of(prefixes) == []
    assert asyncio.run(manager.diagnose()).findings == ()


def test_a_forced_renaming_ends_them_too(manager: Manager, tmp_path: Path) -> None:
    with kernel(tmp_path, "running") as process:
        asyncio.run(manager.rename("one", "two", Recorder(), force=True))
        assert process.poll() is not None
    assert [name for name, _ in kernelspec.published()] == ["two"]


def test_another_users_kernel_keeps_the_environment(manager: Manager, tmp_path: Path) -> None:
    if os.name == "nt" or os.getuid() != 0:
        pytest.skip("only root can be another user")
    prefixes = Store(Path(manager.root_dir)).prefixes("one")
    with kernel(tmp_path, "running") as process:
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            with pytest.raises(EnvironmentInUse, match=str(process.pid)):
                end_kernels(prefixes)
        finally:
            os.setresuid(0, 0, 0)
        assert process.poll() is None


def test_a_program_that_is_no_kernel_is_no_reason(manager: Manager, tmp_path: Path) -> None:
    (prefix,) = Path(manager.root_dir).glob("one/g/*")
    with subprocess.Popen([prefix / "bin" / "kern", tmp_path / "note.txt"], start_new_session=True) as process:
        asyncio.run(manager.remove("one", Recorder()))
        os.killpg(process.pid, signal.SIGKILL)


def test_twelve_cases() -> None:
    tell("T10", "cases of removal while kernels run", len(CASES), 12)
    assert len(CASES) == 12
