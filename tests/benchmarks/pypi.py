"""Warm creation of an environment of PyPI packages alone against uv, by hand, and against pipenv, on the same lock."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import uv
from traitlets.config import Config

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter
from tests.support.managing import write_notebook
from tests.support.pipenv import lock, pipenv
from tests.support.pypi_index import PypiIndex
from tests.support.repacked import repacked

from .creation import NoDocuments, seconds, settle
from .measure import Result, Timing

BY_HAND = 1.3
PIPENV = 0.2
TABLES = '[packages]\nipykernel = "*"\n'


async def measure(folder: Path, runs: int) -> list[Result]:
    """Both comparisons; every cache is warm, ours is on the same disk as theirs."""
    folder.mkdir()
    with PypiIndex(repacked("ipykernel")) as index:
        settings = {"root_dir": str(folder / "envs"), "cache_dir": str(folder / "cache"), "standby_worker": True}
        manager = Manager(config=Config({"Manager": {**settings, "pypi_index": index.simple_url}}))
        try:
            return [await _uv(manager, folder, index, runs), await _pipenv(manager, folder, index, runs)]
        finally:
            await manager.close()


async def _uv(manager: Manager, folder: Path, index: PypiIndex, runs: int) -> Result:
    request = CreateRequest(name="warm", file="ipykernel\n", filename="requirements.txt")
    await manager.create(request, NoDocuments(), SilentReporter())
    documents, _ = write_notebook(folder / "pinned")
    await manager.pin("analysis.ipynb", "warm", documents)
    lock = await documents.read("pylock.toml")
    wanted = folder / "requirements.txt"
    wanted.write_text((await manager.export("warm", "requirements")).text)
    by_hand = folder / "by-hand"
    environ = {**os.environ, "UV_CACHE_DIR": str(folder / "uv-cache"), "UV_NO_CONFIG": "1"}
    venv = [uv.find_uv_bin(), "venv", "-q", "--python", sys.executable, str(by_hand)]
    sync = [uv.find_uv_bin(), "pip", "sync", "-q", "--require-hashes", "--index-url", index.simple_url]
    sync += ["--python", str(by_hand), "--link-mode", "hardlink", str(wanted)]
    _call(environ, venv, sync)

    def reset() -> None:
        shutil.rmtree(by_hand)

    reset()
    ours, theirs = await _alternately(
        manager,
        CreateRequest(lock=lock),
        lambda: _call(environ, venv, sync),
        reset,
        runs,
    )
    return Result("warm creation from a pylock.toml", ours, BY_HAND, theirs, "uv venv, uv pip sync")


async def _pipenv(manager: Manager, folder: Path, index: PypiIndex, runs: int) -> Result:
    project = folder / "project"
    project.mkdir()
    lock(project, index.simple_url, TABLES)

    def sync() -> None:
        pipenv(project, "--python", sys.executable, "sync")

    def reset() -> None:
        shutil.rmtree(project / ".venv")

    reset()
    sync()
    reset()
    text = await DiskDocuments(project).read("Pipfile.lock")
    ours, theirs = await _alternately(
        manager,
        CreateRequest(file=text, filename="Pipfile.lock"),
        sync,
        reset,
        runs,
    )
    return Result("warm creation from a Pipfile.lock", ours, PIPENV, theirs, "pipenv sync")


async def _alternately(
    manager: Manager, request: CreateRequest, theirs: Callable[[], None], reset: Callable[[], None], runs: int
) -> tuple[Timing, Timing]:
    """Ours and theirs, one after the other, each from nothing but warm caches."""
    of_us, of_them = [], []
    for number in range(runs):
        name = f"pypi-{number}"
        await settle()
        made = replace(request, name=name)
        of_us.append(await seconds(manager.create(made, NoDocuments(), SilentReporter())))
        await manager.remove(name, SilentReporter())
        await settle()
        of_them.append(await seconds(asyncio.to_thread(theirs)))
        reset()
    return Timing(tuple(of_us)), Timing(tuple(of_them))


def _call(environ: Mapping[str, str], *commands: Sequence[str]) -> None:
    for command in commands:
        subprocess.run(command, env=environ, check=True, capture_output=True)
