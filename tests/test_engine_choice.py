"""Whose packages are meant by names alone: as configured, or as a request or a flag says it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from .localchannel import LocalChannel
from .support.client import API
from .support.home import configure
from .support.lab import Lab
from .support.openapi import check_reply
from .support.pypi_index import PypiIndex
from .test_cli import Cli
from .test_server_flow import Api

HERE = platform.python_version()
MINOR = ".".join(HERE.split(".")[:2])


@pytest.fixture(scope="module")
def server(
    channel: LocalChannel, kernel_index: PypiIndex, package_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """A server for which names alone are PyPI's."""
    home = tmp_path_factory.mktemp("engines")
    settings = {
        "default_channels": [channel.file_url],
        "pypi_index": kernel_index.simple_url,
        "default_engine": "pypi",
        "root_dir": str(home / "envs"),
        "cache_dir": str(package_cache),
    }
    with Lab(home, {"Manager": settings}, app="jupyter_server") as lab:
        yield Api(lab)


def managers(plan: dict[str, list[dict[str, str]]]) -> set[str]:
    return {package["manager"] for package in plan["added"]}


def test_the_configured_one_over_http(server: Api) -> None:
    assert server("GET", "environments")["default_engine"] == "pypi"
    asked = {"name": "shop", "packages": ["tinywheel"], "dry_run": True}
    plan = server.done("POST", "environments", asked)
    assert managers(plan) == {"pip"} and plan["python"].startswith(f"Python {HERE} (")
    assert server.done("POST", "environments", {**asked, "engine": "pypi"})["hash"] == plan["hash"]

    conda = {"name": "shop", "packages": ["python", "tinytext"], "dry_run": True}
    plan = server.done("POST", "environments", {**conda, "engine": "conda"})
    assert managers(plan) == {"conda"} and not plan["python"]
    channels = plan["channels"]
    assert managers(server.done("POST", "environments", {**conda, "channels": channels})) == {"conda"}
    refused = {**conda, "channels": channels, "engine": "pypi"}
    assert server.failed("POST", "environments", refused) == "invalid-input"
    for wrong in ("npm", "", 1, None):
        reply = server.lab.request("POST", f"{API}environments", {**asked, "engine": wrong})
        assert reply.status == 400, reply.text


def test_a_wish_for_a_python_among_pypi_s_names(server: Api) -> None:
    asked = {"name": "shop", "engine": "pypi", "dry_run": True}
    for wish in (f"python={MINOR}", f"Python >={MINOR}, <4", "python"):
        plan = server.done("POST", "environments", {**asked, "packages": [wish, "tinywheel"]})
        assert plan["python"].startswith("Python 3.") and plan["pip"] == ["tinywheel", "ipykernel"]
    assert server.done("POST", "environments", {**asked, "packages": ["python"]})["pip"] == ["ipykernel"]
    assert server.failed("POST", "environments", {**asked, "packages": ["python>=new", "tinywheel"]}) == "invalid-input"


def test_what_brings_a_module(server: Api) -> None:
    found = [
        check_reply("GET", "modules/cv2", server.lab.get(f"{API}modules/cv2?engine={one}")) for one in ("pypi", "conda")
    ]
    assert [reply.json()["package"] for reply in found] == ["opencv-python", "opencv-python"]
    unknown = server("GET", "modules/tinytext?engine=pypi")
    assert (unknown["kind"], unknown["package"], unknown["manager"]) == ("unknown", "tinytext", "pip")
    assert server("GET", "modules/tinytext")["manager"] == "conda"
    server("GET", "modules/cv2?engine=npm", status=400)


def test_flags_of_the_command_line(
    home: Path, channel: LocalChannel, kernel_index: PypiIndex, package_cache: Path
) -> None:
    cli = Cli(home, channel.file_url, package_cache)
    settings = {"default_channels": [channel.file_url], "cache_dir": str(package_cache), "compile_bytecode": False}
    index = {"pypi_index": kernel_index.simple_url}
    configure(home, {"Manager": {**settings, **index}})
    asked = cli("create", "shop", "tinywheel", "--pypi")
    assert asked.status != 0 and f"For Python {HERE} (" in asked.out
    assert cli("create", "shop", "tinywheel", "--yes").status != 0, "no channel has it"
    configure(home, {"Manager": {**settings, **index, "default_engine": "pypi"}})
    assert f"For Python {HERE} (" in cli("create", "shop", "tinywheel").out
    made = cli.good("create", "shop", "python", "tinytext", "--conda", "--yes", "--json").json
    assert (made["engine"], made["kernel"]) == ("conda", "shop")
