"""Crafted packages through a real server: none writes outside its prefix, runs anything, or ends the server."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .hostile_packages import CRAFTED, LARGE, MANY, Crafted
from .support.client import API
from .support.counts import tell
from .support.lab import Lab
from .support.managing import tree

SEEN: list[str] = []
REFUSALS = ("package-refused", "engine-failed")


def only_plain_files(prefix: Path) -> None:
    """No device, no pipe, no file that runs as somebody else, no link that leads out."""
    for path in prefix.rglob("*"):
        mode = path.lstat().st_mode
        assert stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode), path
        assert not mode & (stat.S_ISUID | stat.S_ISGID), path
        assert path.resolve().is_relative_to(prefix.resolve()), path


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nothing may touch."""
    folder = tmp_path_factory.mktemp("guarded") / "outside"
    folder.mkdir()
    (folder / "target").write_text("as it was")
    return folder


@pytest.fixture(scope="module")
def server(outside: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server whose channel has nothing but crafted packages."""
    home = tmp_path_factory.mktemp("crafted")
    channel = home / "channel"
    write_channel(channel, outside)
    settings: dict[str, Any] = {
        "default_channels": [channel.as_uri()],
        "root_dir": str(home / "envs"),
        "cache_dir": str(home / "cache"),
        "standby_worker": True,
        "discover": False,
        "max_package_size": LARGE // 2,
        "max_package_files": MANY // 4,
    }
    with Lab(home, {"Manager": settings}, app="jupyter_server") as lab:
        yield lab


def write_channel(folder: Path, outside: Path) -> None:
    records: dict[str, dict[str, Any]] = {".tar.bz2": {}, ".conda": {}}
    (folder / "noarch").mkdir(parents=True)
    for crafted in CRAFTED:
        content = crafted.build(crafted.name, outside)
        file = f"{crafted.name}-1-0{crafted.suffix}"
        (folder / "noarch" / file).write_bytes(content)
        records[crafted.suffix][file] = {
            "name": crafted.name, "version": "1", "build": "0", "build_number": 0, "depends": [], "subdir": "noarch",
            "sha256": hashlib.sha256(content).hexdigest(), "size": len(content),
        }  # fmt: skip
    data = {"info": {"subdir": "noarch"}, "packages": records[".tar.bz2"], "packages.conda": records[".conda"]}
    (folder / "noarch/repodata.json").write_text(json.dumps(data))


@pytest.mark.parametrize("crafted", CRAFTED, ids=[crafted.name for crafted in CRAFTED])
def test_a_crafted_package_does_no_harm(server: Lab, outside: Path, crafted: Crafted) -> None:
    pid, name = server.process.pid, f"env-{crafted.name}"
    job = server.finished(server.confirmed("POST", f"{API}environments", {"name": name, "packages": [crafted.name]}))
    assert server.get("api/status").status == 200 and server.process.pid == pid
    assert tree(outside.parent) == ["outside", "outside/target"]
    assert (outside / "target").read_text() == "as it was" and (outside / "target").stat().st_nlink == 1
    escaped = [path for path in tree(server.home) if path.rpartition("/")[2] == "escaped" and "/g/" not in path]
    assert [path for path in escaped if not path.startswith("cache/")] == []
    if job["state"] == "done":
        assert crafted.accepted, job
        only_plain_files(Path(job["result"]["prefix"]))
        gone = server.finished(server.delete(f"{API}environments/{name}?force=true"))
        assert gone["state"] == "done"
    else:
        assert job["error"]["code"] in REFUSALS, job
        assert crafted.name in job["error"]["message"], job
        assert len(job["error"]["message"]) < 2_000
        assert not (server.home / "envs" / name).exists()
    assert list((server.home / "cache").glob("packages/.fetch-*")) == []
    SEEN.append(f"{crafted.name} {job['state']}")


def test_the_count() -> None:
    assert len(CRAFTED) >= 40
    tell(
        "T12, crafted packages", f"packages, {sum(one.endswith('done') for one in SEEN)} harmless", len(SEEN), len(SEEN)
    )
