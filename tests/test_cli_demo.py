"""``jupyter envs demo``, as a user calls it first: from a channel, from PyPI, from nowhere, and once more."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jupyter_envs import lockfile
from jupyter_envs.cli.example import NAME, NOTEBOOK, REQUIREMENTS
from jupyter_envs.errors import DiskTrouble, FileExists, Unreachable, Unsolvable

from .localchannel import LocalChannel
from .support.home import configure
from .support.managing import output_text
from .support.processes import Process, wait_until
from .support.pypi_index import PypiIndex
from .test_cli import Cli

NO_CHANNEL = "http://127.0.0.1:9/nowhere"
NO_INDEX = "http://127.0.0.1:9/simple"


@pytest.fixture
def from_channel(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


@pytest.fixture
def from_pypi(home: Path, package_cache: Path, kernel_index: PypiIndex) -> Cli:
    return without_a_channel(home, package_cache, kernel_index.simple_url)


def without_a_channel(home: Path, cache: Path, index: str, **settings: object) -> Cli:
    """Nobody listens where the channel should be."""
    cli = Cli(home, NO_CHANNEL, cache)
    known = {"default_channels": [NO_CHANNEL], "cache_dir": str(cache), "compile_bytecode": False, "pypi_index": index}
    configure(home, {"Manager": {**known, **settings}})
    return cli


def check(cli: Cli, folder: Path, lock: str, digest: str) -> None:
    """What a demonstration leaves: one environment, and a notebook that ran in it and is pinned to it."""
    assert lockfile.parse((folder / lock).read_text()).digest() == digest
    (listed,) = cli.good("list", "--json").json["environments"]
    assert (listed["name"], listed["kernel"]) == (NAME, NAME)
    assert listed["prefix"] in output_text(folder / NOTEBOOK)
    _, table = json.loads((folder / NOTEBOOK).read_text())["cells"]
    (shown,) = table["outputs"]
    assert "Packages of this environment" in "".join(shown["data"]["text/plain"])
    assert cli.good("status", str(folder / NOTEBOOK), "--json").json["verdict"] == "match"


def test_from_a_channel(from_channel: Cli) -> None:
    folder = from_channel.work / "demo"
    done = from_channel.good("demo", "--folder", str(folder), "--json").json
    assert (done["engine"], done["folder"]) == ("conda", str(folder))
    assert done["digest_before"] == done["digest_after"]
    check(from_channel, folder, "environment.conda-lock.yml", done["digest_after"])
    assert not (folder / "requirements.txt").exists()


def test_without_a_channel_from_pypi_and_once_more(from_pypi: Cli) -> None:
    folder = from_pypi.work / "größe of it" / "demo"
    said = from_pypi.good("demo", "--folder", str(folder)).out
    assert f"The channel {NO_CHANNEL} cannot be reached: Connection refused" in said
    assert "Taking a Python of this machine and packages from PyPI" in said
    assert "requirements.txt and pylock.toml are beside it" in said
    assert "Restored it from the lock" in said
    assert f"lab '{folder / NOTEBOOK}'" in said
    assert sorted(path.name for path in folder.iterdir()) == [NOTEBOOK, "pylock.toml", "requirements.txt"]
    assert (folder / "requirements.txt").read_text() == REQUIREMENTS

    done = from_pypi.good("demo", "--folder", str(folder), "--json").json
    assert done["engine"] == "pypi" and "Connection refused" in done["reason"]
    assert done["digest_before"] == done["digest_after"]
    check(from_pypi, folder, "pylock.toml", done["digest_after"])


def test_with_neither_channel_nor_index(home: Path, tmp_path: Path) -> None:
    cli = without_a_channel(home, tmp_path / "cache", NO_INDEX)
    done = cli("demo", "--folder", str(cli.work / "demo"), "--json")
    assert done.status == Unreachable.exit_status
    assert f"Neither the channel {NO_CHANNEL} nor the package index {NO_INDEX} can be reached." in done.err
    assert done.err.count("Connection refused") == 2 and "HTTPS_PROXY" in done.err
    assert (done.json["error"]["code"], len(done.json["error"]["hints"])) == ("unreachable", 5)
    assert cli.good("list", "--json").json["environments"] == []


def test_with_an_index_that_has_no_ipykernel(home: Path, tmp_path: Path, kernel_index: PypiIndex) -> None:
    with PypiIndex([one for one in kernel_index.files if one.name != "ipykernel"]) as index:
        done = without_a_channel(home, tmp_path / "cache", index.simple_url)("demo", "--folder", str(tmp_path / "demo"))
    assert done.status == Unsolvable.exit_status
    assert "A notebook's kernel needs ipykernel, and the index does not have it" in done.err
    assert "Loosen" not in done.err


def kill_at(moment: str, cli: Cli, folder: Path, log: Path) -> None:
    """Call it, and kill it when it says that."""
    with Process(cli.argv("demo", "--folder", str(folder)), log, env=os.environ, cwd=cli.work) as process:
        wait_until(lambda: moment in process.output or not process.running, moment, 240)
        assert moment in process.output, process.output
        process.kill()


def test_killed_in_the_middle_and_called_again(
    home: Path, tmp_path: Path, package_cache: Path, kernel_index: PypiIndex
) -> None:
    cli = without_a_channel(home, package_cache, kernel_index.simple_url, default_engine="pypi")
    folder = cli.work / "demo"
    for moment in ("Creating the environment: publishing", "Restoring it from the lock: pypi"):
        kill_at(moment, cli, folder, tmp_path / moment)
    done = cli.good("demo", "--folder", str(folder), "--json").json
    assert (done["engine"], done["reason"]) == ("pypi", "Manager.default_engine is pypi.")
    check(cli, folder, "pylock.toml", done["digest_after"])


@pytest.mark.parametrize("name", [NOTEBOOK, "environment.yml", "requirements.txt"])
def test_files_of_somebody_else_stay(home: Path, tmp_path: Path, name: str) -> None:
    cli = without_a_channel(home, tmp_path / "cache", NO_INDEX)
    (cli.work / name).write_text("name: mine\n")
    done = cli("demo", "--folder", ".")
    assert done.status == FileExists.exit_status
    assert f"{cli.work / name} is not the demonstration's own" in done.err and "--folder" in done.err
    assert [path.name for path in cli.work.iterdir()] == [name]
    assert (cli.work / name).read_text() == "name: mine\n"


def test_a_folder_that_cannot_be(home: Path, tmp_path: Path) -> None:
    cli = without_a_channel(home, tmp_path / "cache", NO_INDEX)
    (cli.work / "file").write_text("")
    done = cli("demo", "--folder", "file/below")
    assert done.status == DiskTrouble.exit_status
    assert "Writing the example failed" in done.err
