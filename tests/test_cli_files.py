"""Files of every format on the command line: ``parse`` shows how they are read, ``create --file`` makes them real."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import lockfile

from .localchannel import LocalChannel
from .pure_values import LOCK, TZDATA

PIXI = """\
[workspace]
name = "from-pixi"
channels = ["{channel}"]
platforms = []

[dependencies]
python = "*"
ipykernel = "*"
tinytext = "1.0"

[tasks]
start = "jupyter lab"
"""


def envs(folder: Path, *arguments: str, status: int = 0) -> Any:
    command = [sys.executable, "-m", "jupyter_envs", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("a.yml", "dependencies: [python]\n", "environment"),
        ("pixi.toml", PIXI, "pixi"),
        ("a.conda-lock.yml", lockfile.write(LOCK), "conda-lock"),
        ("list.txt", f"# platform: linux-64\n@EXPLICIT\n{TZDATA.url}#sha256:{TZDATA.sha256}\n", "explicit"),
    ],
)
def test_parse_says_what_a_file_is(home: Path, name: str, text: str, format: str) -> None:
    (home / name).write_text(text)
    shown = envs(home, "parse", "--json", name)
    assert shown["format"] == format
    if format in ("environment", "pixi"):
        assert "python" in shown["conda"]
    else:
        assert "tzdata" in [package["name"] for package in shown["packages"]]


def test_parse_shows_notes_and_refuses_in_one_line(home: Path) -> None:
    (home / "pixi.toml").write_text(PIXI)
    assert "line 11, tasks: 'tasks' says nothing" in envs(home, "parse", "--json", "pixi.toml")["notes"][0]
    (home / "pixi.toml").write_text(PIXI + "[feature.x]\ndependencies = {a = '*'}\n")
    error = envs(home, "parse", "--json", "pixi.toml", status=2)["error"]
    assert (error["code"], error["fields"]["key"], error["fields"]["line"]) == ("invalid-file", "feature", 13)
    (home / "uv.lock").write_text("version = 1\n")
    assert "a lock of Python packages" in envs(home, "parse", "--json", "uv.lock", status=2)["error"]["message"]


def test_parse_shows_files_of_python_packages_alone(home: Path) -> None:
    (home / "requirements.txt").write_text("# python: >=3.11\nrequests\n")
    (home / "pyproject.toml").write_text('[project]\ndependencies = ["a"]\n[dependency-groups]\ndev = ["b"]\n')
    shown = envs(home, "parse", "--json", "requirements.txt")
    assert (shown["format"], shown["engine"], shown["python"]) == ("requirements", "pypi", ">=3.11")
    assert (shown["conda"], shown["pip"]) == ([], ["requests"])
    assert envs(home, "parse", "--json", "pyproject.toml", "--environment=dev")["pip"] == ["a", "b"]


def test_an_environment_from_a_pixi_toml(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    (home / "project").mkdir()
    (home / "project" / "pixi.toml").write_text(PIXI.format(channel=channel.file_url))
    made = envs(home, "create", "--json", "--yes", "--file=project/pixi.toml", f"--Manager.cache_dir={package_cache}")
    assert made["name"] == "from-pixi"
    exported = envs(home, "export", "--json", "from-pixi", "--format=explicit")["text"]
    assert "tinytext-1.0" in exported


def test_the_pip_section_may_name_files_beside_the_environment_file(
    home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    (home / "project").mkdir()
    (home / "requirements.txt").write_text("canary\n")
    file = "name: x\ndependencies: [python, {pip: [-r %s]}]\n"
    settings = (f"--Manager.cache_dir={package_cache}", f"--Manager.default_channels={channel.file_url}")
    for named, telling in (("../requirements.txt", "lies elsewhere"), ("requirements.txt", "is not there")):
        (home / "project" / "environment.yml").write_text(file % named)
        command = ("create", "--json", "--yes", "--file=project/environment.yml", *settings)
        error = envs(home, *command, status=2)["error"]
        assert telling in error["message"]


def test_parse_says_what_is_included_and_shows_it_if_asked(home: Path) -> None:
    (home / "environment.yml").write_text("dependencies: [python, {pip: [-r requirements.txt]}]\n")
    (home / "requirements.txt").write_text("requests>=2\n")
    shown = envs(home, "parse", "--json", "environment.yml")
    assert "-r requirements.txt: its lines count as lines of the pip section" in shown["notes"][0]
    assert envs(home, "parse", "--json", "--include", "environment.yml")["pip"] == ["requests>=2"]


def test_parse_keeps_to_the_configured_limits(home: Path) -> None:
    (home / "environment.yml").write_text("dependencies: [python]\n")
    error = envs(home, "parse", "--json", "environment.yml", "--Manager.max_file_size=10", status=2)["error"]
    assert error["code"] == "invalid-file"


def test_a_change_by_an_edited_pixi_toml_and_by_a_file_that_includes(
    home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    settings = (
        f"--Manager.cache_dir={package_cache}",
        f"--Manager.default_channels={channel.file_url}",
        "--json",
        "--yes",
    )
    envs(home, "create", "one", "python", *settings)
    (home / "project").mkdir()
    (home / "project" / "pixi.toml").write_text(PIXI.format(channel=channel.file_url))
    plan = envs(home, "install", "one", "--file=project/pixi.toml", "--dry-run", *settings)
    assert "tinytext" in [package["name"] for package in plan["added"]]
    (home / "project" / "environment.yml").write_text("dependencies: [python, ipykernel, {pip: [-r more.txt]}]\n")
    (home / "project" / "more.txt").write_text("python[\n")
    error = envs(home, "install", "one", "--file=project/environment.yml", "--dry-run", *settings, status=2)["error"]
    assert "python[" in error["message"]
    dated = envs(home, "install", "one", "tinytext", "--as-of=soon", *settings, status=2)["error"]
    assert "is not a date" in dated["message"]
    assert "is not a date" in envs(home, "update", "one", "--as-of=soon", *settings, status=2)["error"]["message"]
