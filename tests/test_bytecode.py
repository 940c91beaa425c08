"""Compiled modules that environments share: accepted by Python, never stale, never another's, never in the way."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_envs.engine import background, bytecode
from jupyter_envs.engine.client import Engine
from jupyter_envs.engine.session import PipRules
from jupyter_envs.machine import current_platform
from jupyter_envs.models import Package

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager
from .support.processes import wait_until
from .support.pypi_index import PypiIndex

pytestmark = pytest.mark.usefixtures("home")


@dataclass
class Bench:
    """A cache, and prefixes of one set of packages."""

    folder: Path
    packages: tuple[Package, ...]

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def install(self, name: str) -> Path:
        async def run() -> None:
            async with Engine(self.cache).session(Recorder()) as session:
                await session.install(self.packages, self.folder / name)

        asyncio.run(run())
        return self.folder / name

    def compile(self, prefix: Path) -> int:
        return bytecode.compile_missing(self.packages, prefix, self.cache)


@pytest.fixture
def bench(tmp_path: Path, channel: LocalChannel) -> Bench:
    async def solve() -> tuple[Package, ...]:
        async with Engine(tmp_path / "cache").session(Recorder()) as session:
            return (await session.solve([channel.file_url], ["python", "tinytext=2.0"], current_platform())).packages

    return Bench(tmp_path, asyncio.run(solve()))


def compiled(prefix: Path) -> set[str]:
    return {path.relative_to(prefix).as_posix() for path in prefix.rglob("*.pyc")}


def module(prefix: Path) -> Path:
    (found,) = prefix.glob("lib/python3*/site-packages/tinytext.py")
    return found


def pyc(prefix: Path) -> Path:
    (found,) = prefix.glob("lib/python3*/site-packages/__pycache__/tinytext.*.pyc")
    return found


def python(prefix: Path, program: str, *options: str) -> str:
    argv = [str(prefix / "bin/python"), "-I", *options, "-c", program]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def recompiled(prefix: Path, program: str) -> list[str]:
    """The modules whose compiled form Python did not accept while it ran the program."""
    said = python(prefix, program, "-v")
    return [line for line in said.splitlines() if "code object from" in line and line.endswith(".py'")]


def test_the_second_environment_has_everything_compiled(bench: Bench) -> None:
    first = bench.install("one")
    assert compiled(first) == set()
    assert bench.compile(first) > 0
    assert bench.compile(first) == 0, "nothing is compiled twice"
    second = bench.install("two")
    assert len(compiled(second)) > 500
    assert recompiled(second, "import tinytext, json, email.parser, asyncio") == []
    assert pyc(second).stat().st_nlink == 2
    third = bench.install("three")
    assert pyc(third).samefile(pyc(second))


def test_tracebacks_name_the_environments_own_files(bench: Bench) -> None:
    bench.compile(bench.install("one"))
    second = bench.install("two")
    shutil.rmtree(bench.folder / "one")
    said = python(second, "import json; json.loads('{')")
    assert f'File "{second}/lib/python3' in said
    assert "self.scan_once(" in said, "the line of source is shown, too"
    program = "import tinytext, json; print(tinytext.__file__, json.loads.__code__.co_filename)"
    assert python(second, program).split() == [str(module(second)), str(Path(json_of(second)))]


def json_of(prefix: Path) -> str:
    (found,) = prefix.glob("lib/python3*/json/__init__.py")
    return str(found)


def test_an_edited_source_runs_as_it_is(bench: Bench) -> None:
    bench.compile(bench.install("one"))
    second = bench.install("two")
    with module(second).open("a") as file:
        file.write("edited = True\n")
    assert python(second, "import tinytext; print(tinytext.edited)").strip() == "True"


def test_an_edit_of_a_source_is_not_shared(bench: Bench) -> None:
    """Edited before anything is compiled: the edit must not become the compiled form of the package."""
    first = bench.install("one")
    with module(first).open("a") as file:
        file.write("edited = True\n")
    bench.compile(first)
    second = bench.install("two")
    assert python(second, "import tinytext; print(hasattr(tinytext, 'edited'))").strip() == "False"


def test_an_edit_of_a_compiled_file_is_not_shared(bench: Bench) -> None:
    bench.compile(bench.install("one"))
    second = bench.install("two")
    with pyc(second).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\0")
    third = bench.install("three")
    assert not list(third.glob("lib/python3*/site-packages/__pycache__/tinytext.*"))
    assert bench.compile(third) == 1, "the damaged entry is made again"
    assert python(bench.install("four"), "import tinytext; print(tinytext.__version__)").strip() == "2.0"


def test_what_depends_on_the_prefix_is_left_to_python(bench: Bench) -> None:
    first = bench.install("one")
    bench.compile(first)
    for path in bench.install("two").rglob("*.py"):
        assert (
            path.stat().st_nlink > 1
            or not (path.parent / "__pycache__").is_dir()
            or not list((path.parent / "__pycache__").glob(f"{path.stem}.cpython*"))
        ), path


def test_wheels_are_compiled_too(bench: Bench, pypi_index: PypiIndex) -> None:
    async def wheels() -> Sequence[Package]:
        async with Engine(bench.cache, pip=PipRules(pypi_index.simple_url)).session(Recorder()) as session:
            return (await session.resolve_pip(["tinywheel"], bench.packages, current_platform())).packages

    bench.packages = (*bench.packages, *asyncio.run(wheels()))
    bench.compile(bench.install("one"))
    second = bench.install("two")
    assert list(second.glob("lib/python3*/site-packages/__pycache__/tinywheel*.pyc")) or list(
        second.glob("lib/python3*/site-packages/tinywheel/__pycache__/*.pyc")
    )
    assert recompiled(second, "import tinywheel") == []


def test_another_build_of_python_has_its_own(bench: Bench) -> None:
    bench.compile(bench.install("one"))
    other = tuple(
        Package(**{**vars(package), "sha256": "0" * 64}) if package.name == "python" else package
        for package in bench.packages
    )
    assert bytecode.link(other, bench.install("two"), bench.cache) == 0


def test_a_dead_interpreter_is_no_error(bench: Bench) -> None:
    first = bench.install("one")
    (first / "bin/python").unlink()
    (first / "bin/python").symlink_to("/bin/false")
    assert bench.compile(first) == 0
    assert compiled(bench.install("two")) == set()


def test_a_killed_compilation_leaves_whole_entries_and_the_next_goes_on(bench: Bench) -> None:
    first = bench.install("one")
    background.ask_compile(bench.cache, first, bench.packages)
    argv = [sys.executable, "-c", background.START, json.dumps(sys.path), str(bench.cache)]
    with subprocess.Popen(argv) as process:
        try:
            wait_until(lambda: any((bench.cache / "bytecode").glob("*/*")), "the first compiled file", 600.0)
        finally:
            process.kill()
    whole = [entry for entry in (bench.cache / "bytecode").glob("*/[!.]*") if entry.is_dir()]
    assert all((entry / bytecode.INDEX).is_file() for entry in whole)
    background.run(bench.cache)
    assert list(background.requests_dir(bench.cache).glob("*.json")) == []
    assert len(compiled(first)) > 500


def test_a_manager_compiles_in_the_background_unless_told_not_to(
    home: Path, channel: LocalChannel, tmp_path: Path
) -> None:
    async def run(name: str, *, compile_bytecode: bool) -> bool:
        manager = make_manager(home, channel.file_url, tmp_path / name, compile_bytecode=compile_bytecode)
        manager.work_in_background()
        try:
            summary = await create(manager, name, "tinytext=2.0", "python")
            # at the lowest priority, so on a busy machine nobody knows how long it takes
            await asyncio.to_thread(manager._engine.wait_for_background)
            assert bool(compiled(summary.prefix)) is compile_bytecode
        finally:
            await manager.close()
        # sizes are measured in the background in any case
        left = background.requests_dir(tmp_path / name).glob("*.json")
        asked = any("packages" in json.loads(request.read_bytes()) for request in left)
        return asked or (tmp_path / name / "bytecode").exists()

    assert asyncio.run(run("on", compile_bytecode=True))
    assert not asyncio.run(run("off", compile_bytecode=False))


def test_verifying_does_not_mind_compiled_modules(home: Path, channel: LocalChannel, tmp_path: Path) -> None:
    manager = make_manager(home, channel.file_url, tmp_path / "cache")

    async def run() -> None:
        first = await create(manager, "one", "tinytext=2.0", "python")
        packages = (await manager.environment("one")).packages
        await asyncio.to_thread(bytecode.compile_missing, packages, first.prefix, tmp_path / "cache")
        second = await create(manager, "two", "tinytext=2.0", "python")
        assert compiled(second.prefix)
        assert (await manager.verify("two", Recorder())).damaged == ()
        modules = sum((second.prefix / path).stat().st_size for path in compiled(second.prefix))
        before, found = first.to_json()["size"], second.to_json()["size"]
        assert found["shared"] == before["shared"] + modules, "they count as shared"

    asyncio.run(run())
