"""``jupyter envs lock``, as a user calls it, and conda-lock's opinion of what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_envs import lockfile

from .support.made_channel import PLATFORMS, Made, usual, write_channel
from .support.managing import write_notebook
from .support.pypi_index import PypiIndex
from .test_cli import Cli

FILE = f"""\
name: team
platforms: [{", ".join(PLATFORMS)}]
dependencies: [python, pure]
"""
LOCK = "environment.conda-lock.yml"


@pytest.fixture
def cli(home: Path, pypi_index: PypiIndex) -> Cli:
    cli = Cli(home, write_channel(home / "made", usual()), home / "cache")
    config = Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_envs_config.json")
    settings = json.loads(config.read_text())
    settings["Manager"]["pypi_index"] = pypi_index.simple_url
    config.write_text(json.dumps(settings))
    (cli.work / "environment.yml").write_text(FILE)
    return cli


def publish(cli: Cli, *more: Made) -> None:
    write_channel(cli.home / "made", [*usual(), *more])


def test_a_file_is_locked_beside_it_and_checked(cli: Cli) -> None:
    before = cli("lock", "environment.yml", "--check")
    assert before.status == 1
    assert f"{LOCK} is not there" in before.err
    done = cli.good("lock", "environment.yml", "--yes")
    assert "osx-arm64: 4 packages" in done.out
    lock = lockfile.parse((cli.work / LOCK).read_bytes())
    assert lock.platforms == PLATFORMS
    assert "- environment.yml" in (cli.work / LOCK).read_text()
    assert "is what environment.yml asks for" in cli.good("lock", "environment.yml", "--check").out


def test_check_says_what_is_outdated_and_writes_nothing(cli: Cli) -> None:
    cli.good("lock", "environment.yml", "--yes")
    before = (cli.work / LOCK).read_bytes()
    (cli.work / "environment.yml").write_text(FILE + "  # more\nvariables: {A: b}\n")
    done = cli("lock", "environment.yml", "--check", "--json")
    assert done.status == 1
    assert done.json["error"]["fields"]["outdated"] == list(PLATFORMS)
    assert (cli.work / LOCK).read_bytes() == before
    (cli.work / "environment.yml").write_text(FILE.replace("name: team", "name: other  # comment"))
    assert cli.good("lock", "environment.yml", "--check", "--json").json["outdated"] == []


def test_the_difference_is_shown_and_nothing_is_written_without_a_yes(cli: Cli) -> None:
    cli.good("lock", "environment.yml", "--yes")
    before = (cli.work / LOCK).read_bytes()
    publish(cli, Made("pure", "3.0", ["python"]))
    assert "stays as it is" in cli.good("lock", "environment.yml").out
    done = cli("lock", "environment.yml", "--update", "all")
    assert done.status == 2
    assert "  ↑ pure 2.0 → 3.0" in done.out
    assert "  - helper 1.1" in done.out
    assert (cli.work / LOCK).read_bytes() == before
    answer = cli.good("lock", "environment.yml", "--update", "pure", "--platform", "win-64", "--yes", "--json").json
    assert {(change["platform"], change["name"], change["kind"]) for change in answer["changes"]} == {
        ("win-64", "pure", "up"), ("win-64", "helper", "removed"),
    }  # fmt: skip
    assert (answer["written"], answer["lock"], answer["platforms"]) == (True, LOCK, ["win-64"])
    assert answer["digest"] == lockfile.parse((cli.work / LOCK).read_bytes()).digest()


def test_options_for_the_machine_the_date_and_the_place(cli: Cli) -> None:
    (cli.work / "sub").mkdir()
    (cli.work / "environment.yml").write_text("dependencies: [gpu, glibcful, helper]\n")
    arguments = ("--cuda", "12.4", "--glibc", "2.17", "--macos", "12.0", "--as-of", "2024-06-01")
    platforms = ("--platform", "linux-64", "--output", "sub/x.conda-lock.yml", "--yes")
    cli.good("lock", "environment.yml", *arguments, *platforms)
    text = (cli.work / "sub/x.conda-lock.yml").read_text()
    lock = lockfile.parse(text)
    assert {package.name: package.version for package in lock.packages} == {
        "gpu": "1.1", "glibcful": "1.0", "helper": "1.1",
    }  # fmt: skip
    assert lock.as_of == {"linux-64": "2024-06-01T23:59:59Z"}
    assert "'../environment.yml'" in text
    assert lock.system == {"linux-64": "__cuda=12.4 __glibc=2.17"}
    here = ("lock", "environment.yml", *platforms[:-1], "--check")
    machine = arguments[:-2]
    # the file names no platforms, so others are missing from this lock: only what is said of this one matters
    (cli.work / "environment.yml").write_text("platforms: [linux-64]\ndependencies: [gpu, glibcful, helper]\n")
    cli.good("lock", "environment.yml", *arguments, *platforms)
    assert cli(*here, *machine).status == 0
    assert "is outdated for linux-64" in cli(*here, "--cuda", "12.8", *machine[2:]).err
    assert "is outdated for linux-64" in cli(*here).err


def test_a_pixi_toml_is_locked_beside_it(cli: Cli) -> None:
    (cli.work / "pixi.toml").write_text(
        '[workspace]\nname = "p"\nchannels = []\nplatforms = ["linux-64"]\n[dependencies]\npython = "*"\npure = "*"\n'
    )
    cli.good("lock", "pixi.toml", "--yes")
    text = (cli.work / "pixi.conda-lock.yml").read_text()
    assert "- pixi.toml" in text
    assert "pure" in [package.name for package in lockfile.parse(text).packages]
    assert "is what pixi.toml asks for" in cli.good("lock", "pixi.toml", "--check").out
    pin = {"version": 1, "environment": "p", "file": "pixi.toml", "lock": "pixi.conda-lock.yml", "digest": "0" * 64}
    write_notebook(cli.work, jupyter_envs=pin)
    assert cli.good("status", "analysis.ipynb", "--json").json["verdict"] == "missing"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("pyproject.toml", "[project]\n", "no requirement in it"),
        ("x.conda-lock.yml", "version: 1\n", "a lock"),
        ("nothing.yml", "dependencies: []\n", "no package is asked for"),
        ("empty.yml", "", "the file is empty"),
        ("gone.yml", None, "gone.yml"),
    ],
)
def test_other_files_are_refused(cli: Cli, name: str, text: str | None, says: str) -> None:
    if text is not None:
        (cli.work / name).write_text(text)
    done = cli("lock", name, "--yes")
    assert done.status in (2, 3)
    assert says in done.err
    assert not list(cli.work.glob("*[a-z].conda-lock.yml.*"))


def test_a_date_or_a_version_that_is_none_is_refused(cli: Cli) -> None:
    assert "is not a date" in cli("lock", "environment.yml", "--as-of", "soon").err
    assert "is no version of glibc" in cli("lock", "environment.yml", "--glibc", "new").err


def test_a_damaged_lock_is_not_overwritten(cli: Cli) -> None:
    (cli.work / LOCK).write_text("version: 1\n")
    done = cli("lock", "environment.yml", "--yes")
    assert done.status == 2
    assert LOCK in done.err
    assert (cli.work / LOCK).read_text() == "version: 1\n"


def test_conda_lock_renders_the_same_packages_for_every_platform(cli: Cli) -> None:
    (cli.work / "environment.yml").write_text(FILE.replace("pure]", "pure, {pip: [tinydep]}]"))
    cli.good("lock", "environment.yml", "--yes")
    lock = lockfile.parse((cli.work / LOCK).read_bytes())
    for platform in PLATFORMS:
        command = [sys.executable, "-m", "conda_lock", "render", "--kind", "explicit", "--platform", platform, LOCK]
        done = subprocess.run(command, cwd=cli.work, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        rendered = (cli.work / f"conda-{platform}.lock").read_text(encoding="utf-8").splitlines()
        packages = lock.for_platform(platform)
        assert {line for line in rendered if line.startswith("file:")} == {
            f"{package.url}#{package.md5}" for package in packages if package.manager == "conda"
        }
        wheels = [package for package in packages if package.manager == "pip"]
        assert {line.removeprefix("# pip ") for line in rendered if line.startswith("# pip ")} == {
            f"{package.name} @ {package.url}#sha256={package.sha256}" for package in wheels
        }


def test_a_lock_for_other_machines_only_leaves_a_notebook_unlocked_here(cli: Cli) -> None:
    cli.good("lock", "environment.yml", "--yes", "--platform", "win-64")
    pin = {"version": 1, "environment": "team", "file": "environment.yml", "lock": LOCK, "digest": "0" * 64}
    write_notebook(cli.work, jupyter_envs=pin)
    status = cli.good("status", "analysis.ipynb", "--json").json
    assert status["verdict"] == "unlocked"
    cli.good("lock", "environment.yml", "--yes")
    assert cli.good("status", "analysis.ipynb", "--json").json["verdict"] == "missing"
