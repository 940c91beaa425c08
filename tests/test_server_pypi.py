"""PyPI packages alone over HTTP: a pipenv project and requirements become kernels, and a notebook is pinned to one."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile

from .localchannel import LocalChannel
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
    status = api("GET", "pins/pypi/analysis.ipynb?packages=true")
    assert status["verdict"]["state"] == "missing"
    assert {"tinydep", "tinywheel"} <= {package["name"] for package in status["packages"]}


def test_a_file_for_the_other_engine(api: Api, channel: LocalChannel, kernel_index: PypiIndex) -> None:
    index = f"--index-url {kernel_index.simple_url}"
    wish = f"# python: >=3.9\n{index}\ntinytext<2\ntinydep==1.0\n"
    api.made({"name": "turned", "file": wish, "filename": "requirements.txt"})
    found = api("GET", "environments/turned/conversion?to=conda")
    assert (found["engine"], found["filename"]) == ("conda", "environment.yml")
    asked = envfile.parse(found["text"])
    assert (asked.channels, asked.conda) == ((channel.file_url,), ("python >=3.9", "tinytext <2", "pip"))
    assert asked.pip == (index, "tinydep==1.0")
    assert "tinytext is conda's tinytext now." in found["notes"]
    assert [note for note in found["notes"] if "is a folder of this machine: it cannot be used elsewhere" in note]
    assert api("GET", "environments/turned/conversion?to=pypi")["notes"] == []

    made = api.made({"name": "turned-conda", "file": found["text"].partition("  - pip\n")[0]})
    assert made["engine"] == "conda"
    refused = api("GET", "environments/turned-conda/conversion?to=pypi", status=409)
    assert "needs conda packages: tinytext" in refused["message"] and refused["hints"]

    wish = f"dependencies: [python >=3.9, ipykernel, {{pip: [{index}, tinydep]}}]"
    api.made({"name": "turned-pip", "file": wish})
    found = api("GET", "environments/turned-pip/conversion?to=pypi")
    assert (found["engine"], found["filename"]) == ("pypi", "requirements.txt")
    assert found["text"] == f"# python: >=3.9\n{index}\ntinydep\nipykernel\n"
    assert f"No channel is asked: {channel.file_url}." in found["notes"]
    plan = api.done("POST", "environments", {"file": found["text"], "name": "back", "dry_run": True})
    assert plan["python"].startswith(f"Python {HERE} (")

    for query in ("", "?to=pixi", "?to="):
        assert api("GET", f"environments/turned/conversion{query}", status=400)["fields"]["key"] == "to"
    for name in ("turned", "turned-conda", "turned-pip"):
        api.done("DELETE", f"environments/{name}")
