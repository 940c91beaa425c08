"""What conda installed and pip took away again is seen as gone, and restored."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import uv

from jupyter_envs import prefix
from jupyter_envs.manager import CreateRequest
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager, write_notebook


def test_a_conda_package_that_pip_uninstalled(
    home: Path, tmp_path: Path, channel: LocalChannel, package_cache: Path
) -> None:
    manager = make_manager(home, channel.file_url, package_cache)
    documents, _ = write_notebook(tmp_path / "work")

    async def work() -> None:
        made = await create(manager, "lab", "python", "ipykernel")
        await manager.pin("analysis.ipynb", "lab", documents)
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH
        argv = [uv.find_uv_bin(), "pip", "uninstall", "--python", str(made.prefix / "bin/python"), "comm"]
        subprocess.run(argv, check=True, capture_output=True)
        assert list(made.prefix.glob("conda-meta/comm-*.json")), "conda's record is still there"
        verdict = (await manager.read_pin("analysis.ipynb", documents)).verdict
        assert verdict.state is VerdictState.DRIFTED
        assert [(change.name, change.after) for change in verdict.differences] == [("comm", None)]
        await manager.create(CreateRequest(pin="analysis.ipynb"), documents, Recorder())
        assert (await manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH

    asyncio.run(work())


def test_a_conda_package_in_whose_place_pip_put_another_version_counts_as_there(tmp_path: Path) -> None:
    meta, site = tmp_path / "conda-meta", tmp_path / "lib/python3.12/site-packages"
    meta.mkdir()
    (site / "a-2.0.dist-info").mkdir(parents=True)
    (site / "a-2.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: a\nVersion: 2.0\n")
    old = '"lib/python3.12/site-packages/a-1.0.dist-info/METADATA"'
    (meta / "a-1.0-0.json").write_text(f'{{"name": "a", "version": "1.0", "files": [{old}]}}')
    found = {(package.manager, package.version) for package in prefix.installed(tmp_path, "linux-64")}
    assert found == {("conda", "1.0"), ("pip", "2.0")}
