"""Pythons that uv downloads: only where that is switched on, from where they may come, and as long as one is needed."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_envs import pythons
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import (
    Forbidden,
    NotFound,
    PlanChanged,
    Unreachable,
)
from jupyter_envs.execution import execute
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager
from jupyter_envs.manager.garbage import Collection

from .support.http_server import Fault
from .support.made_channel import everywhere, write_channel
from .support.managing import Recorder, notebook, output_text
from .support.no_python import HERE, MINOR, WISH, Machine
from .support.private import SECRET, USER, holding, with_user
from .support.pypi_index import PypiIndex
from .support.standalone import ARCHIVE, LIST, PythonServer, archive_of
from .support.wheels import make_wheel


def test_a_python_is_downloaded_and_a_kernel_runs_on_it(machine: Machine) -> None:
    plan = machine.plan()
    assert plan.python == f"Python {HERE}, downloaded by uv from {machine.server.url.removeprefix('http://')}"
    assert [
        note for note in plan.notes if machine.server.url + ARCHIVE in note and machine.server.entry()["sha256"] in note
    ]
    assert plan.download >= len(machine.server.archive)
    assert machine.pythons() == [], "a plan downloads nothing"
    assert machine.asked() == [f"GET {LIST}", f"HEAD {ARCHIVE}"]

    recorder = Recorder()
    summary = machine.create(reporter=recorder)
    shown = summary.to_json()
    assert (shown["engine"], shown["python"], shown["kernels"]) == ("pypi", HERE, ["pure"])
    fetching = [state for state in recorder.states if state.phase == "fetching" and state.package == "python"]
    assert fetching[-1].bytes_total == len(machine.server.archive)
    (key,) = machine.pythons()
    path = machine.home / "work.ipynb"
    path.write_text(notebook("import sys, tinywheel; print(sys.prefix, sys.base_prefix)"))
    asyncio.run(execute(path, summary.kernels[0], Recorder()))
    assert output_text(path).split() == [str(summary.prefix), str(machine.folder / key)]


def test_switched_off_nobody_is_asked(machine: Machine) -> None:
    with pytest.raises(NotFound) as caught:
        machine.create(python_downloads="")
    assert caught.value.message == f"There is no Python =={HERE} on this machine."
    assert [hint for hint in caught.value.hints if "Manager.python_downloads" in hint]
    assert machine.asked() == []
    assert not machine.folder.exists()
    assert Manager().python_downloads == ""


def test_a_second_environment_needs_no_server(machine: Machine) -> None:
    machine.create(name="first")
    machine.server.requests.clear()
    for name, source in (("on", machine.server.list_url), ("off", "")):
        summary = machine.create(name=name, python_downloads=source)
        assert summary.to_json()["python"] == HERE
    assert machine.asked() == []


def test_what_was_locked_elsewhere_gets_its_python(machine: Machine) -> None:
    machine.create(name="first")
    text = asyncio.run(machine.manager().export("first", "conda-lock")).text
    assert ARCHIVE not in text, "a lock says which version, not where it was from"
    asyncio.run(machine.manager().remove("first", Recorder()))
    machine.forget_pythons()
    manager = machine.manager()
    work = manager.create(CreateRequest(name="again", lock=text), DiskDocuments(machine.home), Recorder())
    assert asyncio.run(work).to_json()["python"] == HERE
    pylock = asyncio.run(machine.manager().export("again", "pylock")).text
    machine.forget_pythons()
    asked = CreateRequest(name="third", file=pylock, filename="pylock.toml")
    plan = asyncio.run(machine.manager().plan(asked, DiskDocuments(machine.home), Recorder()))
    assert "downloaded by uv" in plan.python


def test_the_plan_s_hash_covers_the_archive(machine: Machine) -> None:
    before = machine.plan()
    assert machine.plan().hash == before.hash
    machine.server.changes = {"sha256": "0" * 64}
    assert machine.plan().hash != before.hash
    machine.server.changes = {"url": f"{machine.server.url}/other.tar.gz"}
    assert machine.plan().hash != before.hash
    with pytest.raises(PlanChanged):
        machine.create(confirmed=before.hash)
    assert machine.pythons() == []


def test_it_comes_before_conda_s_and_conda_s_after_it(machine: Machine, tmp_path: Path) -> None:
    made = [*everywhere("python", HERE), *everywhere("python", "3.77.1"), *everywhere("ipykernel", "9.0", ["python"])]
    channel = write_channel(tmp_path / "channel", made)
    assert "downloaded by uv" in machine.plan(channel=channel).python
    plan = machine.plan("tinywheel", "# python: ==3.77.*", channel=channel)
    assert plan.python == ""
    assert "Conda's is taken" in plan.notes[0]


def test_allow_lists_hold_for_the_list_and_for_the_archive(machine: Machine) -> None:
    index, own = machine.index.simple_url, machine.server.url
    wheels = machine.index.url
    for allowed, address in [([index, wheels], LIST), ([index, wheels, f"{own}{LIST}"], ARCHIVE)]:
        with pytest.raises(Forbidden) as caught:
            machine.create(allowed_indexes=allowed)
        assert address in caught.value.message
        assert "Manager.allowed_indexes" in caught.value.hints[0]
        assert f"GET {ARCHIVE}" not in machine.asked()
    assert f"GET {LIST}" in machine.asked()
    assert machine.is_clean()
    machine.create(allowed_indexes=[index, wheels, own])


def test_a_list_on_this_disk_and_one_behind_a_password(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "cpython.tar.gz").write_bytes(machine.server.archive)
    entry = {**machine.server.entry(), "url": (tmp_path / "cpython.tar.gz").as_uri()}
    (tmp_path / "pythons.json").write_text(json.dumps({"one": entry}))
    source = (tmp_path / "pythons.json").as_uri()
    plan = machine.plan(python_downloads=source)
    assert plan.python == f"Python {HERE}, downloaded by uv from {tmp_path}"
    assert machine.create(name="disk", python_downloads=source).to_json()["python"] == HERE
    machine.forget_pythons()

    machine.server.private = True
    with pytest.raises(Unreachable, match="it answers 401"):
        machine.plan()
    secret = with_user(machine.server.list_url)
    machine.server.fault(ARCHIVE, Fault(status=404))
    with pytest.raises(Unreachable) as caught:
        machine.create(name="private", python_downloads=secret)
    assert SECRET not in json.dumps(caught.value.to_json())
    machine.server.well_behaved()
    recorder = Recorder()
    machine.create(name="private", reporter=recorder, python_downloads=secret)
    facts = asyncio.run(machine.manager(python_downloads=secret).diagnose()).facts
    assert (facts["python downloads"][:7], facts["downloaded pythons"]) == ("http://", HERE)
    assert SECRET not in json.dumps(dict(facts))
    assert not [line for line in recorder.lines if SECRET in line]
    assert holding([machine.home]) == []
    machine.forget_pythons()
    (machine.home / ".netrc").write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
    (machine.home / ".netrc").chmod(0o600)
    machine.create(name="netrc")


def test_nobody_needs_it_any_more(machine: Machine) -> None:
    machine.create(name="first")
    machine.create(name="second")
    (key,) = machine.pythons()
    manager = machine.manager(kept_generations=0)
    before = asyncio.run(manager.disk.measure())
    asyncio.run(manager.remove("first", Recorder()))
    assert "python" not in kinds(asyncio.run(manager.disk.collect(Recorder())))
    asyncio.run(manager.change(ChangeRequest("second", update=("tinywheel",), pip=("tinywheel==1.0",)), Recorder()))
    asyncio.run(manager.remove("second", Recorder()))
    preview = asyncio.run(manager.disk.collectable())
    assert [item.name for item in preview.items if item.kind == "python"] == [key]
    assert machine.pythons() == [key]
    done = asyncio.run(manager.disk.collect(Recorder()))
    assert sum(item.bytes or 0 for item in done.items if item.kind == "python") > len(machine.server.archive)
    assert before.cache - asyncio.run(manager.disk.measure()).cache > len(machine.server.archive)
    assert machine.is_clean()
    machine.create(name="third")


def test_an_earlier_generation_and_one_that_is_being_removed_need_it(machine: Machine) -> None:
    summary = machine.create()
    aside = machine.home / "envs" / ".trash" / "pure-0badcafe"
    aside.parent.mkdir(exist_ok=True)
    (machine.home / "envs" / "pure").rename(aside)
    assert pythons.unused(machine.home / "envs") == []
    aside.rename(machine.home / "envs" / "pure")
    assert summary.prefix.is_dir()
    shutil.rmtree(machine.home / "envs" / "pure")
    assert [path.name for path in pythons.unused(machine.home / "envs")] == machine.pythons()


def test_the_doctor_sees_that_it_is_gone_and_builds_again(machine: Machine) -> None:
    summary = machine.create()
    machine.forget_pythons()
    manager = machine.manager()
    found = {finding.code: finding for finding in asyncio.run(manager.diagnose()).findings}
    assert "dead-kernel" not in found
    assert str(machine.folder) in found["no-python"].message
    mended = asyncio.run(manager.repair(Recorder()))
    assert [(one.finding.code, one.trouble) for one in mended] == [("no-python", "")]
    again = asyncio.run(manager.environment("pure")).summary
    assert again.prefix != summary.prefix
    argv = [str(again.prefix / "bin/python"), "-I", "-c", "import tinywheel; print(tinywheel.version)"]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "1.1\n"
    machine.forget_pythons()
    (mended_not,) = asyncio.run(machine.manager(python_downloads="").repair(Recorder()))
    assert mended_not.trouble == f"There is no Python =={MINOR}.* on this machine."


def test_going_back_brings_it_again_and_says_so(machine: Machine) -> None:
    first = machine.create("tinywheel==1.0", WISH).prefix
    newer = ChangeRequest("pure", update=("tinywheel",), pip=("tinywheel>=1.1",))
    second = asyncio.run(machine.manager().change(newer, Recorder())).prefix
    shutil.rmtree(first)
    machine.forget_pythons()
    plan = asyncio.run(machine.manager().plan_roll_back("pure", Recorder()))
    assert "downloaded by uv" in plan.python
    summary = asyncio.run(machine.manager().roll_back("pure", Recorder(), confirmed=plan.hash))
    assert summary.to_json()["python"] == HERE
    assert summary.prefix not in (first, second)


def kinds(found: Collection) -> set[str]:
    return {item.kind for item in found.items}


def neighbours() -> list[Path]:
    """Pythons of other minor versions, installed beside the one that runs the tests."""
    found = sorted(Path(sys.base_prefix).parent.glob("*/bin/python3.*"))
    return [path for path in found if re.fullmatch(r"python3\.(9|1\d)", path.name) and not path.name.endswith(MINOR)]


def test_a_python_of_another_minor_version(no_python: Path, tmp_path: Path) -> None:
    if not neighbours():
        pytest.skip("this machine has one Python")
    program = neighbours()[-1]
    minor = program.name.removeprefix("python")
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    version = said.removeprefix("Python ").strip()
    with PypiIndex() as index, PythonServer(archive_of(program.parents[1], minor), version) as server:
        # the real one needs wheels for that Python
        index.files = [*index.files, make_wheel("ipykernel", "9.0", modules={"ipykernel_launcher.py": ""})]
        machine = Machine(no_python, index, tmp_path / "cache", server)
        lines = ("tinywheel", f"# python: =={minor}.*")
        assert machine.plan(*lines).python.startswith(f"Python {version}, downloaded")
        summary = machine.create(*lines)
    assert summary.to_json()["python"] == version
    argv = [
        str(summary.prefix / "bin/python"),
        "-I",
        "-c",
        "import platform, tinywheel; print(platform.python_version())",
    ]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip() == version
