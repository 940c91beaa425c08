"""PyPI packages alone over HTTP: a pipenv project and requirements become kernels, and a notebook is pinned to one."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from jupyter_envs import lockfile

from .support.lab import Lab
from .support.openapi import check_value
from .support.pypi_index import PypiIndex
from .test_server_flow import NOTEBOOK, Api

HERE = platform.python_version()


@pytest.fixture
def api(lab: Lab) -> Api:
    return Api(lab)


def pipfile_lock(index: PypiIndex) -> str:
    """A lock of two packages as pipenv writes it, with the index as its source."""
    files = {file.file_name: file.sha256 for file in index.files}
    hashes = {name: [f"sha256:{files[f'{name}-1.0-py3-none-any.whl']}"] for name in ("tinydep", "tinywheel")}
    packages = {name: {"version": "==1.0", "hashes": found, "index": "local"} for name, found in hashes.items()}
    sources = [{"name": "local", "url": index.simple_url, "verify_ssl": True}]
    return json.dumps({"_meta": {"sources": sources, "requires": {}}, "default": packages, "develop": {}})


def test_from_a_pipfile_lock_to_a_pinned_notebook(api: Api, lab: Lab, kernel_index: PypiIndex) -> None:
    folder = Path(lab.root, "pypi")
    folder.mkdir()
    (folder / "Pipfile.lock").write_text(pipfile_lock(kernel_index))
    (folder / "analysis.ipynb").write_text(json.dumps(NOTEBOOK))
    body = {"name": "pypi-shop", "file": pipfile_lock(kernel_index), "filename": "pypi/Pipfile.lock"}
    plan = api.done("POST", "environments", {**body, "dry_run": True})
    check_value(plan, "Plan")
    assert plan["python"].startswith(f"Python {HERE} (") and plan["channels"] == []
    assert [note for note in plan["notes"] if "ipykernel was added" in note]
    made = api.done("POST", "environments", {**body, "plan": plan["hash"]})
    assert (made["engine"], made["python"], made["kernel"]) == ("pypi", HERE, "pypi-shop")
    detail = api("GET", "environments/pypi-shop")
    assert (detail["spec"]["engine"], detail["spec"]["conda"]) == ("pypi", [])
    versions = {package["name"]: package["version"] for package in detail["package_list"]}
    assert (versions["tinydep"], versions["tinywheel"]) == ("1.0", "1.0")

    status = api("PUT", "pins/pypi/analysis.ipynb", {"environment": "pypi-shop"})
    assert (status["pin"]["file"], status["pin"]["lock"]) == ("Pipfile.lock", "pylock.toml")
    assert status["verdict"]["state"] == "match"
    assert lockfile.parse((folder / "pylock.toml").read_bytes()).digest() == status["pin"]["digest"]

    change = {"install": ["tinytext"], "dry_run": True}
    plan = api.done("PATCH", "environments/pypi-shop", change)
    assert plan["additive"] is True and plan["python"].startswith(f"Python {HERE}")
    for format in ("requirements", "pylock", "portable"):
        assert "tinydep" in api("GET", f"environments/pypi-shop/export?format={format}")["text"]
    api.done("DELETE", "environments/pypi-shop")
    assert api("GET", "pins/pypi/analysis.ipynb")["verdict"]["state"] == "missing"
