"""An environment is changed by its edited file over HTTP: with what the pip section names, and not by a lock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import exports, lockfile

from .pure_values import LOCK
from .support.lab import Lab
from .support.openapi import check_value
from .support.pypi_index import PypiIndex
from .test_server_flow import Api

NAME = "edited"
PATH = f"environments/{NAME}"
PIXI_LOCK = "version: 6\nenvironments:\n  default: {}\npackages: []\n"


@pytest.fixture(scope="module")
def api(lab: Lab) -> Api:
    return Api(lab)


@pytest.fixture(scope="module")
def environment(api: Api) -> Iterator[Any]:
    """An environment of these tests' own."""
    yield api.made({"name": NAME, "packages": ["tinytext=1.0"]})
    api.done("DELETE", f"{PATH}?force=true")


@pytest.fixture
def folder(api: Api, request: pytest.FixtureRequest) -> Path:
    """A folder below the server's root."""
    place = Path(api.lab.root, f"edited-{request.node.name[5:9]}")
    place.mkdir()
    return place


def edited(folder: Path) -> dict[str, Any]:
    """The edited file of a request; the files that it names lie in ``folder``."""
    text = "dependencies:\n  - python\n  - tinytext=1.0\n  - pip:\n      - -r more/all.txt\n      - -c limits.txt\n"
    return {"file": text, "filename": f"{folder.name}/environment.yml"}


def wheels(api: Api) -> dict[str, str]:
    return {one["name"]: one["version"] for one in api("GET", PATH)["package_list"] if one["manager"] == "pip"}


def test_the_files_that_the_pip_section_names_are_read(
    api: Api, environment: Any, folder: Path, pypi_index: PypiIndex
) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "all.txt").write_text(f"--index-url {pypi_index.simple_url}\n-r ../further.txt\n")
    (folder / "further.txt").write_text("tinydep\n")
    (folder / "limits.txt").write_text("tinywheel<1.1\n")
    body = edited(folder)
    plan = api.done("PATCH", PATH, {**body, "dry_run": True})
    check_value(plan, "Plan")
    assert {"tinydep", "tinywheel"} <= {one["name"] for one in plan["added"]}
    assert f"--index-url {pypi_index.simple_url}" in plan["pip"] and "tinydep" in plan["pip"]
    # what was seen is what comes, whatever is written into the file in the meantime
    (folder / "further.txt").write_text("tinywheel==1.0\n")
    api.done("PATCH", PATH, {**body, "plan": plan["hash"]})
    assert wheels(api) == {"tinydep": "1.0", "tinywheel": "1.0"}
    assert "# constraint: tinywheel<1.1" in api("GET", PATH)["spec"]["pip"]
    assert api.failed("PATCH", PATH, {**body, "plan": plan["hash"]}) == "plan-changed"
    api.confirmed("PATCH", PATH, body)
    assert wheels(api) == {"tinywheel": "1.0"}


def test_a_file_that_is_not_there_or_lies_elsewhere_is_named(api: Api, environment: Any, folder: Path) -> None:
    body = {**edited(folder), "dry_run": True}
    job = api.job("PATCH", PATH, body)
    assert (job["state"], job["error"]["code"]) == ("failed", "invalid-file")
    assert "more/all.txt" in job["error"]["message"] and job["error"]["hints"]
    outside = {**body, "file": "dependencies: [python, {pip: [-r ../../secret.txt]}]\n"}
    assert "lies elsewhere" in api.job("PATCH", PATH, outside)["error"]["message"]
    nowhere = {"file": body["file"], "dry_run": True}
    job = api.job("PATCH", PATH, nowhere)
    assert (job["error"]["code"], job["error"]["hints"] != []) == ("invalid-spec", True)


@pytest.mark.parametrize(
    ("format", "text", "filename"),
    [
        ("conda-lock", lockfile.write(LOCK), "environment.conda-lock.yml"),
        ("conda-lock", lockfile.write(LOCK), None),
        ("pixi-lock", PIXI_LOCK, "pixi.lock"),
        ("explicit", exports.write(exports.Source("a", "linux-64", LOCK.packages), "explicit").text, None),
    ],
)
def test_a_lock_is_refused_in_the_request(
    api: Api, environment: Any, format: str, text: str, filename: str | None
) -> None:
    jobs = len(api("GET", "jobs")["jobs"])
    for consent in ({"dry_run": True}, {"plan": "0" * 64}):
        body = {"file": text, **consent, **({"filename": filename} if filename else {})}
        error = api("PATCH", PATH, body, 400)
        assert (error["code"], error["fields"]["key"]) == ("invalid-input", "file")
        assert f"this is a lock ({format})" in error["message"] and len(error["hints"]) > 1
    assert len(api("GET", "jobs")["jobs"]) == jobs
