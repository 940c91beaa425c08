"""Environments of PyPI packages alone: a virtual environment of a Python that is here, like any other to its user."""

from __future__ import annotations

import asyncio
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uv

from jupyter_envs import lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import bytecode
from jupyter_envs.errors import (
    Conflict,
    InvalidFile,
    InvalidInput,
    NotFound,
    PackageRefused,
)
from jupyter_envs.execution import execute
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager, Summary
from jupyter_envs.models import Plan

from .support.made_channel import everywhere, write_channel
from .support.managing import Recorder, make_manager, notebook, output_text, tree
from .support.pypi_index import PypiIndex
from .support.wheels import make_wheel

NO_CHANNEL = "http://127.0.0.1:9/channel"
HERE = platform.python_version()
MINOR = ".".join(platform.python_version_tuple()[:2])
OTHER = "==3.77.*"  # no machine has it


class World:
    """An index, and managers that have no channel: nothing of conda can be reached."""

    def __init__(self, home: Path, index: PypiIndex, cache: Path) -> None:
        self.home = home
        self.index = index
        self.cache = cache

    def manager(self, channel: str = NO_CHANNEL, **options: Any) -> Manager:
        index = options.pop("pypi_index", self.index.simple_url)
        return make_manager(self.home, channel, self.cache, pypi_index=index, **options)

    def plan(self, *lines: str, **options: Any) -> Plan:
        manager = self.manager(**options)
        return asyncio.run(manager.plan(request(*lines), DiskDocuments(self.home), Recorder()))

    def create(self, *lines: str, name: str = "pure", **options: Any) -> Summary:
        manager = self.manager(**options)
        return asyncio.run(manager.create(request(*lines, name=name), DiskDocuments(self.home), Recorder()))

    def change(self, **wish: Any) -> Summary:
        return asyncio.run(self.manager().change(ChangeRequest("pure", **wish), Recorder()))

    def names(self, name: str = "pure") -> set[str]:
        return {package.name for package in asyncio.run(self.manager().environment(name)).packages}

    def nothing_is_left(self) -> bool:
        return [name for name in tree(self.home / "envs") if not name.startswith(".")] == []


def request(*lines: str, name: str = "pure") -> CreateRequest:
    return CreateRequest(name=name, file="".join(f"{line}\n" for line in lines), filename="requirements.txt")


@pytest.fixture
def world(home: Path, kernel_index: PypiIndex, package_cache: Path) -> World:
    return World(home, kernel_index, package_cache)


@pytest.fixture
def own_world(home: Path, tmp_path: Path) -> Iterator[World]:
    """With an index that the test may change, and a cache of its own."""
    with PypiIndex() as index:
        yield World(home, index, tmp_path / "cache")


def run_in(summary: Summary, code: str) -> str:
    """What a program prints in an environment."""
    argv = [str(summary.prefix / "bin" / "python"), "-I", "-c", code]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def test_a_requirements_file_becomes_a_kernel(world: World) -> None:
    plan = world.plan("tinydep")
    assert plan.python == f"Python {HERE} ({Path(base_python()).resolve()})"
    assert [note for note in plan.notes if "ipykernel was added" in note]
    assert plan.channels == ()
    assert {package.manager for package in plan.added} == {"pip"}

    summary = world.create("tinydep")
    shown = summary.to_json()
    assert (shown["engine"], shown["python"], shown["kernels"]) == ("pypi", HERE, ["pure"])
    assert not (summary.prefix / "conda-meta").exists()
    assert not (world.home / ".conda" / "environments.txt").exists()

    path = world.home / "work.ipynb"
    path.write_text(notebook("import sys, tinydep, tinywheel; print(sys.prefix, tinywheel.version)"))
    asyncio.run(execute(path, summary.kernels[0], Recorder()))
    assert output_text(path).split() == [str(summary.prefix), "1.1"]


def base_python() -> str:
    """The Python that runs the tests, not the virtual environment around it."""
    return str(getattr(sys, "_base_executable", sys.executable))


def test_what_is_recorded_says_it_all_again(world: World) -> None:
    summary = world.create("tinydep", "# python: >=3.9")
    manager = world.manager()
    text = asyncio.run(manager.export("pure", "conda-lock")).text
    lock = lockfile.parse(text)
    assert lock.python == {manager.platform: HERE}
    assert lock.digest(manager.platform) == summary.environment.generation.digest  # type: ignore[union-attr]
    detail = asyncio.run(manager.environment("pure"))
    assert (detail.spec.python, detail.spec.pip) == (">=3.9", ("tinydep",))

    asyncio.run(manager.create(CreateRequest(name="again", lock=text), DiskDocuments(world.home), Recorder()))
    assert asyncio.run(manager.environment("again")).digest == detail.digest
    assert asyncio.run(manager.environment("again")).to_json()["engine"] == "pypi"


def test_packages_come_and_go_and_a_running_kernel_gets_them(world: World) -> None:
    before = world.create("tinywheel==1.0")
    more = world.change(install=("tinytext",))
    assert more.prefix == before.prefix
    assert run_in(more, "import tinytext; print(tinytext.version)") == "2.0"
    newer = world.change(update=("tinywheel",), pip=("tinywheel>=1.1",))
    assert newer.prefix != before.prefix
    assert run_in(newer, "import tinywheel; print(tinywheel.version)") == "1.1"
    fewer = world.change(remove=("tinytext",))
    assert "tinytext" not in world.names()
    assert "ipykernel" in world.names()
    back = asyncio.run(world.manager().roll_back("pure", Recorder()))
    assert "tinytext" in world.names()
    assert fewer.prefix != back.prefix
    with pytest.raises(Conflict, match="nobody asked for it by name"):
        world.change(remove=("traitlets",))


def test_drift_is_seen_verified_and_adopted(world: World) -> None:
    summary = world.create("tinywheel")
    manager = world.manager()
    assert asyncio.run(manager.verify("pure", Recorder())).damaged == ()
    module = next(summary.prefix.glob("lib/python3*/site-packages/tinywheel.py"))
    module.unlink()
    module.write_text("version = 'edited'\n")
    (damage,) = asyncio.run(manager.verify("pure", Recorder())).damaged
    assert damage.name == "tinywheel"

    argv = [uv.find_uv_bin(), "pip", "install", "--python", str(summary.prefix), "-i", world.index.simple_url]
    subprocess.run([*argv, "tinytext"], check=True)
    plan = asyncio.run(manager.plan_adoption("pure", Recorder()))
    assert [package.name for package in plan.added] == ["tinytext"]
    asyncio.run(manager.adopt_changes("pure", Recorder(), confirmed=plan.hash))
    detail = asyncio.run(world.manager().environment("pure"))
    assert detail.spec.pip == ("tinywheel", "tinytext==2.0")
    assert lockfile.parse(asyncio.run(manager.export("pure", "conda-lock")).text).python == {manager.platform: HERE}


def test_a_clone_a_new_name_and_the_end(world: World) -> None:
    world.create("tinywheel")
    manager = world.manager()
    asyncio.run(manager.create(CreateRequest(name="copy", clone="pure"), DiskDocuments(world.home), Recorder()))
    assert world.names("copy") == world.names()
    summary = asyncio.run(manager.rename("copy", "other", Recorder()))
    assert run_in(summary, "import tinywheel, sys; print(sys.prefix)") == str(summary.prefix)
    asyncio.run(manager.remove("pure", Recorder()))
    asyncio.run(manager.remove("other", Recorder()))
    assert world.nothing_is_left()


def test_the_python_of_the_machine_that_is_wished_for(world: World) -> None:
    assert world.plan("tinywheel", f"# python: =={MINOR}.*").python.startswith(f"Python {MINOR}.")
    with pytest.raises(NotFound) as caught:
        world.plan("tinywheel", f"# python: {OTHER}")
    assert caught.value.message == f"There is no Python {OTHER} on this machine."
    assert [hint for hint in caught.value.hints if HERE in hint]
    assert [hint for hint in caught.value.hints if "Conda's Python cannot be had either" in hint]
    with pytest.raises(InvalidFile, match="'newest' as Python"):
        world.plan("tinywheel", "# python: newest")


def test_conda_brings_the_python_that_is_not_here(world: World, tmp_path: Path) -> None:
    made = [*everywhere("python", "3.77.1"), *everywhere("ipykernel", "9.0", ["python"])]
    plan = world.plan("tinywheel", f"# python: {OTHER}", channel=write_channel(tmp_path / "channel", made))
    by_manager = {(package.manager, package.name): package.version for package in plan.added}
    assert by_manager == {("conda", "python"): "3.77.1", ("conda", "ipykernel"): "9.0", ("pip", "tinywheel"): "1.1"}
    assert plan.python == ""
    assert f"There is no Python {OTHER} on this machine. Conda's is taken" in plan.notes[0]


def test_requirements_with_their_own_files_markers_hashes_and_extras(world: World) -> None:
    folder = world.home / "project"
    folder.mkdir()
    wheel = next(one for one in world.index.files if one.file_name.startswith("tinywheel-1.0"))
    text = [
        "# what it needs",
        "-r more.txt",
        "-c limits.txt",
        f"tinywheel==1.0 \\\n    --hash=sha256:{wheel.sha256}",
        "tinylost ; python_version < '3'",
    ]
    (folder / "more.txt").write_text("tinydep[extra]  # and its extra\n")
    (folder / "limits.txt").write_text("tinytext<2\n")
    asked = CreateRequest(name="pure", file="\n".join(text), filename="requirements.txt")
    plan = asyncio.run(world.manager().plan(asked, DiskDocuments(folder), Recorder()))
    versions = {package.name: package.version for package in plan.added}
    assert (versions["tinywheel"], versions["tinydep"]) == ("1.0", "1.0")
    assert plan.pip[0] == "tinydep[extra]"
    with pytest.raises(PackageRefused, match="has the hash"):
        world.plan(f"tinywheel==1.0 --hash=sha256:{'0' * 64}")


def test_a_file_of_comments_asks_for_nothing(world: World) -> None:
    with pytest.raises(InvalidFile, match="no requirement in it"):
        world.plan("# nothing")


def test_an_index_that_serves_another_file_after_the_plan_is_refused(own_world: World, kernel_index: PypiIndex) -> None:
    own_world.index.files = list(kernel_index.files)
    manager = own_world.manager()
    asked = request("tinywheel==1.0")

    async def run() -> None:
        plan = await manager.plan(asked, DiskDocuments(own_world.home), Recorder())
        evil = make_wheel("tinywheel", "1.0", modules={"tinywheel.py": "evil = True\n"})
        own_world.index.files = [evil, *(one for one in own_world.index.files if one.file_name != evil.file_name)]
        with pytest.raises(PackageRefused):
            await manager.create(asked, DiskDocuments(own_world.home), Recorder(), confirmed=plan.hash)

    asyncio.run(run())
    assert own_world.nothing_is_left()


def test_a_full_list_without_dependencies_still_gets_a_kernel(world: World) -> None:
    plan = world.plan("--no-deps", "tinydep")
    names = {package.name for package in plan.added}
    assert {"tinydep", "ipykernel", "traitlets"} <= names
    assert "tinywheel" not in names


def test_variables_of_an_environment_file_reach_the_kernel(world: World) -> None:
    file = "name: pure\ndependencies:\n  - pip:\n      - tinywheel\nvariables:\n  PRICE: 5$\n"
    asyncio.run(world.manager().create(CreateRequest(file=file), DiskDocuments(world.home), Recorder()))
    spec = json.loads((world.home / ".local/share/jupyter/kernels/pure/kernel.json").read_text())
    assert spec["env"]["PRICE"] == "5$$"
    assert "CONDA_PREFIX" not in spec["env"]


def test_compiled_modules_are_shared_between_environments(world: World) -> None:
    first = world.create("tinywheel", name="first")
    packages = asyncio.run(world.manager().environment("first")).packages
    tiny = [package for package in packages if package.name == "tinywheel"]
    assert bytecode.compile_missing(tiny, first.prefix, world.cache) == 1
    second = world.create("tinywheel", name="second")
    (compiled,) = second.prefix.glob("lib/python3*/site-packages/__pycache__/tinywheel.*.pyc")
    assert compiled.stat().st_nlink > 1


def test_names_alone_are_pypi_s_where_that_is_said_or_configured(world: World) -> None:
    asked = CreateRequest(name="pure", packages=("tinywheel==1.0",), engine="pypi")
    plan = asyncio.run(world.manager().plan(asked, DiskDocuments(world.home), Recorder()))
    assert plan.pip == ("tinywheel==1.0", "ipykernel")
    assert plan.python
    usual = CreateRequest(name="pure", packages=("tinywheel==1.0",))
    manager = world.manager(default_engine="pypi")
    assert asyncio.run(manager.plan(usual, DiskDocuments(world.home), Recorder())).hash == plan.hash
    assert manager.engine_for(["https://example.org/channel"]) == "conda"
    with pytest.raises(InvalidInput, match="come from no channel"):
        asyncio.run(manager.plan(replace(asked, channels=("x",)), DiskDocuments(world.home), Recorder()))
