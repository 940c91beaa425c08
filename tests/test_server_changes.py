"""Changing, going back, verifying and adopting over HTTP; each answer is held against the description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.running import below

from .localchannel import LocalChannel
from .support.lab import Lab
from .support.openapi import check_value
from .support.processes import wait_until
from .test_additions import interrupted_at
from .test_server_flow import Api

NAME = "changes"


@pytest.fixture(scope="module")
def api(lab: Lab) -> Api:
    return Api(lab)


@pytest.fixture
def environment(api: Api) -> Iterator[Any]:
    """An environment of the test's own; its summary."""
    yield api.made({"name": NAME, "packages": ["tinytext=1.0"]})
    api.done("DELETE", f"environments/{NAME}?force=true")


def test_a_change_is_planned_confirmed_and_taken_back(api: Api, environment: Any) -> None:
    path = f"environments/{NAME}"
    plan = api.done("PATCH", path, {"install": ["tinytext=2.0", "tinyblob"], "dry_run": True})
    check_value(plan, "Plan")
    assert [package["name"] for package in plan["added"]] == ["tinyblob"]
    assert [change["after"] for change in plan["changed"]] == ["2.0"]
    assert api("GET", path)["generations"] == 1
    assert api.failed("PATCH", path, {"install": ["tinyblob"], "plan": "0" * 64}) == "plan-changed"
    summary = api.done("PATCH", path, {"install": ["tinytext=2.0", "tinyblob"], "plan": plan["hash"]})
    check_value(summary, "EnvironmentSummary")
    assert summary["reason"] == "added tinytext=2.0, tinyblob"
    back = {"generation": environment["generation"]}
    plan = api.done("POST", f"{path}/rollback", {**back, "dry_run": True})
    check_value(plan, "Plan")
    assert [package["name"] for package in plan["removed"]] == ["tinyblob"]
    assert [(change["before"], change["after"]) for change in plan["changed"]] == [("2.0", "1.0")]
    assert api("GET", path)["generations"] == 2
    assert api.failed("POST", f"{path}/rollback", {**back, "plan": "0" * 64}) == "plan-changed"
    summary = api.done("POST", f"{path}/rollback", {**back, "plan": plan["hash"]})
    check_value(summary, "EnvironmentSummary")
    assert summary["prefix"] == environment["prefix"]
    api.confirmed("POST", f"{path}/rollback", {})
    assert api("GET", path)["generations"] == 4
    api.confirmed("PATCH", path, {"update": "all", "remove": ["tinyblob"]})
    assert "tinyblob" not in {package["name"] for package in api("GET", path)["package_list"]}


def test_what_can_be_refused_at_once_is(api: Api, environment: Any) -> None:
    path = f"environments/{NAME}"
    assert api("PATCH", path, {"file": "dependencies: 3", "dry_run": True}, 400)["code"] == "invalid-file"
    assert api("PATCH", path, {}, 400)["code"] == "invalid-input"
    assert api("PATCH", path, {"update": "some"}, 400)["fields"]["key"] == "update"
    assert api("PATCH", path, {"file": "a", "install": ["b"]}, 400)["code"] == "invalid-input"
    assert api("POST", f"{path}/rollback", {}, 428)["code"] == "plan-needed"
    assert api("POST", f"{path}/rollback", {"dry_run": True}, 409)["code"] == "conflict"
    assert api("POST", f"{path}/rollback", {"generation": "absent", "dry_run": True}, 404)["code"] == "not-found"
    assert api.failed("PATCH", path, {"remove": ["absent"], "dry_run": True}) == "not-found"


def test_verify_names_what_was_changed(api: Api, environment: Any) -> None:
    found = api.done("POST", f"environments/{NAME}/verify")
    check_value(found, "Verification")
    assert found["ok"] is True
    file = next(Path(environment["prefix"]).glob("lib/python3*/site-packages/tinytext.py"))
    content = file.read_text()
    file.unlink()
    file.write_text(content + "# mine\n")
    found = api.done("POST", f"environments/{NAME}/verify", {})
    check_value(found, "Verification")
    assert [item["name"] for item in found["damaged"]] == ["tinytext"]
    assert [Path(name).name for name in found["damaged"][0]["changed"]] == ["tinytext.py"]


def test_what_cannot_be_locked_is_told_and_the_rest_is_adopted(api: Api, environment: Any) -> None:
    site = next(Path(environment["prefix"]).glob("lib/python3*/site-packages"))
    (site / "handmade-1.0.dist-info").mkdir()
    (site / "handmade-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: handmade\nVersion: 1.0\n")
    (site / "handmade-1.0.dist-info" / "direct_url.json").write_text('{"url": "file:///src", "dir_info": {}}')
    next(Path(environment["prefix"]).glob("conda-meta/tinytext-*.json")).unlink()
    plan = api.done("POST", f"environments/{NAME}/adopt-changes", {"dry_run": True})
    check_value(plan, "Plan")
    assert [package["name"] for package in plan["removed"]] == ["tinytext"]
    assert any("handmade" in note and "folder" in note for note in plan["notes"])
    assert api.failed("POST", f"environments/{NAME}/adopt-changes", {"plan": "0" * 64}) == "plan-changed"
    summary = api.done("POST", f"environments/{NAME}/adopt-changes", {"plan": plan["hash"]})
    check_value(summary, "EnvironmentSummary")
    assert summary["prefix"] == environment["prefix"]
    detail = api("GET", f"environments/{NAME}")
    assert "tinytext=1.0" not in detail["spec"]["conda"]


def test_a_restart_moves_a_kernel_to_the_new_generation(api: Api) -> None:
    lab, name = api.lab, "changes-restart"
    first = api.made({"name": name, "packages": ["python", "tinytext=1.0"]})
    session = lab.post(
        "api/sessions", {"path": "moving.ipynb", "name": "", "type": "notebook", "kernel": {"name": name}}
    ).json()
    kernel = session["kernel"]["id"]

    def prefix() -> str:
        found = [one for one in below(lab.home / "envs" / name) if kernel in one.connection]
        return found[0].program if len(found) == 1 else ""

    assert wait_until(prefix, "the kernel").startswith(first["prefix"])
    second = api.confirmed("PATCH", f"environments/{name}", {"install": ["tinytext=2.0"]})
    assert second["prefix"] != first["prefix"]
    assert (second["running_kernels"], second["older_kernels"]) == (1, 1)
    assert lab.post(f"api/kernels/{kernel}/restart", {}).status == 200
    wait_until(lambda: prefix().startswith(second["prefix"]), "the kernel in its new prefix")
    assert api("GET", f"environments/{name}")["older_kernels"] == 0
    lab.delete(f"api/sessions/{session['id']}")
    api.done("DELETE", f"environments/{name}?force=true")


def test_a_server_that_starts_finishes_what_another_one_was_adding(
    channel: LocalChannel, package_cache: Path, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"default_channels": [channel.file_url], "root_dir": str(tmp_path / "envs")}
    settings["cache_dir"] = str(package_cache)
    with Lab(tmp_path, {"Manager": settings}, app="jupyter_server") as lab:
        made = Api(lab).made({"name": "lab", "packages": ["python"]})
        lab.stop()
        interrupted_at("while linking", settings, ["tinyconf"], [])
        lab.start()
        api = Api(lab)

        def finished() -> Any:
            jobs = [job for job in api("GET", "jobs")["jobs"] if job["kind"] == "recover"]
            return jobs[0] if jobs and jobs[0]["finished"] else None

        job = wait_until(finished, "the addition to be finished", 60)
        check_value(job, "Job")
        assert job["state"] == "done", job
        detail = api("GET", "environments/lab")
        assert (detail["generations"], detail["prefix"]) == (2, made["prefix"])
        assert "tinyconf" in {package["name"] for package in detail["package_list"]}
