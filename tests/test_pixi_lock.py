"""pixi.lock, read by rattler in a worker, in several versions; and environments made from one."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rattler import LockFile

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import InvalidFile, NotFound
from jupyter_envs.manager import CreateRequest
from jupyter_envs.models import Lock, Package, SilentReporter

from .pure_values import IDNA, TZDATA
from .support.managing import Recorder, make_manager
from .support.pypi_index import PypiIndex

CHANNEL = "https://conda.example.org/forge"


def pixi_lock(packages: Sequence[Package], channel: str = CHANNEL, platform: str = "linux-64", extra: str = "") -> str:
    """Version 6, as pixi writes it, with an environment ``default`` of all and one ``docs`` of conda's alone."""
    conda = [package for package in packages if package.manager == "conda"]
    lines = ["version: 6", "environments:"]
    for name, chosen in (("default", packages), ("docs", conda)):
        lines += [f"  {name}:", "    channels:", f"    - url: {channel}/", "    packages:", f"      {platform}:"]
        lines += [f"      - {'pypi' if one.manager == 'pip' else 'conda'}: {one.url}" for one in chosen]
    lines.append("packages:")
    for one in packages:
        if one.manager == "pip":
            lines += [f"- pypi: {one.url}", f"  name: {one.name}", f"  version: '{one.version}'"]
        else:
            lines += [f"- conda: {one.url}", f"  subdir: {one.subdir}", *([f"  size: {one.size}"] if one.size else [])]
        lines += [f"  sha256: {one.sha256}"]
        lines += ["  depends:", *(f"  - {json.dumps(it)}" for it in one.depends)] if one.depends else []
    return "\n".join(lines) + "\n" + extra


def pixi_lock_5(text: str) -> str:
    """The same, one version earlier."""
    lines = ["version: 5", *text.splitlines()[1:]]
    body = "\n".join(lines)
    conda, pypi = f"- conda: {TZDATA.url}\n  subdir: noarch\n  size", f"- pypi: {IDNA.url}\n  name"
    parts = f"name: tzdata\n  version: {TZDATA.version}\n  build: {TZDATA.build}\n  subdir: noarch\n  url: {TZDATA.url}"
    body = body.replace(conda, f"- kind: conda\n  {parts}\n  size")
    return body.replace(pypi, f"- kind: pypi\n  url: {IDNA.url}\n  name") + "\n"


def read(text: str, environment: str = "default") -> Lock:
    async def run() -> Lock:
        async with Engine(Path("unused")).session(SilentReporter()) as session:
            return await session.read_pixi_lock(text, environment)

    return asyncio.run(run())


def newest(text: str, folder: Path) -> str:
    """As rattler itself writes it now."""
    path = folder / "pixi.lock"
    path.write_text(text)
    LockFile.from_path(path).to_path(path)
    return path.read_text()


TEXT = pixi_lock([TZDATA, IDNA])


@pytest.mark.parametrize("version", [5, 6, 7])
def test_versions(version: int, tmp_path: Path) -> None:
    text = {5: pixi_lock_5(TEXT), 6: TEXT, 7: newest(TEXT, tmp_path)}[version]
    assert text.startswith(f"version: {version}\n")
    lock = read(text)
    assert (lock.channels, lock.platforms) == ((CHANNEL,), ("linux-64",))
    found = {package.name: (package.manager, package.version, package.sha256, package.url) for package in lock.packages}
    assert found == {one.name: (one.manager, one.version, one.sha256, one.url) for one in (TZDATA, IDNA)}
    conda = lock.packages[0]
    assert (conda.build, conda.subdir, conda.size) == (TZDATA.build, "noarch", TZDATA.size)


def test_an_environment_is_chosen_by_its_name() -> None:
    assert [package.name for package in read(TEXT, "docs").packages] == ["tzdata"]
    with pytest.raises(NotFound) as caught:
        read(TEXT, "test")
    assert caught.value.hints == ("It has: default, docs.",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TEXT.replace("version: 6", "version: 99"), "version 99"),
        ("version: 6\n", "pixi.lock"),
        ("- a\n", "pixi.lock"),
        (TEXT + "x: &a b\ny: *a\n", "an anchor"),
        (TEXT + "version: 6\n", "appears twice"),
        (TEXT + "x: " + "[" * 20 + "]" * 20, "nested deeper"),
        (TEXT.replace(f"  sha256: {TZDATA.sha256}\n", ""), "tzdata has no SHA-256"),
        (TEXT.replace(IDNA.url, "./idna-3.10-py3-none-any.whl"), "idna comes from"),
        (TEXT.replace(IDNA.url, "git+https://git.example.org/idna?rev=1#0123"), "idna"),
        (TEXT.replace("tzdata-2024b-hc8b5060_0.conda", "x.conda"), "pixi.lock"),
        (TEXT.replace("/noarch/tzdata", "/osx-64/tzdata"), "linux-64"),
        (TEXT.replace("name: idna", "name: ../../idna"), "pixi.lock"),
    ],
)
def test_what_cannot_be_installed_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_environment_from_a_pixi_lock(
    home: Path, channel_http: str, package_cache: Path, pypi_index: PypiIndex
) -> None:
    manager = make_manager(home, channel_http, package_cache, pypi_index=pypi_index.simple_url)
    documents = DiskDocuments(home)

    async def run() -> None:
        file = "name: one\ndependencies:\n  - python\n  - ipykernel\n  - pip:\n    - tinywheel==1.0\n"
        await manager.create(CreateRequest(file=file), documents, Recorder())
        first = await manager.environment("one")
        text = pixi_lock(first.packages, channel_http, manager.platform)
        request = CreateRequest(name="two", file=text, filename="pixi.lock")
        await manager.create(request, documents, Recorder())
        assert (await manager.environment("two")).digest == first.digest
        docs = CreateRequest(name="three", file=text, environment="docs")
        await manager.create(docs, documents, Recorder())
        assert {package.manager for package in (await manager.environment("three")).packages} == {"conda"}

    asyncio.run(run())


def test_the_command_line_shows_one(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "pixi.lock"
    path.write_text(TEXT)
    command = [sys.executable, "-m", "jupyter_envs", "parse", "--json", str(path)]
    shown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert (shown["format"], [package["name"] for package in shown["packages"]]) == ("pixi-lock", ["tzdata", "idna"])
    done = subprocess.run([*command, "--environment=test"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "It has: default, docs." in done.stderr
