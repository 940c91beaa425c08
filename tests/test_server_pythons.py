"""A Python that uv downloads, over HTTP: named in the plan, told of by the job, cancelled with it, counted by gc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import pythons

from .support.http_server import Fault
from .support.lab import App, Lab
from .support.no_python import HERE, NO_CHANNEL, WISH
from .support.openapi import check_value
from .support.processes import wait_until
from .support.pypi_index import PypiIndex
from .support.standalone import ARCHIVE, PythonServer
from .test_server_flow import Api

BODY = {"name": "far", "file": f"tinywheel\n{WISH}\n", "filename": "requirements.txt"}


@pytest.fixture
def api(python_server: PythonServer, kernel_index: PypiIndex, package_cache: Path, tmp_path: Path) -> Iterator[Api]:
    (tmp_path / "bin").mkdir()
    settings = {
        "default_channels": [NO_CHANNEL],
        "root_dir": str(tmp_path / "envs"),
        "cache_dir": str(package_cache),
        "pypi_index": kernel_index.simple_url,
        "python_downloads": python_server.list_url,
        "compile_bytecode": False,
        "gc_min_age": 0.0,
    }
    app: App = "tests.support.no_python_server"
    env = {"PATH": str(tmp_path / "bin")}
    with Lab(tmp_path / "home", {"Manager": settings}, app=app, env=env) as lab:
        yield Api(lab)


def test_a_python_comes_with_a_job_and_goes_with_gc(api: Api, python_server: PythonServer, tmp_path: Path) -> None:
    plan = api.done("POST", "environments", {**BODY, "dry_run": True})
    check_value(plan, "Plan")
    assert plan["python"] == f"Python {HERE}, downloaded by uv from {python_server.url.removeprefix('http://')}"
    assert plan["download"] > len(python_server.archive)

    python_server.fault(ARCHIVE, Fault(hold=1_000_000), times=1)
    job = api("POST", "environments", {**BODY, "plan": plan["hash"]}, 202)
    path = f"jobs/{job['id']}"

    def coming() -> Any:
        progress = api("GET", path)["progress"]
        return progress and progress["package"] == "python" and progress["bytes_done"] and progress

    progress = wait_until(coming, "a part of the archive")
    assert (progress["phase"], progress["bytes_total"]) == ("fetching", len(python_server.archive))
    api.raw("DELETE", path)
    wait_until(lambda: api("GET", path)["state"] == "cancelled", "the end of the job")
    assert pythons.leftovers(tmp_path / "envs" / pythons.FOLDER) == []
    assert api.names() == []

    made = api.done("POST", "environments", {**BODY, "plan": plan["hash"]})
    assert (made["engine"], made["python"]) == ("pypi", HERE)
    assert [item for item in gc(api) if item["kind"] == "python"] == []
    api.done("DELETE", "environments/far")
    (item,) = (item for item in gc(api) if item["kind"] == "python")
    assert item["bytes"] > len(python_server.archive)


def gc(api: Api) -> Any:
    return api.done("POST", "gc", {"dry_run": False})["items"]
