"""``disk``, ``gc`` and ``list --unused`` as a user calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .localchannel import LocalChannel
from .support.home import configure
from .test_cli import Cli


@pytest.fixture
def call(home: Path, channel: LocalChannel) -> Cli:
    """A command line with two environments, and something that a crash left."""
    cli = Cli(home, channel.file_url, home / "cache")
    settings = {
        "default_channels": [channel.file_url],
        "cache_dir": str(home / "cache"),
        "root_dir": str(home / "envs"),
        "compile_bytecode": False,
        "gc_min_age": 0.0,
        "discover": False,
    }
    configure(home, {"Manager": settings})
    for name in ("one", "two"):
        assert cli("create", name, "python", "--yes").status == 0
    (home / "envs/one/g/0badcafe").mkdir()
    (home / "envs/one/g/0badcafe/file").write_text("content")
    return cli


def test_disk_list_gc(call: Cli, home: Path) -> None:
    counted = call("disk", "--json").json
    assert set(counted["environments"]) == {"one", "two"}
    assert counted["total"] < counted["copies"]
    said = call("list").out.splitlines()
    assert said[-1].startswith("All environments take ")
    assert "one copy per environment would take" in said[-1]
    assert call("list", "--json").json["totals"]["copies"] == counted["copies"]

    left = home / "envs/one/g/0badcafe"
    preview = call("gc", "--dry-run", "--json").json
    assert [item["kind"] for item in preview["items"]] == ["prefix"]
    assert left.is_dir()
    refused = call("gc", "--json")
    assert refused.status != 0, "nobody said yes"
    assert left.is_dir()
    done = call("gc", "--yes", "--json").json
    assert (done["items"], done["freed"]) == (preview["items"], len("content"))
    assert not left.exists()
    assert "nothing to take away" in call("gc", "--yes").out


def test_unused(call: Cli, home: Path) -> None:
    assert [item["name"] for item in call("list", "--unused", "0", "--json").json["environments"]] == ["one", "two"]
    assert "All environments were used." in call("list", "--unused", "30").out
    record = home / "envs/two/environment.json"
    data = json.loads(record.read_text())
    data["generations"][0]["created"] = "2020-01-01T00:00:00+00:00"
    record.write_text(json.dumps(data))
    os.utime(record)
    assert "two: not used for" in call("list", "--unused", "30").out
