"""``jupyter envs export`` and ``diff``, as a user calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile
from jupyter_envs.exports import FORMATS

from .localchannel import LocalChannel
from .test_cli import Cli

CANARY = "Canary7231"


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


def test_notes_are_on_standard_error_and_no_secret_is_anywhere(cli: Cli, channel_http: str) -> None:
    address = channel_http.replace("http://", f"http://user:{CANARY}@")
    file = f"name: one\nchannels: ['{address}']\ndependencies: [tinyblob]\nvariables: {{MY_TOKEN: {CANARY}, N: '1'}}\n"
    (cli.work / "environment.yml").write_text(file)
    cli.good("create", "--file", "environment.yml", "--yes")
    for format in FORMATS:
        done = cli.good("export", "one", "--format", format)
        assert CANARY not in done.out + done.err
        if channel_http in done.out:
            assert f"note: A secret was taken out of {channel_http}" in done.err
        if done.out.startswith("name:"):
            assert envfile.parse(done.out).variables == {"N": "1"}
            assert "note: The variable MY_TOKEN may hold a secret: it is left out." in done.err
    answer = cli.good("export", "one", "--format", "full", "--json").json
    assert answer["format"] == "full" and len(answer["notes"]) >= 2
    assert CANARY not in json.dumps(answer)


def test_a_folder_is_exported_as_it_is(cli: Cli) -> None:
    cli.good("create", "one", "tinyblob", "tinytext=1.0", "--yes")
    (listed,) = (one for one in cli.good("list", "--json").json["environments"] if one["name"] == "one")
    relative = os.path.relpath(listed["prefix"], cli.work)
    by_folder = cli.good("export", relative, "--format", "explicit").out
    assert by_folder == cli.good("export", "one", "--format", "explicit").out
    assert "- tinytext=1.0" in cli.good("export", relative, "--versions").out
    cli.good("export", relative, "--format", "conda-lock", "--output", "copy.conda-lock.yml")
    assert len(lockfile.parse((cli.work / "copy.conda-lock.yml").read_bytes()).packages) == listed["packages"]


def test_a_difference_as_a_table_and_as_json(cli: Cli) -> None:
    cli.good("create", "old", "tinytext=1.0", "tinyblob", "--yes")
    cli.good("create", "new", "tinytext=2.0", "tinyactivate", "--yes")
    cli.good("export", "new", "--format", "conda-lock", "--output", "new.conda-lock.yml")
    cli.good("export", "old", "--output", "environment.yml")
    found = cli.good("diff", "old", "new.conda-lock.yml", "--json").json
    changes = {change["name"]: change for change in found["platforms"][0]["changes"]}
    assert {name: change["kind"] for name, change in changes.items() if name.startswith("tiny")} == {
        "tinyactivate": "added",
        "tinyblob": "removed",
        "tinytext": "up",
    }
    assert (changes["tinytext"]["before"], changes["tinytext"]["after"], found["same"]) == ("1.0", "2.0", False)
    table = cli.good("diff", "old", "new").out
    assert "tinytext" in table and "removed" in table
    assert "No package differs." in cli.good("diff", "new", "new.conda-lock.yml").out
    assert "tinytext" not in cli.good("diff", "environment.yml", "old").out
    assert "changed" in cli.good("diff", "environment.yml", "new").out


def test_a_difference_counts_the_files_that_a_pip_section_names(cli: Cli) -> None:
    head = "name: one\ndependencies:\n  - python\n  - pip:\n"
    (cli.work / "new").mkdir()
    (cli.work / "old.yml").write_text(f"{head}      - requests==2.31\n      - idna\n")
    (cli.work / "new" / "new.yml").write_text(f"{head}      - -r more/all.txt\n      - -c limits.txt\n")
    (cli.work / "new" / "more").mkdir()
    (cli.work / "new" / "more" / "all.txt").write_text("requests==2.32\n-r ../plot.txt\n")
    (cli.work / "new" / "plot.txt").write_text("plotly>=5\n")
    (cli.work / "new" / "limits.txt").write_text("idna<3\n")
    found = cli.good("diff", "old.yml", "new/new.yml", "--json").json
    assert [(one["kind"], one["name"]) for one in found["platforms"][0]["changes"]] == [
        ("removed", "idna"),
        ("added", "plotly"),
        ("up", "requests"),
    ]
    assert found["notes"] == ["The constraints differ: idna."]
    (cli.work / "new" / "plot.txt").unlink()
    done = cli("diff", "old.yml", "new/new.yml")
    assert done.status == 2 and "plot.txt" in done.err and done.err.count("error:") == 1


@pytest.mark.parametrize(
    ("arguments", "status", "telling"),
    [
        (["export", "./gone"], 3, "conda-meta"),
        (["export", "gone", "--format", "pickle"], 2, "pickle"),
        (["export", "gone", "--versions", "--format", "full"], 3, "gone"),
        (["diff", "gone"], 2, "usage"),
        (["diff", "gone", "away"], 3, "gone"),
        (["diff", "gone@1", "away"], 3, "gone@1"),
        (["diff", "bad.yml", "bad.yml"], 2, "bad.yml"),
    ],
)
def test_what_is_wrong_is_one_message(cli: Cli, arguments: list[str], status: int, telling: str) -> None:
    (cli.work / "bad.yml").write_text("name: x\ndependencies: [a, *b]\n")
    done = cli(*arguments)
    assert (done.status, done.out) == (status, ""), done.err
    assert telling in done.err and done.err.count("error:") == 1
