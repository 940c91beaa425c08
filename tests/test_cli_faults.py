"""The command line when something else is in the way: a writer that lives, one that is gone, one elsewhere."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs.holders import this_process
from jupyter_envs.writerlock import WriterLock

from .localchannel import LocalChannel
from .support.processes import Process, wait_until
from .test_cli import Cli
from .test_writerlock import holding, written


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


def lock_folder(cli: Cli, name: str) -> Path:
    folder = cli.home / ".local/share/jupyter/jupyter-envs/envs/.locks" / f"{name}.writer"
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_busy_environment_is_told_at_once_with_who_and_since_when(cli: Cli) -> None:
    with holding(lock_folder(cli, "one")) as process:
        done = cli("create", "one", "tinyblob", "--yes", "--json")
        assert done.status == 4
        assert done.json["error"]["code"] == "environment-busy"
        assert done.json["error"]["fields"]["pid"] == process.pid
        assert cli("unlock", "one", "--yes").status == 4, "its holder lives"
    assert cli("create", "one", "tinyblob", "--yes").status == 0


def test_waiting_with_a_deadline(cli: Cli) -> None:
    lock = WriterLock(lock_folder(cli, "one"))
    lock.acquire()
    assert cli("create", "one", "tinyblob", "--yes", "--wait", "0.1").status == 4
    argv = cli.argv("create", "one", "tinyblob", "--yes", "--wait", "60")
    with Process(argv, cli.home / "log", env=os.environ, cwd=cli.work) as process:
        wait_until(lambda: "Waiting up to 60 s." in process.output, "the command to wait")
        lock.release()
        assert process.wait() == 0, process.output


def test_a_lock_of_a_machine_that_is_gone_is_freed_by_hand(cli: Cli) -> None:
    written(lock_folder(cli, "one"), replace(this_process("a"), host="elsewhere"), silent=100_000)
    done = cli("create", "one", "tinyblob", "--yes")
    assert done.status == 4
    assert "elsewhere" in done.err and "jupyter envs unlock one" in done.err
    assert cli("unlock", "one", "--yes", "--json").json == {"unlocked": "one"}
    assert cli("unlock", "one", "--yes").status == 3
    assert cli("create", "one", "tinyblob", "--yes").status == 0
