"""What pip, uv or a hand changed becomes what is asked for and locked, with its origin; nothing is installed."""

from __future__ import annotations

import asyncio
import ensurepip
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import uv

from jupyter_envs.errors import PlanChanged
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager, write_notebook
from .support.pypi_index import PypiIndex
from .support.wheels import make_wheel
from .test_additions import Kernel

NAME = "lab"


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    return make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def by_hand(summary: Summary, index: PypiIndex, *words: str) -> None:
    """What somebody does in a terminal."""
    python = summary.prefix / "bin" / "python"
    command = [uv.find_uv_bin(), "pip", *words[:1], "--python", str(python), *words[1:]]
    if words[0] == "install":
        command += ["--default-index", index.simple_url]
    subprocess.run(command, check=True, capture_output=True)


def test_what_pip_installed_is_adopted_with_its_hash(manager: Manager, pypi_index: PypiIndex, home: Path) -> None:
    async def work() -> None:
        documents, path = write_notebook(home / "work")
        made = await create(manager, NAME, "python")
        await manager.pin(path.name, NAME, documents)
        by_hand(made, pypi_index, "install", "tinydep")
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.DRIFTED
        plan = await manager.plan_adoption(NAME, Recorder())
        assert {package.name for package in plan.added} == {"tinydep", "tinywheel"}
        hashes = {(file.name, file.sha256) for file in pypi_index.files}
        assert all((package.name, package.sha256) in hashes for package in plan.added)
        assert plan.notes == ()
        with pytest.raises(PlanChanged):
            await manager.adopt_changes(NAME, Recorder(), confirmed="0" * 64)
        new = await manager.adopt_changes(NAME, Recorder(), confirmed=plan.hash)
        assert new.prefix == made.prefix
        detail = await manager.environment(NAME)
        assert detail.spec.pip == ("tinydep==1.0",), "what came along is locked, not asked for"
        assert detail.to_json()["reason"] == "adopted + tinydep, + tinywheel"
        # the notebook's files are written anew, and the whole is built again from them
        status = await manager.pin(path.name, NAME, documents)
        assert status.verdict.state is VerdictState.MATCH
        await manager.remove(NAME, Recorder())
        await manager.create(CreateRequest(pin=path.name), documents, Recorder())
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.MATCH
        assert {"tinydep", "tinywheel"} <= {package.name for package in (await manager.environment(NAME)).packages}

    run(work())


def test_what_restore_does_instead_is_throwing_it_away(manager: Manager, pypi_index: PypiIndex, home: Path) -> None:
    async def work() -> None:
        documents, path = write_notebook(home / "work")
        made = await create(manager, NAME, "python")
        await manager.pin(path.name, NAME, documents)
        by_hand(made, pypi_index, "install", "tinydep")
        await manager.create(CreateRequest(pin=path.name), documents, Recorder())
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.MATCH
        assert "tinydep" not in {package.name for package in (await manager.environment(NAME)).packages}

    run(work())


def test_a_wheel_from_a_file_keeps_that_as_its_origin(manager: Manager, pypi_index: PypiIndex, home: Path) -> None:
    async def work() -> None:
        wheel = make_wheel("tinylocal", "3.0")
        file = home / wheel.file_name
        file.write_bytes(wheel.content)
        made = await create(manager, NAME, "python")
        by_hand(made, pypi_index, "install", str(file))
        plan = await manager.plan_adoption(NAME, Recorder())
        assert [(package.url, package.sha256) for package in plan.added] == [(file.as_uri(), wheel.sha256)]
        await manager.adopt_changes(NAME, Recorder())
        assert (await manager.plan_adoption(NAME, Recorder())).added == ()

    run(work())


def test_what_no_index_has_stays_out_and_is_named(manager: Manager, pypi_index: PypiIndex, home: Path) -> None:
    async def work() -> None:
        made = await create(manager, NAME, "python")
        by_hand(made, pypi_index, "install", "tinywheel==1.0")
        with PypiIndex([make_wheel("tinyother", "1.0")]) as other:
            by_hand(made, other, "install", "tinyother")
        plan = await manager.plan_adoption(NAME, Recorder())
        assert [package.name for package in plan.added] == ["tinywheel"]
        assert len(plan.notes) == 1
        assert "tinyother 1.0 is not taken into the lock" in plan.notes[0]

    run(work())


def test_other_versions_and_removals_change_what_is_asked_for(manager: Manager, pypi_index: PypiIndex) -> None:
    async def work() -> None:
        text = "name: lab\ndependencies:\n- python\n- pip:\n  - tinywheel>=1.1\n  - tinyagrees\n  - tinytext\n"
        made = await manager.create(CreateRequest(file=text), None, Recorder())  # type: ignore[arg-type]
        by_hand(made, pypi_index, "install", "tinywheel==1.0", "tinytext==1.0")
        by_hand(made, pypi_index, "uninstall", "tinyagrees")
        await manager.adopt_changes(NAME, Recorder())
        detail = await manager.environment(NAME)
        assert set(detail.spec.pip) == {"tinywheel==1.0", "tinytext"}, "what still holds is left as it was written"
        assert (await manager.plan_adoption(NAME, Recorder())).changed == ()

    run(work())


def test_nothing_changed_adopts_nothing(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinytext")
        await manager.adopt_changes(NAME, Recorder())
        assert len((await manager.environment(NAME)).to_json()["history"]) == 1

    run(work())


def pip_wheel() -> Path:
    wheels = sorted(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
    if not wheels:
        pytest.skip("this Python does not bring pip")
    return wheels[0]


def test_a_pip_install_in_a_notebook_is_seen_adopted_and_saved_to_the_notebooks_own_file(
    manager: Manager, pypi_index: PypiIndex, home: Path
) -> None:
    documents, path = write_notebook(home / "work")
    file = home / "work" / "environment.yml"
    file.write_text("# mine\nname: lab\ndependencies:\n  - python  # any\n  - ipykernel\n")

    async def work() -> None:
        await manager.create(CreateRequest(file=file.read_text()), documents, Recorder())
        pinned = (await manager.pin(path.name, NAME, documents)).pin
        async with Kernel() as kernel:
            await kernel.run("import sys")
            # pip runs out of its own wheel, which Python brings
            host = "--trusted-host 127.0.0.1 --disable-pip-version-check --no-cache-dir"
            await kernel.run(f"!{{sys.executable}} {pip_wheel()}/pip install {host} -i {pypi_index.simple_url} tinydep")
            assert await kernel.run("import tinydep, tinywheel; print('there')") == "there"
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.DRIFTED
        await manager.adopt_changes(NAME, Recorder())
        status = await manager.pin(path.name, NAME, documents)
        assert status.verdict.state is VerdictState.MATCH
        assert status.pin is not None and pinned is not None
        assert (status.pin.file, status.pin.lock) == (pinned.file, pinned.lock) == ("environment.yml", pinned.lock)
        assert file.read_text() == (
            "# mine\nname: lab\ndependencies:\n  - python  # any\n  - ipykernel\n  - pip:\n      - tinydep==1.0\n"
        )
        # edited since it was locked, it is somebody's own again
        file.write_text(file.read_text().replace("tinydep==1.0", "tinydep"))
        text = file.read_text()
        status = await manager.pin(path.name, NAME, documents)
        assert file.read_text() == text
        assert status.pin is not None
        assert status.pin.file == f"{NAME}.yml"

    run(work())
