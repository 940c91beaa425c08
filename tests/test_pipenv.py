"""A project that pipenv itself made opens with the versions of its lock, hash for hash, and pipenv agrees."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
import uv

from jupyter_envs import lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Summary
from jupyter_envs.verdicts import VerdictState

from .support.managing import Recorder, make_manager, notebook
from .support.pipenv import lock, pipenv
from .support.pypi_index import PypiIndex
from .test_pypi_environments import HERE, NO_CHANNEL

TABLES = """\
[packages]
tinydep = "*"

[dev-packages]
ipykernel = "*"

[requires]
python_version = "{python}"
"""


def frozen(prefix: Path) -> set[str]:
    """Names and versions of an environment, without pip itself.

    Where a wheel came by its address, as ours do, ``pip freeze`` says that instead of the version (PEP 610).
    """
    said = {}
    for what in (["list", "--format", "freeze"], ["freeze"]):
        argv = [uv.find_uv_bin(), "pip", *what, "--python", str(prefix)]
        said[what[0]] = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    names = {line.partition(" @ ")[0].partition("==")[0] for line in said["freeze"]}
    assert names == {line.partition("==")[0] for line in said["list"]}
    return {line for line in said["list"] if line.partition("==")[0] not in ("pip", "setuptools", "wheel")}


@pytest.fixture
def project(home: Path, kernel_index: PypiIndex) -> Path:
    folder = home / "work"
    folder.mkdir()
    python = ".".join(HERE.split(".")[:2])
    lock(folder, kernel_index.simple_url, TABLES.format(python=python))
    (folder / "analysis.ipynb").write_text(notebook("import tinydep"))
    return folder


def test_the_versions_of_its_lock_hash_for_hash(
    home: Path, project: Path, kernel_index: PypiIndex, package_cache: Path
) -> None:
    manager = make_manager(home, NO_CHANNEL, package_cache, pypi_index=kernel_index.simple_url)
    documents = DiskDocuments(project)

    async def run() -> Summary:
        text = (project / "Pipfile.lock").read_text()
        request = CreateRequest(name="shop", file=text, filename="Pipfile.lock")
        plan = await manager.plan(request, documents, Recorder())
        assert not [note for note in plan.notes if "ipykernel was added" in note]
        return await manager.create(request, documents, Recorder(), confirmed=plan.hash)

    summary = asyncio.run(run())
    locked = json.loads((project / "Pipfile.lock").read_text())
    wanted = {**locked["develop"], **locked["default"]}
    installed = asyncio.run(manager.environment("shop")).packages
    assert {one.name: f"=={one.version}" for one in installed} == {
        name: item["version"] for name, item in wanted.items()
    }
    assert all(f"sha256:{one.sha256}" in wanted[one.name]["hashes"] for one in installed)

    pipenv(project, "sync", "--dev")
    pipenv(project, "verify")
    assert frozen(summary.prefix) == frozen(project / ".venv")

    before = (project / "Pipfile.lock").read_bytes()
    status = asyncio.run(manager.pin("analysis.ipynb", "shop", documents))
    assert status.pin is not None
    assert (status.pin.file, status.pin.lock) == ("Pipfile.lock", "pylock.toml")
    assert status.verdict.state is VerdictState.MATCH
    assert (project / "Pipfile.lock").read_bytes() == before
    assert lockfile.parse((project / "pylock.toml").read_bytes()).digest() == status.pin.digest
    asyncio.run(manager.remove("shop", Recorder()))
    asyncio.run(manager.create(CreateRequest(pin="analysis.ipynb"), documents, Recorder()))
    assert asyncio.run(manager.read_pin("analysis.ipynb", documents)).verdict.state is VerdictState.MATCH


def test_a_pipfile_that_we_write_is_locked_by_pipenv_to_the_same(
    home: Path, kernel_index: PypiIndex, package_cache: Path
) -> None:
    manager = make_manager(home, NO_CHANNEL, package_cache, pypi_index=kernel_index.simple_url)
    documents = DiskDocuments(home)
    minor = ".".join(HERE.split(".")[:2])
    text = f"# python: =={minor}.*\n--index-url {kernel_index.simple_url}\ntinydep>=1\nipykernel\n"

    async def run() -> str:
        await manager.create(CreateRequest(name="shop", file=text, filename="requirements.txt"), documents, Recorder())
        folder = home / "copy"
        folder.mkdir()
        (folder / "Pipfile").write_text((await manager.export("shop", "pipfile")).text)
        await asyncio.to_thread(pipenv, folder, "--python", sys.executable, "lock")
        await asyncio.to_thread(pipenv, folder, "verify")
        locked = (folder / "Pipfile.lock").read_text()
        request = CreateRequest(name="again", file=locked, filename="Pipfile.lock")
        await manager.create(request, documents, Recorder())
        return (await manager.environment("again")).digest

    assert asyncio.run(run()) == asyncio.run(manager.environment("shop")).digest


def test_a_lock_that_we_write_is_what_pipenv_verifies_and_installs(
    home: Path, kernel_index: PypiIndex, package_cache: Path
) -> None:
    """With the Pipfile that we write beside it, and nothing else."""
    manager = make_manager(home, NO_CHANNEL, package_cache, pypi_index=kernel_index.simple_url)
    documents = DiskDocuments(home)
    text = f"--index-url {kernel_index.simple_url}\n--trusted-host 127.0.0.1\n--pre\ntinydep[more]>=1\nipykernel\n"

    async def run() -> tuple[Path, Summary]:
        request = CreateRequest(name="shop", file=text, filename="requirements.txt")
        made = await manager.create(request, documents, Recorder())
        for versions in (False, True):
            folder = home / f"copy-{versions}"
            folder.mkdir()
            for form in ("pipfile", "pipfile-lock"):
                written = await manager.export("shop", form, versions=versions)
                (folder / written.filename).write_text(written.text)
            await asyncio.to_thread(pipenv, folder, "verify")
        await asyncio.to_thread(pipenv, folder, "--python", sys.executable, "sync")
        return folder, made

    folder, made = asyncio.run(run())
    assert frozen(folder / ".venv") == frozen(made.prefix)
    lock_text = (folder / "Pipfile.lock").read_text()
    request = CreateRequest(name="again", file=lock_text, filename="Pipfile.lock")
    asyncio.run(manager.create(request, documents, Recorder()))
    assert asyncio.run(manager.environment("again")).digest == asyncio.run(manager.environment("shop")).digest
    (folder / "Pipfile").write_text((folder / "Pipfile").read_text().replace("==1.0", ">=1.0"))
    with pytest.raises(AssertionError, match="out-of-date"):
        pipenv(folder, "verify")


def test_a_lock_without_a_source_is_that_of_pipenv_s_own(
    home: Path, kernel_index: PypiIndex, package_cache: Path
) -> None:
    """Only its hash is looked at: that index is not asked."""
    manager = make_manager(home, NO_CHANNEL, package_cache, pypi_index=kernel_index.simple_url)

    async def run() -> None:
        request = CreateRequest(name="shop", file="tinywheel\nipykernel\n", filename="requirements.txt")
        await manager.create(request, DiskDocuments(home), Recorder())
        for form in ("pipfile", "pipfile-lock"):
            written = await manager.export("shop", form)
            (home / written.filename).write_text(written.text)

    asyncio.run(run())
    assert "[[source]]" not in (home / "Pipfile").read_text()
    pipenv(home, "verify")
