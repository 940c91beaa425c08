"""A secret in a configured address stays on this machine."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager, Query, to_json

from .localchannel import LocalChannel
from .support.http_server import FileServer
from .support.managing import Recorder, create

pytestmark = pytest.mark.usefixtures("home")


async def restored(manager: Manager, home: Path) -> None:
    """Build the environment again from its lock, which has no secret, with nothing in the package cache."""
    lock = (await manager.export("made", "conda-lock")).text
    assert "hush" not in lock
    shutil.rmtree(home / "cache" / "packages")
    request = CreateRequest(name="again", lock=lock)
    assert (await manager.create(request, DiskDocuments(home), Recorder())).state == "ready"


@pytest.mark.parametrize("form", ["user", "token"])
def test_a_secret_in_an_alias_is_told_to_nobody(home: Path, channel: LocalChannel, tmp_path: Path, form: str) -> None:
    root = tmp_path / "served"
    shutil.copytree(channel.path, root / ("tiny" if form == "user" else "t/hush/tiny"))
    with FileServer(root) as server:
        alias = server.url.replace("//", "//me:hush@") if form == "user" else f"{server.url}/t/hush"
        (home / ".condarc").write_text(f"channels: [tiny]\nchannel_alias: {alias}\n")
        recorder = Recorder()

        async def run() -> str:
            manager = Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"))
            try:
                summary = await create(manager, "made", "tinyblob")
                found = (await manager.search(Query("tinytext"))).to_json()
                report = (await manager.diagnose()).to_json()
                detail = to_json(await manager.environment("made"))
                await restored(manager, home)
                return json.dumps([to_json(summary), found, report, detail, recorder.lines])
            finally:
                await manager.close()

        said = asyncio.run(run())
    assert "hush" not in said
    written = [path for path in (home / "envs").rglob("*.yml") if "hush" in path.read_text()]
    assert written == []
