"""Which Pythons a list offers to this machine, and what is no list."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import unquote

import pytest

from jupyter_envs import pythons
from jupyter_envs.engine import pypi_interpreters, pypi_managed, pypi_offers
from jupyter_envs.engine.progress import Tracker
from jupyter_envs.errors import (
    InvalidInput,
    NotFound,
    PackageRefused,
    Unreachable,
)
from jupyter_envs.models import Download, Interpreter

from .support.http_server import Fault
from .support.no_python import HERE, MINOR, Machine
from .support.private import with_user
from .support.standalone import ARCHIVE, PythonServer


def test_what_does_not_fit_is_passed_over(machine: Machine) -> None:
    entry = machine.server.entry()
    newer = int(entry["patch"]) + 1
    machine.server.more = {
        "unchecked": {**entry, "patch": newer, "sha256": None},
        "another machine": {**entry, "patch": newer, "arch": {"family": "riscv64", "variant": None}},
        "another system": {**entry, "patch": newer, "os": "windows", "libc": "none"},
        "without a lock": {**entry, "patch": newer, "variant": "freethreaded"},
        "not finished": {**entry, "patch": newer, "prerelease": "rc1"},
        "another one": {**entry, "patch": newer, "name": "pypy"},
    }
    assert machine.plan("tinywheel", f"# python: =={MINOR}.*").python.startswith(f"Python {HERE}, downloaded")
    machine.server.more["newer"] = {**entry, "patch": newer}
    assert machine.plan("tinywheel", f"# python: =={MINOR}.*").python.startswith(f"Python {MINOR}.{newer}, downloaded")
    with pytest.raises(NotFound) as caught:
        machine.plan("tinywheel", "# python: ==3.77.*")
    assert [hint for hint in caught.value.hints if f"For this machine it has {MINOR}." in hint]
    assert [hint for hint in caught.value.hints if "Conda's Python cannot be had either" in hint]


def test_a_version_that_was_locked_comes_before_a_newer_one(machine: Machine, tmp_path: Path) -> None:
    entry = machine.server.entry()
    older, newer = ({**entry, "patch": int(entry["patch"]) + more} for more in (1, 2))
    machine.server.more = {"older": older, "newer": newer}
    last = f"{MINOR}.{newer['patch']}"
    for near, expected in ((HERE, HERE), ("", last), (f"{MINOR}.99", last)):
        found = asyncio.run(pypi_offers.choose(f"=={MINOR}.*", near, machine.server.list_url, tmp_path))
        assert found.version == expected
        assert found.download is not None and found.download.size == len(machine.server.archive)


def test_a_python_of_the_machine_comes_before_one_that_was_downloaded(tmp_path: Path) -> None:
    place = pythons.home(tmp_path) / "cpython-newer"
    (place / "bin").mkdir(parents=True)
    pythons.executable(place, MINOR).write_text("")
    pythons.mark(place, f"{MINOR}.99", "", "")
    folder = pythons.home(tmp_path)
    for wish, near, expected in ((f"=={MINOR}.*", "", HERE), (f"=={MINOR}.*", f"{MINOR}.99", f"{MINOR}.99")):
        assert asyncio.run(pypi_interpreters.find(wish, near, tmp_path, folder)).version == expected


@pytest.mark.parametrize("source", ["yes", "ftp://example.org/pythons.json", "http:///pythons.json", "/etc/passwd"])
def test_what_is_no_address_of_a_list_is_refused(machine: Machine, source: str) -> None:
    with pytest.raises(InvalidInput, match=r"Manager\.python_downloads"):
        machine.plan(python_downloads=source)


def test_a_list_that_leads_elsewhere_is_none(machine: Machine) -> None:
    with PythonServer(b"") as other:
        other.leads_to = machine.server.list_url
        with pytest.raises(Unreachable, match=r"it answers 302 .*name that one"):
            machine.plan(python_downloads=other.list_url)
    assert machine.asked() == []


def test_uv_s_own_list_is_asked_of_uv_alone(tmp_path: Path) -> None:
    offers = asyncio.run(pypi_offers.offered("default", tmp_path))
    assert {one.version.rpartition(".")[0] for one in offers} >= {"3.11", "3.12"}
    assert all(one.url.startswith("https://") and one.version in one.url for one in offers)
    one = offers[0]
    options = asyncio.run(pypi_managed.from_there_alone(Download(one.url, one.key), tmp_path))
    assert options[0] == "--mirror", "uv asks no second host where a first one is named"
    assert one.url.startswith(f"{options[1]}/")


def test_of_its_own_list_uv_knows_the_hashes(tmp_path: Path, python_server: PythonServer) -> None:
    one = asyncio.run(pypi_offers.offered("default", tmp_path))[0]
    path = "/".join(one.url.rsplit("/", 2)[1:])
    python_server.fault("/mirror/", Fault(status=200, body=python_server.archive))
    wanted = Interpreter(one.version, download=Download(f"{python_server.url}/mirror/{path}", one.key))
    folder = pythons.home(tmp_path)
    tracker = Tracker(lambda progress: None, lambda line: None)
    with pytest.raises(PackageRefused, match="Hash mismatch"):
        asyncio.run(pypi_managed.fetch(wanted, folder, tmp_path / "cache", 0, tracker))
    assert python_server.paths() == [f"/mirror/{unquote(path)}"]
    assert (pythons.whole(folder), pythons.leftovers(folder)) == ([], [])


def test_a_list_may_name_what_uv_would_ask_elsewhere(tmp_path: Path, python_server: PythonServer) -> None:
    plain = Download(python_server.url + ARCHIVE, "key", listed=json.dumps({"key": python_server.entry()}))
    assert asyncio.run(pypi_managed.from_there_alone(plain, tmp_path)) == []
    secret = with_user(plain.url)
    hidden = Download(secret, "key", listed=json.dumps({"key": {**python_server.entry(), "url": secret}}))
    assert asyncio.run(pypi_managed.from_there_alone(hidden, tmp_path)) == []
