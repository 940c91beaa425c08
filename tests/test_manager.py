"""The use cases, on a real channel: create, confirm, pin, drift, restore, export, remove, and what may go wrong."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_envs import envfile, kernelspec, lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import (
    EngineFailed,
    EnvironmentBusy,
    EnvironmentInUse,
    FileExists,
    Forbidden,
    InvalidFile,
    InvalidInput,
    InvalidSpec,
    NameTaken,
    NotFound,
    PlanChanged,
    Unsolvable,
)
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.store import Store
from jupyter_envs.verdicts import VerdictState

from .localchannel import LocalChannel
from .support.http_server import Fault, FileServer
from .support.managing import Recorder, create, make_manager, tree, write_notebook


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path) -> Manager:
    return make_manager(home, channel.file_url, package_cache)


def environments(manager: Manager) -> list[str]:
    return [name for name in tree(Path(manager.root_dir)) if not name.startswith(".")]


def kernels() -> list[str]:
    """Those of the user; the machine has some of its own."""
    return sorted(path.name for path in kernelspec.kernels_dir().glob("*"))


def test_an_environment_is_a_kernel_that_runs_in_its_prefix(manager: Manager) -> None:
    async def run() -> None:
        summary = await create(manager, "Penguins", "python", "tinytext=2.0", "tinyactivate", "tinykernel")
        data = summary.to_json()
        assert (data["kernel"], data["kernels"]) == ("penguins", ["penguins", "penguins.tinykernel"])
        assert data["size"]["shared"] > data["size"]["own"] > 0
        spec = KernelSpecManager().get_kernel_spec("penguins")
        assert spec.env["TINYACTIVATE_HOME"] == f"{summary.prefix}/share/tinyactivate"
        program = "import sys, tinytext; print(sys.prefix, tinytext.__version__)"
        said = subprocess.run([spec.argv[0], "-c", program], capture_output=True, text=True, check=True).stdout
        assert said.split() == [str(summary.prefix), "2.0"]
        assert (summary.prefix / "conda-meta" / "history").read_text().startswith("==> ")
        assert str(summary.prefix) in (Path.home() / ".conda" / "environments.txt").read_text()

    asyncio.run(run())


def test_a_python_without_a_kernel_gets_one_and_the_plan_says_so(manager: Manager) -> None:
    documents = DiskDocuments(Path.cwd())

    async def run() -> None:
        plan = await manager.plan(CreateRequest(name="bare", packages=("python",)), documents, Recorder())
        assert any("ipykernel was added" in note for note in plan.notes)
        assert "ipykernel" in {package.name for package in plan.added}
        with_kernel = CreateRequest(name="bare", packages=("python", "ipykernel"))
        notes = (await manager.plan(with_kernel, documents, Recorder())).notes
        assert not any("ipykernel was added" in note for note in notes)

    asyncio.run(run())


def test_what_was_confirmed_is_what_is_installed(manager: Manager) -> None:
    documents = DiskDocuments(Path.cwd())
    request = CreateRequest(name="one", packages=("tinyblob",))

    async def run() -> None:
        plan = await manager.plan(request, documents, Recorder())
        assert environments(manager) == []
        with pytest.raises(PlanChanged):
            await manager.create(request, documents, Recorder(), confirmed="0" * 64)
        other = CreateRequest(name="one", packages=("tinyblob", "tinyactivate"))
        with pytest.raises(PlanChanged):
            await manager.create(other, documents, Recorder(), confirmed=plan.hash)
        assert environments(manager) == []
        await manager.create(request, documents, Recorder(), confirmed=plan.hash)
        detail = await manager.environment("one")
        assert {package.identity for package in detail.packages} == {package.identity for package in plan.added}
        assert plan.digest == detail.digest

    asyncio.run(run())


def test_pin_lose_restore(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")

    async def run() -> None:
        status = await manager.read_pin(path.name, documents)
        assert status.verdict.state is VerdictState.UNPINNED
        await create(manager, "penguins", "python", "tinytext=2.0")
        status = await manager.pin(path.name, "penguins", documents)
        assert status.verdict.state is VerdictState.MATCH
        before = (await manager.environment("penguins")).digest
        assert json.loads(path.read_text())["metadata"]["kernelspec"]["name"] == "penguins"
        await manager.remove("penguins", Recorder())
        assert kernels() == []
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.MISSING
        await manager.create(CreateRequest(pin=path.name), documents, Recorder())
        status = await manager.read_pin(path.name, documents)
        assert status.verdict.state is VerdictState.MATCH
        assert status.pin is not None
        lock = lockfile.parse((home / "work" / status.pin.lock).read_text())
        assert (await manager.environment("penguins")).digest == before == lock.digest(manager.platform)
        assert kernels() == ["penguins"]

    asyncio.run(run())


def test_what_a_hand_changed_is_drift_and_restore_undoes_it(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")

    async def run() -> None:
        old = await create(manager, "penguins", "python", "tinytext=2.0")
        await manager.pin(path.name, "penguins", documents)
        added = next(old.prefix.glob("lib/python3*/site-packages")) / "handmade-1.0.dist-info"
        added.mkdir()
        (added / "METADATA").write_text("Metadata-Version: 2.1\nName: handmade\nVersion: 1.0\n")
        (next(old.prefix.glob("conda-meta/tinytext-*.json"))).unlink()
        verdict = (await manager.read_pin(path.name, documents)).verdict
        assert verdict.state is VerdictState.DRIFTED
        assert {"handmade", "tinytext"} == {difference.name for difference in verdict.differences}
        new = await manager.create(CreateRequest(pin=path.name), documents, Recorder())
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.MATCH
        assert new.prefix != old.prefix
        assert old.prefix.exists(), "a kernel may still run in it"
        assert KernelSpecManager().get_kernel_spec("penguins").argv[0].startswith(str(new.prefix))
        assert [item["reason"] for item in (await manager.environment("penguins")).to_json()["history"]] == [
            "restored from the lock",
            "created with python, tinytext=2.0",
        ]

    asyncio.run(run())


def test_an_edited_file_is_outdated_and_update_solves_it_again(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")
    file = home / "work" / "environment.yml"
    file.write_text("# mine\nname: penguins\ndependencies:\n  - python\n  - ipykernel\n  - tinytext=1.0\n")

    async def run() -> None:
        await manager.create(CreateRequest(file=file.read_text()), documents, Recorder())
        status = await manager.pin(path.name, "penguins", documents)
        assert status.pin is not None
        assert status.pin.file == "environment.yml"
        assert file.read_text().startswith("# mine"), "a file that asks for the same is kept as it is"
        file.write_text(file.read_text().replace("tinytext=1.0", "tinytext=2.0"))
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.OUTDATED
        request = CreateRequest(pin=path.name, update=True)
        plan = await manager.plan(request, documents, Recorder())
        assert plan.channels == tuple(manager.default_channels), "the file names none"
        assert [(change.name, change.before, change.after) for change in plan.changed] == [("tinytext", "1.0", "2.0")]
        assert plan.added == plan.removed == ()
        await manager.create(request, documents, Recorder(), confirmed=plan.hash)
        status = await manager.read_pin(path.name, documents)
        assert status.verdict.state is VerdictState.MATCH
        assert file.read_text().startswith("# mine")

    asyncio.run(run())


def test_a_lock_for_other_machines_only_is_locked_for_this_one(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")

    async def run() -> None:
        await create(manager, "penguins", "tinyactivate")
        status = await manager.pin(path.name, "penguins", documents)
        assert status.pin is not None
        lock = home / "work" / status.pin.lock
        here = lockfile.parse(lock.read_text())
        there = [replace(package, platform="osx-arm64") for package in here.packages]
        hashes = {"osx-arm64": here.content_hash[manager.platform]}
        lock.write_text(
            lockfile.write(replace(here, packages=tuple(there), platforms=("osx-arm64",), content_hash=hashes))
        )
        await manager.remove("penguins", Recorder())
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.UNLOCKED
        with pytest.raises(NotFound, match="not this machine"):
            await manager.create(CreateRequest(pin=path.name), documents, Recorder())
        status = await manager.lock_pin(path.name, documents, Recorder())
        assert status.verdict.state is VerdictState.MISSING
        assert lockfile.parse(lock.read_text()).platforms == ("osx-arm64", manager.platform)
        await manager.create(CreateRequest(pin=path.name), documents, Recorder())
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.MATCH

    asyncio.run(run())


def test_pinning_again_keeps_what_is_locked_for_other_machines(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")

    async def run() -> None:
        await create(manager, "penguins", "tinyactivate")
        status = await manager.pin(path.name, "penguins", documents)
        assert status.pin is not None
        file = home / "work" / status.pin.lock
        here = lockfile.parse(file.read_text())
        there = [replace(package, platform="osx-arm64") for package in here.packages]
        both = replace(
            here,
            packages=(*here.packages, *there),
            platforms=(*here.platforms, "osx-arm64"),
            content_hash={**here.content_hash, "osx-arm64": here.content_hash[manager.platform]},
        )
        file.write_text(lockfile.write(both))
        assert (await manager.pin(path.name, "penguins", documents)).verdict.state is VerdictState.MATCH
        assert lockfile.parse(file.read_text()).digest() == both.digest()
        assert (await manager.read_pin(path.name, documents)).verdict.state is VerdictState.MATCH

    asyncio.run(run())


def test_a_users_file_is_never_overwritten(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")
    for name in ("environment.yml", "penguins.yml"):
        (home / "work" / name).write_text("name: other\ndependencies:\n  - r-base\n")

    async def run() -> None:
        await create(manager, "penguins", "tinyblob")
        before = tree(home / "work")
        with pytest.raises(FileExists):
            await manager.pin(path.name, "penguins", documents)
        assert tree(home / "work") == before
        (home / "work" / "penguins.yml").unlink()
        status = await manager.pin(path.name, "penguins", documents)
        assert status.pin is not None
        assert (status.pin.file, status.pin.lock) == ("penguins.yml", "penguins.conda-lock.yml")
        assert "r-base" in (home / "work" / "environment.yml").read_text()

    asyncio.run(run())


def test_unpin_takes_the_metadata_out_and_nothing_else(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work", title="mine")
    before = path.read_text()

    async def run() -> None:
        await create(manager, "penguins", "tinyblob")
        await manager.pin(path.name, "penguins", documents)
        status = await manager.unpin(path.name, documents)
        assert status.verdict.state is VerdictState.UNPINNED
        assert json.loads(path.read_text()) == json.loads(before)
        assert (home / "work" / "environment.yml").exists()

    asyncio.run(run())


def test_nonsense_in_the_metadata_can_be_taken_out_or_replaced(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work", jupyter_envs={"version": 1, "environment": 3})

    async def run() -> None:
        await create(manager, "penguins", "tinyblob")
        with pytest.raises(InvalidFile):
            await manager.read_pin(path.name, documents)
        assert (await manager.unpin(path.name, documents)).verdict.state is VerdictState.UNPINNED
        write_notebook(home / "work", jupyter_envs=["nonsense"])
        assert (await manager.pin(path.name, "penguins", documents)).verdict.state is VerdictState.MATCH

    asyncio.run(run())


def test_the_notebook_is_left_to_its_editor_if_asked(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")
    before = path.read_text()

    async def run() -> None:
        await create(manager, "penguins", "tinyblob")
        status = await manager.pin(path.name, "penguins", documents, write_notebook=False)
        assert status.verdict.state is VerdictState.MATCH
        assert path.read_text() == before

    asyncio.run(run())


def test_exports(manager: Manager) -> None:
    async def run() -> None:
        await create(manager, "one", "python", "tinytext=2.0")
        full = await manager.export("one", "full")
        assert full.filename == "environment.yml"
        assert "tinytext=2.0=py_0" in envfile.parse(full.text).conda
        assert envfile.parse((await manager.export("one", "portable")).text).conda == (
            "python",
            "tinytext=2.0",
            "ipykernel",
        )
        assert lockfile.parse((await manager.export("one", "conda-lock")).text).for_platform(manager.platform)
        assert (await manager.export("one", "explicit")).text.count("#sha256:") == len(
            (await manager.environment("one")).packages
        )
        with pytest.raises(InvalidInput, match="xml"):
            await manager.export("one", "xml")

    asyncio.run(run())


def test_an_environment_from_another_ones_lock_is_the_same(manager: Manager) -> None:
    async def run() -> None:
        await create(manager, "one", "tinyblob", "tinyactivate")
        lock = (await manager.export("one", "conda-lock")).text
        await create(manager, "two", lock=lock)
        assert (await manager.environment("one")).digest == (await manager.environment("two")).digest

    asyncio.run(run())


def test_kernels_in_use_hold_their_environment(manager: Manager) -> None:
    async def run() -> None:
        await create(manager, "one", "python")
        manager.running_kernels = lambda: {"one": 2}
        assert [summary.running_kernels for summary in await manager.environments()] == [2]
        with pytest.raises(EnvironmentInUse) as caught:
            await manager.remove("one", Recorder())
        assert caught.value.fields["kernels"] == 2
        assert kernels() == ["one"]
        await manager.remove("one", Recorder(), force=True)
        assert environments(manager) == kernels() == []

    asyncio.run(run())


REFUSED: list[tuple[CreateRequest, type[Exception]]] = [
    (CreateRequest(), InvalidInput),
    (CreateRequest(name="x"), InvalidInput),
    (CreateRequest(packages=("tinyblob",)), InvalidInput),
    (CreateRequest(name="x", packages=("a",), file="name: x"), InvalidInput),
    (CreateRequest(name="a/b", packages=("tinyblob",)), InvalidInput),
    (CreateRequest(name="python3", packages=("tinyblob",)), NameTaken),
    (CreateRequest(name="x", packages=("no-such-package",)), Unsolvable),
    (CreateRequest(name="x", packages=("python >=3,,",)), InvalidSpec),
    (CreateRequest(file="name: x\n"), InvalidFile),
    (CreateRequest(file="name: x\ndependencies: []\n"), InvalidSpec),
    (CreateRequest(file="name: [x\n"), InvalidFile),
    (CreateRequest(file="dependencies: [tinyblob]\n"), InvalidInput),
    (CreateRequest(name="x", lock="version: 1\n"), InvalidFile),
    (CreateRequest(pin="gone.ipynb"), NotFound),
    (CreateRequest(pin="../outside.ipynb"), Forbidden),
]


@pytest.mark.parametrize(("request_", "kind"), REFUSED)
def test_what_is_refused_changes_nothing(
    manager: Manager, home: Path, request_: CreateRequest, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        asyncio.run(manager.create(request_, DiskDocuments(home), Recorder()))
    assert str(caught.value)
    assert environments(manager) == kernels() == []


def test_a_taken_name_is_refused_before_anything_is_solved(manager: Manager) -> None:
    async def run() -> None:
        await create(manager, "one", "tinyblob")
        recorder = Recorder()
        with pytest.raises(NameTaken):
            request = CreateRequest(name="ONE", packages=("no-such-package",))
            await manager.create(request, DiskDocuments(Path.cwd()), recorder)

    asyncio.run(run())


def test_one_writer_at_a_time(manager: Manager) -> None:
    async def run() -> None:
        with Store(Path(manager.root_dir)).writing("one"), pytest.raises(EnvironmentBusy):
            await create(manager, "one", "tinyblob")
        await create(manager, "one", "tinyblob")

    asyncio.run(run())


@pytest.mark.parametrize("phase", ["solving", "fetching", "linking", "publishing"])
def test_a_cancelled_creation_leaves_no_trace(
    home: Path, channel_server: FileServer, tmp_path: Path, phase: str
) -> None:
    manager = make_manager(home, channel_server.url, tmp_path / "cache")
    channel_server.fault("tinyblob", Fault(delay=0.5))
    recorder = Recorder()

    async def run() -> None:
        request = CreateRequest(name="one", packages=("python", "ipykernel", "tinyblob"))
        task = asyncio.create_task(manager.create(request, DiskDocuments(home), recorder))
        await reached(recorder, phase, task)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert environments(manager) == kernels() == []
        await create(manager, "one", "python", "ipykernel", "tinyblob")

    asyncio.run(run())


async def reached(recorder: Recorder, phase: str, task: asyncio.Task[object]) -> None:
    """Wait until the work has come as far as ``phase``."""
    while phase not in recorder.phases:
        assert not task.done(), f"it was over before {phase}"
        await asyncio.sleep(0.002)


def test_a_prefix_that_is_not_what_was_planned_is_not_published(
    manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk decides: here a package's record disappears between the install and the look at it."""
    looked = manager._builder.check

    def sabotage(draft: object, packages: object) -> None:
        next(Path(manager.root_dir).glob("one/g/*/conda-meta/tinyblob-*.json")).unlink()
        looked(draft, packages)  # type: ignore[arg-type]

    monkeypatch.setattr(manager._builder, "check", sabotage)
    with pytest.raises(EngineFailed, match="tinyblob"):
        asyncio.run(create(manager, "one", "tinyblob"))
    assert environments(manager) == []


def test_a_kernelspec_that_cannot_be_written_takes_the_environment_back(manager: Manager, home: Path) -> None:
    blocked = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("not a folder")
    with pytest.raises(Exception, match="kernels"):
        asyncio.run(create(manager, "one", "python"))
    assert environments(manager) == []


def test_looking_starts_nothing_and_writes_nothing(manager: Manager, home: Path) -> None:
    documents, path = write_notebook(home / "work")

    async def prepare() -> None:
        await create(manager, "one", "tinyblob")
        await manager.pin(path.name, "one", documents)

    asyncio.run(prepare())
    before = tree(home)
    started: list[str] = []

    async def look(do: Callable[..., object]) -> None:
        await manager.environments()
        await manager.environment("one")
        await manager.read_pin(path.name, documents)
        await manager.diagnose()
        await manager.export("one", "full")

    asyncio.run(look(started.append))
    assert tree(home) == before


def test_doctor_finds_what_a_crash_left(manager: Manager, home: Path) -> None:
    async def run() -> None:
        await create(manager, "good", "tinyblob")
        summary = await create(manager, "gone", "python")
        await create(manager, "torn", "tinyblob")
        assert (await manager.diagnose()).findings == ()
        root = Path(manager.root_dir)
        (root / "left" / "g" / "1234").mkdir(parents=True)
        (root / "torn" / "environment.json").write_text("{")
        summary.prefix.rename(home / "elsewhere")
        codes = {finding.code for finding in (await manager.diagnose()).findings}
        assert codes == {"unlisted", "damaged-record", "no-prefix", "dead-kernel", "gone-listed"}
        states = {summary.name: summary.state for summary in await manager.environments()}
        assert states == {"good": "ready", "gone": "broken", "torn": "broken"}

    asyncio.run(run())
