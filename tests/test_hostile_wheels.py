"""Crafted wheels: whatever uv makes of them, nothing is written outside of the environment and nothing runs."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import CreateRequest

from .localchannel import LocalChannel
from .support.counts import tell
from .support.managing import Recorder, make_manager, tree
from .support.pypi_index import PypiIndex
from .support.wheels import PypiFile, make_wheel

SEEN: list[str] = []
LINK = 0o120777 << 16  # a symbolic link's mode in a zip archive


@dataclass(frozen=True)
class Wheel:
    """Members added to an ordinary wheel, or in place of its own; ``{outside}`` is a folder that nothing may touch."""

    name: str
    members: Mapping[str, str]
    links: bool = False
    without: str = ""


def info(name: str, file: str) -> str:
    return f"{name}-1.0.dist-info/{file}"


WHEELS = [
    Wheel("dotdot", {"../../../../escaped.py": "x"}),
    Wheel("absolute", {"{outside}/escaped.py": "x"}),
    Wheel("backslash", {"..\\..\\escaped.py": "x"}),
    Wheel("links", {"link": "{outside}"}, links=True),
    Wheel("through", {"d": "{outside}", "d/escaped.py": "x"}, links=True),
    Wheel("data", {"data-1.0.data/data/../../../../escaped": "x"}),
    Wheel("scripts", {"scripts-1.0.data/scripts/../../../escaped": "#!python\n"}),
    Wheel("points", {info("points", "entry_points.txt"): "[console_scripts]\n../../../escaped = os:system\n"}),
    Wheel("injects", {info("injects", "entry_points.txt"): "[console_scripts]\nx = os:system('touch {outside}/y')\n"}),
    Wheel("record", {info("record", "RECORD"): "../../../../../../outside/target,,\n{outside}/target,,\n"}),
    Wheel("norecord", {}, without="RECORD"),
    Wheel("nometadata", {}, without="METADATA"),
    Wheel("othername", {info("othername", "METADATA"): "Metadata-Version: 2.1\nName: ../../escaped\nVersion: 1.0\n"}),
    Wheel("pth", {"pth.pth": "import pathlib; pathlib.Path('{outside}/ran').touch()\n"}),
]


def crafted(wheel: Wheel, outside: Path) -> PypiFile:
    made = make_wheel(wheel.name, "1.0")
    buffer = io.BytesIO()
    members = {path.format(outside=outside): text.format(outside=outside) for path, text in wheel.members.items()}
    with zipfile.ZipFile(io.BytesIO(made.content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for item in old.infolist():
            if item.filename not in members and not (wheel.without and item.filename.endswith(wheel.without)):
                new.writestr(item, old.read(item))
        for path, text in members.items():
            member = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            if wheel.links and text == str(outside):
                member.create_system, member.external_attr = 3, LINK
            new.writestr(member, text)
    return replace(made, content=buffer.getvalue())


@pytest.mark.parametrize("wheel", WHEELS, ids=[wheel.name for wheel in WHEELS])
def test_a_crafted_wheel_does_no_harm(home: Path, channel: LocalChannel, package_cache: Path, wheel: Wheel) -> None:
    outside = home / "outside"
    outside.mkdir()
    (outside / "target").write_text("as it was")
    with PypiIndex([crafted(wheel, outside)]) as index:
        manager = make_manager(home, channel.file_url, package_cache, pypi_index=index.simple_url)
        text = f"name: new\ndependencies: [python, ipykernel, {{pip: [{wheel.name}]}}]\n"
        documents, recorder = DiskDocuments(home), Recorder()
        try:
            plan = asyncio.run(manager.plan(CreateRequest(file=text), documents, recorder))
            create = manager.create(CreateRequest(file=text), documents, recorder, confirmed=plan.hash)
            state = f"installed at {asyncio.run(create).prefix}"
        except EnvsError as error:
            assert wheel.name in error.message, error.message
            state = error.code
            assert [name for name in tree(home / "envs") if not name.startswith(".")] == []
    assert tree(outside) == ["target"], "nothing was written or has run"
    assert (outside / "target").read_text() == "as it was"
    escaped = [path for path in tree(home) if Path(path).name.startswith("escaped") and "/g/" not in path]
    assert escaped == []
    SEEN.append(f"{wheel.name}: {state}")


def test_the_count() -> None:
    assert len(WHEELS) >= 10
    installed = sum("installed" in one for one in SEEN)
    tell("T12, crafted wheels", f"wheels, {installed} installed without harm", len(SEEN), len(SEEN))
