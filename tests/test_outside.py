"""Whatever lies in the store's folder, nothing outside of it is ever deleted or written: one layout each."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_envs import kernelspec
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import Generation, Lock, Package, Spec
from jupyter_envs.store import Store

from .support.counts import tell
from .support.managing import Recorder
from .support.others import fingerprint

PACKAGE = Package("zlib", "1.3", platform="linux-64", build="0", url="https://example.org/z.conda", sha256="0" * 64)


@dataclass(frozen=True)
class World:
    """A store with one environment ``sci``, and beside it what must stay: it looks like a store, too."""

    root: Path
    outside: Path
    manager: Manager
    monkeypatch: pytest.MonkeyPatch

    @property
    def sci(self) -> Path:
        return self.root / "sci"

    @property
    def prefix(self) -> Path:
        return next((self.sci / "g").iterdir())

    async def remove(self, name: str = "sci") -> None:
        await self.manager.remove(name, Recorder(), force=True)

    async def make(self, name: str) -> None:
        request = CreateRequest(name=name, packages=("zlib",), channels=("file:///nowhere",))
        await self.manager.create(request, DiskDocuments(self.outside.parent), Recorder())


def make_store(root: Path) -> None:
    store = Store(root)
    with store.writing("sci"):
        draft = store.draft("sci")
        (draft.prefix / "conda-meta").mkdir(parents=True)
        (draft.prefix / "lib").mkdir()
        (draft.prefix / "lib" / "file").write_text("content")
        store.record(draft, Spec("sci", conda=("zlib",)), Lock((PACKAGE,), platforms=("linux-64",)))
        store.publish(draft, Generation(draft.id, "2026-01-01T00:00:00+00:00", "created", "0" * 64, 1))


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    root, outside = home / "envs", home / "envs-secret"
    make_store(root)
    make_store(outside)
    (outside / ".trash" / "sci").mkdir(parents=True)
    (outside / "precious").write_text("precious")
    conda = home / "miniconda3"
    (conda / "conda-meta").mkdir(parents=True)
    (conda / "envs" / "theirs" / "conda-meta").mkdir(parents=True)
    manager = Manager(root_dir=str(root), cache_dir=str(home / "cache"), conda_roots=[str(conda)])
    return World(root, outside, manager, monkeypatch)


Act = Callable[[World], Coroutine[object, object, None]]
LAYOUTS: dict[str, Act] = {}


def layout(act: Act) -> Act:
    LAYOUTS[act.__name__.replace("_", " ")] = act
    return act


def replace_by_link(path: Path, target: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


@layout
async def the_environment_is_a_link(world: World) -> None:
    replace_by_link(world.sci, world.outside / "sci")
    await world.remove()


@layout
async def the_environment_is_a_link_and_one_is_made_there(world: World) -> None:
    replace_by_link(world.sci, world.outside / "sci")
    await world.make("sci")


@layout
async def the_environment_is_a_link_that_leads_nowhere_yet(world: World) -> None:
    replace_by_link(world.root / "new", world.outside / "new")
    await world.make("new")


@layout
async def a_prefix_holds_a_link_to_the_home(world: World) -> None:
    (world.prefix / "home").symlink_to(world.outside)
    await world.remove()


@layout
async def a_prefix_holds_a_link_to_a_file(world: World) -> None:
    (world.prefix / "link").symlink_to(world.outside / "precious")
    await world.remove()


@layout
async def a_prefix_holds_a_relative_link_upwards(world: World) -> None:
    (world.prefix / "up").symlink_to("../../../../envs-secret")
    await world.remove()


@layout
async def a_prefix_holds_a_hard_link(world: World) -> None:
    os.link(world.outside / "precious", world.prefix / "hard")
    await world.remove()


@layout
async def a_prefix_is_a_link(world: World) -> None:
    replace_by_link(world.prefix, world.outside / "sci" / "g")
    await world.remove()


@layout
async def the_folder_of_prefixes_is_a_link(world: World) -> None:
    replace_by_link(world.sci / "g", world.outside / "sci" / "g")
    await world.remove()


@layout
async def the_folder_of_prefixes_is_a_link_and_a_generation_is_made(world: World) -> None:
    replace_by_link(world.sci / "g", world.outside / "sci" / "g")
    Store(world.root).draft("sci")


@layout
async def the_folder_of_records_is_a_link(world: World) -> None:
    replace_by_link(world.sci / "records", world.outside / "sci" / "records")
    await world.remove()


@layout
async def the_folder_of_records_is_a_link_and_a_generation_is_made(world: World) -> None:
    replace_by_link(world.sci / "records", world.outside / "sci" / "records")
    Store(world.root).draft("sci")


@layout
async def the_record_is_a_link_and_a_note_is_written(world: World) -> None:
    replace_by_link(world.sci / "environment.json", world.outside / "sci" / "environment.json")
    await world.manager.describe("sci", "a note", [])


@layout
async def the_record_names_another_environment(world: World) -> None:
    record = json.loads((world.sci / "environment.json").read_text())
    (world.sci / "environment.json").write_text(json.dumps({**record, "name": "../envs-secret/sci"}))
    await world.manager.describe("sci", "a note", [])


@layout
async def the_record_names_a_generation_elsewhere(world: World) -> None:
    text = (world.sci / "environment.json").read_text()
    (world.sci / "environment.json").write_text(text.replace(world.prefix.name, "../../../envs-secret/sci/g"))
    await world.remove()


@layout
async def the_current_link_leads_elsewhere(world: World) -> None:
    replace_by_link(world.sci / "current", world.outside)
    await world.manager.describe("sci", "a note", [])
    await world.remove()


@layout
async def the_trash_is_a_link(world: World) -> None:
    (world.root / ".trash").symlink_to(world.outside / ".trash")
    await world.remove()


@layout
async def the_root_is_a_link(world: World) -> None:
    world.root.rename(world.root.with_name("real"))
    world.root.symlink_to("real")
    await world.remove()


@layout
async def the_root_is_swapped_during_a_removal(world: World) -> None:
    rename, real = os.rename, world.root.with_name("real")

    def swapped(source: str | Path, target: str | Path, **folders: int) -> None:
        if "src_dir_fd" in folders:
            rename(world.root, real)
            world.root.symlink_to(world.outside)
        rename(source, target, **folders)

    world.monkeypatch.setattr(os, "rename", swapped)
    await world.remove()
    assert not (real / "sci").exists()


@layout
async def the_environment_is_swapped_during_a_removal(world: World) -> None:
    rename = os.rename

    def swapped(source: str | Path, target: str | Path, **folders: int) -> None:
        if "src_dir_fd" in folders:
            replace_by_link(world.sci, world.outside / "sci")
        rename(source, target, **folders)

    world.monkeypatch.setattr(os, "rename", swapped)
    await world.remove()
    assert not world.sci.is_symlink()


@layout
async def a_folder_is_swapped_while_it_is_removed(world: World) -> None:
    rmdir = os.rmdir
    done: list[str] = []

    def swapped(path: str, **folders: int) -> None:
        if not done:
            done.append(path)
            aside = next((world.root / ".trash").iterdir())
            replace_by_link(aside / "g", world.outside / "sci" / "g")
        rmdir(path, **folders)

    world.monkeypatch.setattr(os, "rmdir", swapped)
    await world.remove()


@layout
async def the_name_leads_upwards(world: World) -> None:
    await world.remove("..")


@layout
async def the_name_is_a_sibling_of_the_store(world: World) -> None:
    await world.remove("../envs-secret")


@layout
async def the_name_is_an_environment_of_a_sibling(world: World) -> None:
    await world.remove("../envs-secret/sci")


@layout
async def the_name_comes_back_after_leading_away(world: World) -> None:
    await world.remove("sci/../../envs-secret/sci")


@layout
async def the_name_is_absolute(world: World) -> None:
    await world.remove(str(world.outside / "sci"))


@layout
async def the_name_is_the_folder_itself(world: World) -> None:
    await world.remove(".")


@layout
async def the_name_is_empty(world: World) -> None:
    await world.remove("")


@layout
async def the_name_has_a_nul(world: World) -> None:
    await world.remove("sci\0/../../envs-secret")


@layout
async def the_name_differs_by_case(world: World) -> None:
    replace_by_link(world.root / "SCI", world.outside / "sci")
    await world.remove("SCI")


@layout
async def the_name_is_the_start_of_another(world: World) -> None:
    replace_by_link(world.root / "sci-data", world.outside)
    await world.remove()
    assert (world.root / "sci-data").is_symlink()


@layout
async def a_foreign_base(world: World) -> None:
    await world.remove("base")


@layout
async def a_foreign_environment(world: World) -> None:
    await world.remove("theirs")


@layout
async def the_servers_own_prefix(world: World) -> None:
    own = await world.manager.others.at(Path(sys.prefix))
    await world.remove(own.name)


@layout
async def a_clone_leads_upwards(world: World) -> None:
    request = CreateRequest(name="../envs-secret/new", clone="theirs")
    await world.manager.create(request, DiskDocuments(world.root), Recorder())


@layout
async def a_rename_leads_upwards(world: World) -> None:
    await world.manager.rename("sci", "../envs-secret/new", Recorder())


@layout
async def a_rename_leads_through_a_link(world: World) -> None:
    replace_by_link(world.root / "new", world.outside / "sci")
    await world.manager.rename("sci", "new", Recorder())


def kernel_link(world: World, name: str, **mark: object) -> Path:
    """A kernel's folder that is a link to a kernelspec outside, which looks like one of ours."""
    folder = world.outside / "kernel"
    folder.mkdir()
    spec = {"argv": ["x"], "display_name": "x", "language": "x", "metadata": {"jupyter_envs": mark}}
    (folder / "kernel.json").write_text(json.dumps(spec))
    link = kernelspec.kernels_dir() / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(folder)
    return link


@layout
async def the_kernel_is_a_link(world: World) -> None:
    link = kernel_link(world, "sci", environment="sci")
    before = fingerprint(world.outside / "kernel")
    await world.remove()
    assert fingerprint(world.outside / "kernel") == before
    assert not link.is_symlink()
    shutil.rmtree(world.outside / "kernel")


@layout
async def the_kernel_of_an_adopted_environment_is_a_link(world: World) -> None:
    kernel_link(world, "theirs", environment="theirs", foreign=True, prefix="/somewhere")
    before = fingerprint(world.outside / "kernel")
    await world.manager.release("theirs")
    assert fingerprint(world.outside / "kernel") == before
    shutil.rmtree(world.outside / "kernel")


@pytest.mark.parametrize("name", LAYOUTS)
def test_nothing_outside_is_touched(world: World, name: str) -> None:
    foreign = world.root.parent / "miniconda3"
    before, theirs = fingerprint(world.outside), fingerprint(foreign)
    try:
        asyncio.run(LAYOUTS[name](world))
    except EnvsError:
        pass  # refused is as good as done
    finally:
        world.monkeypatch.undo()
    assert fingerprint(world.outside) == before
    assert fingerprint(foreign) == theirs


def test_there_are_enough_layouts() -> None:
    tell("T11", "layouts, nothing outside of the store was touched", len(LAYOUTS), 30)
    assert len(LAYOUTS) >= 30
    assert shutil.rmtree.avoids_symlink_attacks
