"""The command line, as a user calls it: real processes, exit statuses, one message each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import lockfile

from .localchannel import LocalChannel
from .support.http_server import Fault, FileServer
from .support.lab import PROJECT
from .support.managing import output_text, write_notebook
from .support.processes import Process, wait_until

# Tests that a shell runs in the background inherit from it that Ctrl-C is ignored.
CALL = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, sys.argv.pop(1))
from jupyter_envs.cli import main
main()
"""


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Cli:
    """``jupyter envs`` with a configuration file of the test's own."""

    def __init__(self, home: Path, channel: str, cache: Path) -> None:
        self.home = home
        self.work = home / "work"
        self.work.mkdir()
        settings = {"Manager": {"default_channels": [channel], "cache_dir": str(cache), "compile_bytecode": False}}
        folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "jupyter_envs_config.json").write_text(json.dumps(settings))

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", CALL, str(PROJECT), *arguments]

    def __call__(self, *arguments: str) -> Done:
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.work,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def good(self, *arguments: str) -> Done:
        done = self(*arguments)
        assert done.status == 0, done.err
        return done


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


def test_from_a_file_to_a_pinned_notebook_that_runs_anywhere(cli: Cli) -> None:
    _, notebook = write_notebook(cli.work)
    (cli.work / "environment.yml").write_text("name: penguins\ndependencies:\n  - python\n  - tinytext=2.0\n")
    said = cli.good("create", "--file", "environment.yml", "--yes").out
    assert "+ tinytext 2.0" in said
    assert "ipykernel was added" in said
    (listed,) = cli.good("list", "--json").json["environments"]
    assert listed["name"] == listed["kernel"] == "penguins"
    assert listed["packages"] > 20
    (with_it,) = cli.good("list", "--package", "tinytext 2", "--package", "python", "--json").json["environments"]
    assert with_it["holding"]["packages"][0] == {"name": "tinytext", "version": "2.0"}
    assert "tinytext 2.0" in cli.good("list", "--package", "tiny").out
    assert "No environment has tinytext<2." in cli.good("list", "--package", "tinytext<2").out
    assert "names no package" in cli("list", "--package", "<2").err
    assert cli.good("status", notebook.name, "--json").json["verdict"] == "unpinned"
    assert "Runs exactly what" in cli.good("pin", notebook.name, "--environment", "penguins").out
    status = cli.good("status", notebook.name, "--json").json
    assert (status["verdict"], status["pin"]["environment"]) == ("match", "penguins")
    cli.good("run", notebook.name)
    assert output_text(notebook).strip() == listed["prefix"]
    convert = [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--output", "done", notebook.name]
    subprocess.run(convert, cwd=cli.work, check=True, capture_output=True, timeout=300)
    assert output_text(cli.work / "done.ipynb").strip() == listed["prefix"]


def test_run_restores_what_is_missing_only_after_a_yes(cli: Cli) -> None:
    _, notebook = write_notebook(cli.work)
    cli.good("create", "penguins", "python", "--yes")
    cli.good("pin", notebook.name, "--environment", "penguins")
    cli.good("remove", "penguins", "--yes")
    assert cli.good("status", notebook.name, "--json").json["verdict"] == "missing"
    done = cli("run", notebook.name)
    assert done.status == 2
    assert "--yes" in done.err
    cli.good("run", notebook.name, "--yes")
    assert "penguins" in output_text(notebook)
    assert cli.good("status", notebook.name, "--json").json["verdict"] == "match"
    assert cli.good("restore", notebook.name, "--json").json["verdict"] == "match"


def test_a_cell_that_raises_has_its_own_status_and_keeps_its_output(cli: Cli) -> None:
    _, notebook = write_notebook(cli.work)
    cli.good("create", "penguins", "python", "--yes")
    cli.good("pin", notebook.name, "--environment", "penguins")
    data = json.loads(notebook.read_text())
    data["cells"][0]["source"] = "print('first')\n1 / 0"
    notebook.write_text(json.dumps(data))
    done = cli("run", notebook.name)
    assert done.status == 10
    assert "ZeroDivisionError" in done.err
    assert "first" in output_text(notebook)


def test_an_edited_file_stops_a_run_until_it_is_solved_again(cli: Cli) -> None:
    _, notebook = write_notebook(cli.work)
    file = cli.work / "environment.yml"
    file.write_text("name: penguins\ndependencies:\n  - python\n  - tinytext=1.0\n")
    cli.good("create", "penguins", "--file", "environment.yml", "--yes")
    cli.good("pin", notebook.name, "--environment", "penguins")
    file.write_text(file.read_text().replace("1.0", "2.0"))
    done = cli("run", notebook.name, "--yes")
    assert done.status == 4
    assert "--update" in done.err
    assert cli.good("restore", notebook.name, "--update", "--yes", "--json").json["verdict"] == "match"
    cli.good("run", notebook.name)


def test_exports_can_be_read_back(cli: Cli) -> None:
    cli.good("create", "one", "tinyblob", "tinyactivate", "--yes")
    lock = lockfile.parse(cli.good("export", "one", "--format", "conda-lock").out)
    assert {package.name for package in lock.packages} == {"tinyblob", "tinyactivate"}
    cli.good("export", "one", "--format", "conda-lock", "--output", "one.conda-lock.yml")
    cli.good("create", "two", "--file", "one.conda-lock.yml", "--yes")
    assert (
        cli.good("export", "two", "--format", "explicit").out == cli.good("export", "one", "--format", "explicit").out
    )
    assert cli.good("export", "one", "--json").json["filename"] == "environment.yml"


def test_channels_are_given_by_option(cli: Cli, channel_http: str) -> None:
    cli.good("create", "one", "tinyblob", "--channel", channel_http, "--yes")
    assert channel_http in cli.good("export", "one", "--format", "explicit").out


WRONG: list[tuple[list[str], int, str]] = [
    (["bogus"], 2, "bogus"),
    (["create"], 2, "usage"),
    (["create", "a/b", "tinyblob", "--yes"], 2, "a/b"),
    (["create", "one", "--yes"], 2, "exactly one"),
    (["create", "one", "tinyblob"], 2, "--yes"),
    (["create", "one", "no-such-package", "--yes"], 6, "no-such-package"),
    (["create", "one", "tinyblob", "--channel", "http://127.0.0.1:9/x", "--yes"], 7, "127.0.0.1:9"),
    (["create", "one", "--file", "gone.yml", "--yes"], 3, "gone.yml"),
    (["create", "one", "--file", "bad.yml", "--yes"], 2, "line 2"),
    (["create", "python3", "tinyblob", "--yes"], 4, "python3"),
    (["export", "gone"], 3, "gone"),
    (["remove", "gone", "--yes"], 3, "gone"),
    (["pin", "gone.ipynb", "--environment", "gone"], 3, "gone"),
    (["pin", "gone.ipynb"], 2, "--environment"),
    (["status", "gone.ipynb"], 3, "gone.ipynb"),
    (["status", "bad.yml"], 2, "not a notebook"),
    (["run", "plain.ipynb"], 3, "not pinned"),
    (["parse", "gone.yml"], 3, "gone.yml"),
    (["parse", "bad.yml"], 2, "line 2"),
]


@pytest.mark.parametrize(("arguments", "status", "telling"), WRONG)
def test_what_is_wrong_is_one_message_and_a_status(cli: Cli, arguments: list[str], status: int, telling: str) -> None:
    (cli.work / "bad.yml").write_text("name: x\ndependencies: [a, *b]\n")
    write_notebook(cli.work, "plain.ipynb")
    done = cli(*arguments)
    assert (done.status, done.out.startswith("{")) == (status, False), done.err
    assert telling in done.err
    assert done.err.count("error:") == 1
    assert not cli.good("list", "--json").json["environments"]


@pytest.mark.parametrize("words", [("parse", "e.yml", "--json"), ("--help-all",)])
def test_a_reader_that_goes_early_is_no_error_to_shout_about(cli: Cli, words: tuple[str, ...]) -> None:
    (cli.work / "e.yml").write_text("dependencies: [python]\n")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(cli.argv(*words), cwd=cli.work, stdout=write, stderr=-1, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_errors_as_json(cli: Cli) -> None:
    done = cli("export", "gone", "--json")
    assert done.status == 3
    assert done.json["error"]["code"] == "not-found"


def test_parse_prints_what_other_tools_compare(cli: Cli) -> None:
    (cli.work / "e.yml").write_text("name: x\nchannels: [c]\ndependencies: [a=1, {pip: [b]}]\nvariables: {K: v}\n")
    parsed = cli.good("parse", "e.yml", "--json").json
    assert (parsed["name"], parsed["channels"], parsed["variables"]) == ("x", ["c"], {"K": "v"})
    assert (parsed["conda"], parsed["pip"]) == (["a=1", "pip"], ["b"])


def test_search(cli: Cli) -> None:
    found = cli.good("search", "tinytext", "--json").json
    assert [(package["name"], package["version_list"]) for package in found["packages"]] == [
        ("tinytext", ["2.0", "1.0"])
    ]
    shown = cli.good("search", "tiny", "--limit", "3").out
    assert "tinyblob" in shown
    assert "and 4 more" in shown
    assert "No package" in cli.good("search", "there-is-no-such-package").out
    assert cli("search", "a b").status == 2


def test_doctor(cli: Cli) -> None:
    assert cli.good("doctor", "--json").json["findings"] == []
    assert "Nothing is wrong." in cli.good("doctor").out


def test_control_c_leaves_no_trace(home: Path, channel_server: FileServer, tmp_path: Path) -> None:
    cli = Cli(home, channel_server.url, tmp_path / "cache")
    channel_server.fault("tinyblob", Fault(delay=60))
    argv = cli.argv("create", "one", "tinyblob", "--yes")
    with Process(argv, tmp_path / "log", env=os.environ, cwd=cli.work) as process:
        wait_until(lambda: any("tinyblob" in path for path in channel_server.paths()), "the download to begin")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait() == 130
        assert "Cancelled" in process.output
    assert cli.good("list", "--json").json["environments"] == []
    assert cli.good("doctor", "--json").json["findings"] == []
