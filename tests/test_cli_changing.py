"""The commands that change an environment, as a user calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .localchannel import LocalChannel
from .test_cli import Cli

NAME = "penguins"


@pytest.fixture
def cli(home: Path, channel: LocalChannel, package_cache: Path) -> Cli:
    return Cli(home, channel.file_url, package_cache)


def test_install_update_remove_and_back(cli: Cli) -> None:
    cli.good("create", NAME, "tinyneeds", "tinytext", "--yes")
    refused = cli("install", NAME, "tinyblob")
    assert refused.status == 2
    assert "+ tinyblob 1.0" in refused.out
    assert "kernels that are running can import them at once" in refused.out
    assert cli.good("install", NAME, "tinyblob", "--dry-run", "--json").json["additive"] is True
    done = cli.good("install", NAME, "tinyblob", "--yes", "--json").json
    assert [package["name"] for package in done["plan"]["added"]] == ["tinyblob"]
    cli.good("remove", NAME, "tinyneeds", "--yes")
    assert "~ tinytext 1.0 → 2.0" in cli.good("update", NAME, "--yes").out
    history = cli.good("history", NAME, "--json").json["history"]
    assert [item["reason"] for item in history] == [
        "updated all packages",
        "removed tinyneeds",
        "added tinyblob",
        "created with tinyneeds, tinytext",
    ]
    assert "updated all packages" in cli.good("history", NAME).out
    assert "~ tinytext 2.0 → 1.0" in cli.good("rollback", NAME, "--yes").out
    assert cli("rollback", NAME, "absent", "--yes").status == 3
    assert cli("update", NAME, "absent", "--yes").status == 3
    assert cli("install", NAME).status == 2
    cli.good("remove", NAME, "--yes")
    assert cli.good("list", "--json").json["environments"] == []


def test_verify_and_adopt_changes(cli: Cli) -> None:
    prefix = Path(cli.good("create", NAME, "tinytext", "--yes", "--json").json["prefix"])
    assert cli.good("verify", NAME, "--json").json["ok"] is True
    assert "are as they were installed" in cli.good("verify", NAME).out
    file = next(prefix.glob("lib/python3*/site-packages/tinytext.py"))
    file.unlink()
    broken = cli("verify", NAME)
    assert broken.status == 11
    assert "missing  lib/" in broken.out
    assert cli("verify", NAME, "--json").json["error"]["fields"]["damaged"][0]["name"] == "tinytext"
    next(prefix.glob("conda-meta/tinytext-*.json")).unlink()
    assert "- tinytext" in cli("adopt-changes", NAME).out
    adopted = cli.good("adopt-changes", NAME, "--yes", "--json").json
    assert adopted["reason"] == "adopted - tinytext"
