"""An engine process dies, in seven ways, while an environment is created, updated or removed: the server lives on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from .localchannel import LocalChannel
from .support.counts import LONG, tell
from .support.faulty_worker import HOW
from .support.lab import Lab
from .support.managing import notebook, tree

API = "jupyter-envs/api"
# the promise is one second; a busy machine that runs all tests gets more
SECONDS = 1.0 if LONG else 5.0


class Heart(threading.Thread):
    """Asks the server all the time how it is. A context manager; ``slowest`` is in seconds."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(daemon=True)
        self._lab = lab
        self._stopped = threading.Event()
        self.slowest = 0.0
        self.wrong: list[Any] = []

    def run(self) -> None:
        while not self._stopped.wait(0.02):
            before = time.monotonic()
            status: Any = None
            try:
                status = self._lab.request("GET", "api/status", timeout=30).status
            except OSError as error:
                status = repr(error)
            self.slowest = max(self.slowest, time.monotonic() - before)
            if status != 200:
                self.wrong.append(status)

    def __enter__(self) -> Heart:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self.join()


@pytest.fixture(scope="module")
def server(channel: LocalChannel, package_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server with engine processes that die when they are told to."""
    home = tmp_path_factory.mktemp("faulty")
    settings = {
        "default_channels": [channel.file_url],
        "root_dir": str(home / "envs"),
        "cache_dir": str(package_cache),
        "standby_worker": True,
        "engine_patience": 3.0,
        "compile_bytecode": False,
    }
    with Lab(home, {"Manager": settings}, app="tests.support.faulty_server") as lab:
        yield lab


@contextmanager
def fault(lab: Lab, moment: str, how: str) -> Iterator[Heart]:
    """While the body runs, engine processes die so, and the server has to answer."""
    path = lab.home / "fault"
    path.write_text(f"{moment} {how}")
    try:
        with Heart(lab) as heart:
            yield heart
    finally:
        path.unlink()
    assert heart.wrong == []
    assert heart.slowest < SECONDS


def create(lab: Lab, name: str) -> Any:
    """The job that creates it, or the one that plans it where already that fails."""
    path, body = f"{API}/environments", {"name": name, "packages": ["tinyblob"]}
    planned = lab.finished(lab.post(path, {**body, "dry_run": True}))
    if planned["state"] != "done":
        return planned
    return lab.finished(lab.post(path, {**body, "plan": planned["result"]["hash"]}))


def created(lab: Lab, name: str) -> None:
    job = create(lab, name)
    assert job["state"] == "done", job


def made(lab: Lab) -> list[str]:
    """What is there, without what the server keeps for itself."""
    folder = lab.home / "envs"
    return [path for path in tree(folder) if not path.startswith(".")] if folder.exists() else []


def names(lab: Lab) -> list[str]:
    found = lab.get(f"{API}/environments").json()["environments"]
    return [item["name"] for item in found if not item.get("foreign")]


def remove(lab: Lab, name: str) -> Any:
    return lab.finished(lab.delete(f"{API}/environments/{name}"))


SEEN: list[float] = []
ENDED: list[tuple[str, str]] = []


@pytest.mark.parametrize("how", HOW)
def test_while_an_environment_is_created(server: Lab, how: str) -> None:
    before = made(server)
    with fault(server, "linking", how) as heart:
        job = create(server, "new")
    assert (job["state"], job["error"]["code"]) == ("failed", "engine-failed"), job
    assert made(server) == before
    created(server, "new")
    assert remove(server, "new")["state"] == "done"
    SEEN.append(heart.slowest)
    ENDED.append(("create", how))


@pytest.mark.parametrize("how", HOW)
def test_while_an_environment_is_updated(server: Lab, how: str) -> None:
    created(server, "old")
    (server.root / "a.ipynb").write_text(notebook())
    assert server.put(f"{API}/pins/a.ipynb", {"environment": "old"}).status == 200
    file = server.root / "environment.yml"
    file.write_text(file.read_text().replace("- tinyblob", "- tinyblob\n  - tinyactivate"))
    assert "tinyactivate" in file.read_text()
    detail = server.get(f"{API}/environments/old").json()
    with fault(server, "linking", how) as heart:
        job = server.finished(server.confirmed("POST", f"{API}/environments", {"pin": "a.ipynb", "update": True}))
    assert (job["state"], job["error"]["code"]) == ("failed", "engine-failed"), job
    assert server.get(f"{API}/environments/old").json() == detail, "the old one is as it was"
    assert [path.name for path in (server.home / "envs/old/g").iterdir()] == [detail["generation"]]
    job = server.finished(server.confirmed("POST", f"{API}/environments", {"pin": "a.ipynb", "update": True}))
    assert job["state"] == "done", job
    assert remove(server, "old")["state"] == "done"
    file.unlink()
    (server.root / "environment.conda-lock.yml").unlink()
    SEEN.append(heart.slowest)
    ENDED.append(("update", how))


@pytest.mark.parametrize("how", HOW)
def test_while_an_environment_is_removed(server: Lab, how: str) -> None:
    """Removing needs no engine; a process that dies while it waits for work must not be in the way."""
    created(server, "gone")
    with fault(server, "start", how) as heart:
        job = remove(server, "gone")
    assert job["state"] == "done", job
    assert "gone" not in names(server)
    assert not (server.home / "envs/gone").exists()
    SEEN.append(heart.slowest)
    ENDED.append(("remove", how))


SOME = HOW if LONG else HOW[1:3]


@pytest.mark.parametrize("how", SOME)
def test_after_the_work_was_done_the_disk_decides(server: Lab, how: str) -> None:
    """A process that dies after its answer has done its work; what is there was looked at, and counts."""
    with fault(server, "answered", how) as heart:
        job = create(server, "late")
    if job["state"] == "done":
        detail = server.get(f"{API}/environments/late").json()
        assert detail["state"] == "ready" and detail["packages"] == len(detail["package_list"])
        assert remove(server, "late")["state"] == "done"
    else:
        assert job["error"]["code"] == "engine-failed", job
        assert "late" not in names(server)
    SEEN.append(heart.slowest)


@pytest.mark.parametrize("how", SOME)
def test_a_process_that_died_waiting_is_replaced(server: Lab, how: str) -> None:
    """Or, if it hangs or talks nonsense, its job fails, and the next one works."""
    created(server, "one")
    with fault(server, "start", how):
        assert remove(server, "one")["state"] == "done"
        job = create(server, "one")
    assert job["state"] == "failed"
    jobs = [create(server, "one")["state"]]
    while jobs[-1] != "done":
        assert len(jobs) < 3, jobs
        jobs.append(create(server, "one")["state"])
    assert remove(server, "one")["state"] == "done"


def test_twenty_one_cases() -> None:
    tell("T25", f"deaths of the engine, slowest answer of the server {max(SEEN, default=0):.2f} s", len(ENDED), 21)
