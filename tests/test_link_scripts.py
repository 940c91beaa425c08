"""Scripts of packages: link scripts never run, and activation scripts are named before they do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import ChangeRequest, CreateRequest
from jupyter_envs.models import SilentReporter

from .localchannel.archive import Metadata, PackagedFile, write_package, write_repodata
from .localchannel.platforms import current_subdir
from .support.counts import tell
from .support.managing import make_manager

SEEN: list[str] = []
LINK_SCRIPTS = [
    "bin/.{name}-post-link.sh",
    "bin/.{name}-pre-unlink.sh",
    "bin/.{name}-pre-link.sh",
    "Scripts/.{name}-post-link.bat",
]
ACTIVATION = ["etc/conda/activate.d/{name}.sh", "etc/conda/deactivate.d/{name}.sh"]  # fmt: skip


def channel_of(folder: Path, name: str, script: str, trace: Path) -> str:
    text = f"#!/bin/sh\ntouch {trace}\n".encode()
    for version in ("1", "2"):
        metadata = Metadata(name, version, "noarch", "0", (), license="CC0-1.0")
        files = [
            PackagedFile(script.format(name=name), text, executable=True),
            PackagedFile("version", version.encode()),
        ]
        write_package(folder, metadata, files)
    for subdir in ("noarch", current_subdir()):
        write_repodata(folder, subdir)
    return folder.as_uri()


@pytest.mark.parametrize("script", [*LINK_SCRIPTS, *ACTIVATION])
def test_no_link_script_runs_and_activation_is_named(home: Path, tmp_path: Path, script: str) -> None:
    trace, name = home / "ran", "scripted"
    manager = make_manager(home, channel_of(tmp_path / "channel", name, script, trace), home / "cache")
    documents, reporter = DiskDocuments(home), SilentReporter()

    async def run() -> tuple[str, ...]:
        first = CreateRequest(name="new", packages=(f"{name}=1",))
        assert any("activation scripts" in note for note in (await manager.plan(first, documents, reporter)).notes)
        await manager.create(first, documents, reporter)
        await manager.change(ChangeRequest("new", update_all=True), reporter)
        again = CreateRequest(name="again", packages=(f"{name}=1",))
        told = (await manager.plan(again, documents, reporter)).runs_code
        await manager.remove("new", reporter)
        await manager.close()
        return told

    told = asyncio.run(run())
    assert [line for line in told if script.format(name=name) in line] == told_of(script, told)
    assert trace.exists() == (script == ACTIVATION[0]), "only what was named may have run"
    SEEN.append(script)


def test_the_count() -> None:
    tell("T18, scripts of packages", "scripts", len(SEEN), len(SEEN))


def told_of(script: str, told: tuple[str, ...]) -> list[str]:
    """What a plan has to say: each activation script, and nothing of what never runs."""
    assert bool(told) == (script in ACTIVATION)
    return list(told)
