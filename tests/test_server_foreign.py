"""Environments of other tools over HTTP: listed, adopted, released, never removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .support.client import API
from .support.lab import Lab
from .support.openapi import check_reply
from .support.others import give_kernel, make_venv


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("foreign")
    with Lab(home, {"Manager": {"root_dir": str(home / "envs"), "conda_roots": []}}, app="jupyter_server") as lab:
        yield lab


@pytest.fixture(scope="module")
def prefix(server: Lab) -> Path:
    """A project's environment below the server's root, with a kernel."""
    folder = make_venv(server.home)
    give_kernel(folder)
    return folder


def test_one_is_listed_adopted_and_released(server: Lab, prefix: Path) -> None:
    listed = check_reply("GET", "environments", server.get(API + "environments")).json()["environments"]
    (found,) = [item for item in listed if item["foreign"]]
    assert (found["name"], found["kind"], found["prefix"], found["kernel"]) == ("plain", "venv", str(prefix), None)
    assert server.get(API + "environments?foreign=false").json()["environments"] == []
    detail = check_reply("GET", "environments/plain", server.get(API + "environments/plain")).json()
    assert detail["history"] == [] and detail["foreign"]
    job = server.finished(server.post(API + "environments/plain/adopt", None))
    assert (job["state"], job["kind"], job["result"]["kernels"]) == ("done", "adopt", ["plain"])
    assert "plain" in server.get("api/kernelspecs").json()["kernelspecs"]
    assert check_reply("DELETE", "environments/plain/adopt", server.request("DELETE", API + "environments/plain/adopt"))
    assert "plain" not in server.get("api/kernelspecs").json()["kernelspecs"]


def test_one_is_found_by_its_packages(server: Lab, prefix: Path) -> None:
    site = next(prefix.glob("lib/python3*/site-packages"))
    for name in ("Tiny_Text-2.0.dist-info", "tiny_more-1.1.dist-info"):
        (site / name).mkdir(exist_ok=True)

    def found(query: str) -> list[dict[str, Any]]:
        reply = check_reply("GET", "environments", server.get(f"{API}environments?{query}"))
        assert reply.status == 200
        return list(reply.json()["environments"])

    (item,) = found("package=tiny")
    assert (item["name"], item["holding"]["count"]) == ("plain", 2)
    (item,) = found("package=tiny-text%202&package=tiny.more%3E%3D1")
    assert item["holding"]["packages"] == [
        {"name": "tiny-text", "version": "2.0"},
        {"name": "tiny-more", "version": "1.1"},
    ]
    for nothing in ("package=tiny-text%3C2", "package=tiny&package=absent", "package=tiny&foreign=false"):
        assert found(nothing) == []
    for bad in ("package=", "package=%3C2", "package=a%20b", "&".join(["package=a"] * 11)):
        refused = check_reply("GET", "environments", server.get(f"{API}environments?{bad}"))
        assert (refused.status, refused.json()["code"]) == (400, "invalid-input")


CHANGES: list[tuple[str, str, Any]] = [
    ("PATCH", "", {"install": ["tiny"], "dry_run": True}),
    ("POST", "/rollback", {"dry_run": True}),
    ("POST", "/verify", None),
    ("POST", "/adopt-changes", {"plan": "0"}),
    ("POST", "/rename", {"name": "other"}),
    ("PUT", "/about", {"note": "mine"}),
]


def test_one_is_never_removed_or_changed(server: Lab, prefix: Path) -> None:
    for path in ("environments/plain", "environments/plain?force=true"):
        refused = check_reply("DELETE", path, server.request("DELETE", API + path))
        assert (refused.status, refused.json()["code"]) == (403, "forbidden")
    for verb, path, body in CHANGES:
        address = f"environments/plain{path}"
        refused = check_reply(verb, address, server.request(verb, API + address, body))
        assert (refused.status, refused.json()["code"]) == (403, "forbidden"), path
    assert (prefix / "bin" / "python").exists()


def test_ours_cannot_be_adopted(server: Lab) -> None:
    assert server.post(API + "environments/nothing/adopt", None).status == 404
    assert server.post(API + "environments/plain/adopt", {"path": "/"}).status == 400
    assert server.get(API + "environments?foreign=maybe").status == 400
