"""What only adds packages is linked into the prefix in use: a running kernel imports it, and a crash does no harm."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import AsyncKernelManager

from jupyter_envs.errors import PackageRefused
from jupyter_envs.integrity import verify
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager, Summary
from jupyter_envs.store import sizes

from .localchannel import LocalChannel
from .support.lab import PROJECT
from .support.managing import Recorder, create, make_manager, write_notebook
from .support.pypi_index import PypiIndex

NAME = "lab"


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    return make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def install(manager: Manager, *packages: str, **wishes: Any) -> Summary:
    return await manager.change(ChangeRequest(NAME, packages, **wishes), Recorder())


class Kernel:
    """A real kernel of the environment, started as Jupyter starts it."""

    async def __aenter__(self) -> Kernel:
        self.manager = AsyncKernelManager(kernel_name=NAME)
        await self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=120)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)

    async def run(self, code: str) -> str:
        """What the code prints, or the name of its error."""
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = await self.client.execute_interactive(code, output_hook=hear, timeout=60)
        return "".join(printed).strip() if reply["content"]["status"] == "ok" else str(reply["content"]["ename"])


def test_a_running_kernel_imports_what_is_added(manager: Manager) -> None:
    async def work() -> None:
        made = await create(manager, NAME, "python")
        async with Kernel() as kernel:
            assert await kernel.run("import tinytext") == "ModuleNotFoundError"
            plan = await manager.plan_change(ChangeRequest(NAME, ("tinytext",)), Recorder())
            assert plan.additive
            new = await install(manager, "tinytext")
            assert new.prefix == made.prefix
            assert await kernel.run("import tinytext; print(tinytext.shout('a'))") == "A"
            assert await kernel.run("import tinywheel") == "ModuleNotFoundError"
            await install(manager, pip=("tinydep",))
            assert await kernel.run("import tinydep, tinywheel; print('both')") == "both"
        detail = await manager.environment(NAME)
        assert detail.to_json()["generations"] == 3
        assert {"tinytext", "tinydep", "tinywheel"} <= {package.name for package in detail.packages}
        assert verify(new.prefix).damaged == ()

    run(work())


def test_an_addition_counts_only_what_it_brought(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "python")
        new = await install(manager, "tinytext", pip=("tinywheel",))
        own, shared = sizes(new.prefix)
        counted = new.to_json()["size"]
        assert counted["shared"] == shared
        # but for the length of our own index and of conda's history
        assert abs(counted["own"] - own) < 64 * 1024
        await manager.change(ChangeRequest(NAME, remove=("tinytext",)), Recorder())
        back = await manager.roll_back(NAME, Recorder())
        assert (back.prefix, back.to_json()["size"]) == (new.prefix, counted)

    run(work())


def test_what_does_more_than_add_makes_a_new_prefix(manager: Manager) -> None:
    async def work() -> None:
        made = await create(manager, NAME, "python", "tinytext=1.0")
        for wishes in ({"install": ("tinytext=2.0",)}, {"remove": ("tinytext",), "install": ("tinyblob",)}):
            plan = await manager.plan_change(ChangeRequest(NAME, **wishes), Recorder())  # type: ignore[arg-type]
            assert not plan.additive
        assert (await install(manager, "tinytext=2.0")).prefix != made.prefix
        # an interpreter changes more than it adds, and so does a file of somebody's that is there already
        other = await manager.change(ChangeRequest(NAME, ("tinyblob",)), Recorder())
        place = other.prefix / "etc" / "tinyconf.ini"
        place.parent.mkdir(exist_ok=True)
        place.write_text("mine")
        new = await install(manager, "tinyconf")
        assert new.prefix != other.prefix
        assert place.read_text() == "mine"

    run(work())


def test_going_back_to_before_an_addition_makes_a_prefix_without_it(manager: Manager) -> None:
    async def work() -> None:
        made = await create(manager, NAME, "tinytext")
        assert (await install(manager, "tinyblob")).prefix == made.prefix
        back = await manager.roll_back(NAME, Recorder())
        assert back.prefix != made.prefix
        assert "tinyblob" not in {package.name for package in (await manager.environment(NAME)).packages}
        forth = await manager.roll_back(NAME, Recorder())
        assert forth.prefix == made.prefix

    run(work())


# A change in a process that can be killed; told by words in its progress when to stop and wait for that.
CHILD = """
import asyncio, json, os, sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from jupyter_envs.manager import ChangeRequest, Manager
from jupyter_envs.engine.session import Session
from jupyter_envs.manager.building import Builder
from jupyter_envs.store import Store
options, install, pip, point = json.loads(sys.argv[2])

def stop():
    print("here", flush=True)
    time.sleep(600)

def before(owner, name):
    real = getattr(owner, name)
    def wrapped(*args, **kwargs):
        stop()
    async def waited(*args, **kwargs):
        stop()
    setattr(owner, name, waited if asyncio.iscoroutinefunction(real) else wrapped)

def half_linked(owner, name):
    real = getattr(owner, name)
    async def wrapped(self, added, packages, prefix, lines=()):
        await real(self, added, packages, prefix, lines)
        # what a link that was cut short leaves: files, but no record of some of the packages
        for record in prefix.glob("conda-meta/tiny*.json"):
            record.unlink()
        for record in prefix.glob("lib/python3*/site-packages/tiny*.dist-info/RECORD"):
            record.unlink()
        stop()
    setattr(owner, name, wrapped)

points = {
    "before the intent": lambda: before(Store, "intend"),
    "before linking": lambda: before(Session, "add"),
    "while linking": lambda: half_linked(Session, "add"),
    "before the check": lambda: before(Builder, "check"),
    "before publishing": lambda: before(Store, "publish"),
    "before the kernel": lambda: before(__import__("jupyter_envs.kernelspec").kernelspec, "publish"),
}
points[point]()

class Quiet:
    def progress(self, progress): pass
    def log(self, line): pass

async def main():
    manager = Manager(**options)
    await manager.change(ChangeRequest("lab", tuple(install), tuple(pip)), Quiet())

asyncio.run(main())
"""
POINTS = [
    "before the intent",
    "before linking",
    "while linking",
    "before the check",
    "before publishing",
    "before the kernel",
]


def interrupted_at(point: str, options: dict[str, Any], packages: list[str], wheels: list[str]) -> None:
    """Begin an addition in another process, and kill that with its worker at a point."""
    argv = [sys.executable, "-c", CHILD, str(PROJECT), json.dumps([options, packages, wheels, point])]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
        os.kill(child.pid, signal.SIGKILL)


def options_of(manager: Manager) -> dict[str, Any]:
    """What another process needs to make the same manager."""
    names = ("root_dir", "cache_dir", "default_channels", "pypi_index")
    return {name: getattr(manager, name) for name in names}


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_is_finished_or_leaves_no_trace(manager: Manager, home: Path, point: str) -> None:
    options = options_of(manager)

    async def work() -> None:
        made = await create(manager, NAME, "python")
        before = {package.name for package in (await manager.environment(NAME)).packages}
        interrupted_at(point, options, ["tinytext", "tinyconf"], ["tinydep"])
        # what was there works as before, whatever happened
        done = subprocess.run([made.prefix / "bin/python", "-c", "import ipykernel"], check=False)
        assert done.returncode == 0
        after = await install(manager, "tinyblob")
        found = {package.name for package in (await manager.environment(NAME)).packages}
        finished = point != "before the intent"
        assert after.prefix == made.prefix
        assert found - before == {"tinyblob"} | (
            {"tinytext", "tinyconf", "tinydep", "tinywheel"} if finished else set()
        )
        assert verify(after.prefix).damaged == ()
        history = (await manager.environment(NAME)).to_json()["history"]
        assert len(history) == (3 if finished else 2)
        records = {path.name for path in (home / "envs" / NAME / "records").iterdir()}
        kept = {item["id"] for item in history}
        assert kept <= records
        assert not json.loads((home / "envs" / NAME / "environment.json").read_text())["pending"]

    run(work())


def test_what_cannot_be_finished_is_undone(manager: Manager, home: Path) -> None:
    options = options_of(manager)

    async def work() -> None:
        made = await create(manager, NAME, "python")
        before = {package.name for package in (await manager.environment(NAME)).packages}
        interrupted_at("while linking", options, ["tinytext"], [])
        journal = home / "envs" / NAME / "environment.json"
        pending = json.loads(journal.read_text())["pending"]["id"]
        lock = home / "envs" / NAME / "records" / pending / "conda-lock.yml"
        text = lock.read_text()
        wheel = text[text.index("- name: tinytext") :]
        digest = wheel[wheel.index("sha256: ") + 8 :].splitlines()[0].strip("'\"")
        lock.write_text(text.replace(digest, "0" * 64))
        new = await manager.roll_back(NAME, Recorder(), generation=made.environment.current if made.environment else "")
        assert {package.name for package in (await manager.environment(NAME)).packages} == before
        assert new.prefix != made.prefix
        assert verify(new.prefix).damaged == ()
        assert not json.loads(journal.read_text())["pending"]
        assert not (home / "envs" / NAME / "records" / pending).exists()

    run(work())


def test_the_plan_says_what_kernels_that_run_do_not_get(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, "cached", "tinyactivate")
        await create(manager, NAME, "python")
        plan = await manager.plan_change(ChangeRequest(NAME, ("tinyactivate", "tinytext")), Recorder())
        assert plan.additive
        assert [note for note in plan.notes if "activation of tinyactivate sets" in note]
        plan = await manager.plan_change(ChangeRequest(NAME, ("tinytext",)), Recorder())
        assert not [note for note in plan.notes if "activation of" in note]

    run(work())


def test_restoring_a_pin_first_finishes_what_was_interrupted(manager: Manager, home: Path, tmp_path: Path) -> None:
    options = options_of(manager)
    documents, _ = write_notebook(tmp_path / "work")

    async def work() -> None:
        await create(manager, NAME, "python")
        before = {package.name for package in (await manager.environment(NAME)).packages}
        await manager.pin("analysis.ipynb", NAME, documents)
        interrupted_at("while linking", options, ["tinytext"], [])
        request = CreateRequest(pin="analysis.ipynb")
        new = await manager.create(request, documents, Recorder())
        assert {package.name for package in (await manager.environment(NAME)).packages} == before
        assert verify(new.prefix).damaged == ()
        journal = json.loads((home / "envs" / NAME / "environment.json").read_text())
        assert not journal["pending"]
        assert [entry["reason"].split()[0] for entry in journal["generations"]] == ["created", "added", "restored"]

    run(work())


def test_a_failure_half_way_gives_the_packages_of_before(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        made = await create(manager, NAME, "python")
        before = {package.name for package in (await manager.environment(NAME)).packages}

        async def fail(*_: object, **__: object) -> None:
            raise PackageRefused("The disk lies.")

        with monkeypatch.context() as patch, pytest.raises(PackageRefused):
            patch.setattr("jupyter_envs.engine.session.Session.capture", fail_once(fail, patch))
            await install(manager, "tinytext")
        assert {package.name for package in (await manager.environment(NAME)).packages} == before
        after = (await manager.environment(NAME)).summary
        assert after.prefix != made.prefix, "files of the new package are in the old one, which a kernel may still run"
        assert after.environment is not None
        assert "failed" in after.environment.generation.reason

    run(work())


def fail_once(fail: Any, patch: pytest.MonkeyPatch) -> Any:
    """The first call fails; then the real thing is back."""

    async def call(*args: object, **options: object) -> None:
        patch.undo()
        await fail(*args, **options)

    return call
