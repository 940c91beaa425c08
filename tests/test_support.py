"""The test servers misbehave exactly as they are told to."""

from __future__ import annotations

import http.client
import time
from pathlib import Path

import pytest

from .support.client import Client, Reply
from .support.http_server import Fault, FileServer
from .support.processes import Process, group_members, is_alive, wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "a.txt").write_text("0123456789")
    (tmp_path / "secret.txt").write_text("not served")
    return tmp_path / "served"


def get(server: FileServer, path: str, **headers: str) -> Reply:
    return Client(f"{server.url}/", None).request("GET", path, headers=headers)


def test_files_are_served_and_requests_remembered(folder: Path) -> None:
    with FileServer(folder) as server:
        assert get(server, "a.txt").text == "0123456789"
        assert get(server, "missing").status == 404
        assert get(server, "../secret.txt").status == 404
        assert server.paths() == ["/a.txt", "/missing", "/../secret.txt"]


def test_unchanged_file_is_not_sent_again(folder: Path) -> None:
    with FileServer(folder) as server:
        tag = get(server, "a.txt").headers["etag"]
        assert get(server, "a.txt", **{"If-None-Match": tag}).status == 304
        (folder / "a.txt").write_text("changed")
        assert get(server, "a.txt", **{"If-None-Match": tag}).text == "changed"


def test_faults_last_as_long_as_they_should(folder: Path) -> None:
    with FileServer(folder) as server:
        server.fault("a.txt", Fault(status=503), times=2)
        assert [get(server, "a.txt").status for _ in range(3)] == [503, 503, 200]
        server.fault("a.txt", Fault(body=b"another"))
        assert get(server, "a.txt").text == "another"
        server.well_behaved()
        assert get(server, "a.txt").text == "0123456789"


def test_body_is_cut(folder: Path) -> None:
    with FileServer(folder) as server:
        server.fault("a.txt", Fault(cut=4))
        with pytest.raises(http.client.IncompleteRead) as caught:
            get(server, "a.txt")
        assert caught.value.partial == b"0123"


def test_answer_is_delayed_but_closing_does_not_wait(folder: Path) -> None:
    with FileServer(folder) as server:
        server.fault("a.txt", Fault(delay=0.2), times=1)
        start = time.monotonic()
        assert get(server, "a.txt").status == 200
        assert time.monotonic() - start >= 0.2


def test_process_ends_with_its_children(tmp_path: Path) -> None:
    script = 'trap "" TERM; sleep 60 & echo started; wait; sleep 60'
    with Process(["/bin/sh", "-c", script], tmp_path / "log", env={"PATH": "/usr/bin:/bin"}, cwd=tmp_path) as process:
        wait_until(lambda: "started" in process.output and len(group_members(process.pid)) == 2, "the child")
        process.stop(timeout=0.2)
    assert not is_alive(process.pid)
    wait_until(lambda: not group_members(process.pid), "the group to be gone")
