"""A wheel that was asked for by its address keeps it in every export, and comes from there again."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock

from jupyter_envs import envfile, pipenv_files
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.exports import Export
from jupyter_envs.manager import CreateRequest, Manager

from .support.http_server import FileServer
from .support.managing import Recorder, make_manager
from .support.pipenv import pipenv
from .support.pypi_index import PypiIndex
from .support.wheels import PypiFile, make_wheel
from .test_pypi_environments import HERE, NO_CHANNEL

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# no index has it, and it needs one that the index has
AWAY = make_wheel("tinyaway", "1.0", requires=["tinywheel>=1.0"])
# the index has another file of the same name and version
TEXT = make_wheel("tinytext", "1.0", modules={"tinytext.py": 'version = "another"\n'})


@dataclass
class Shop:
    """An environment with these two, made of addresses with a password in them."""

    manager: Manager
    server: FileServer
    home: Path

    def address(self, wheel: PypiFile) -> str:
        return f"{self.server.url}/{wheel.file_name}"

    def line(self, wheel: PypiFile) -> str:
        return f"{wheel.name} @ {self.address(wheel)}"

    def export(self, format: str, **more: Any) -> Export:
        made = asyncio.run(self.manager.export("shop", format, **more))
        assert "secret" not in made.text
        return made

    def create(self, name: str, text: str, file: str) -> None:
        request = CreateRequest(name=name, file=text, filename=file)
        asyncio.run(self.manager.create(request, DiskDocuments(self.home), Recorder()))

    def has(self, name: str) -> dict[str, tuple[str, str, str]]:
        found = asyncio.run(self.manager.environment(name)).packages
        return {one.name: (one.version, one.url, one.sha256) for one in found}


@pytest.fixture
def shop(home: Path, kernel_index: PypiIndex, package_cache: Path) -> Iterator[Shop]:
    folder = home / "served"
    folder.mkdir()
    for wheel in (AWAY, TEXT):
        (folder / wheel.file_name).write_bytes(wheel.content)
    with FileServer(folder) as server:
        manager = make_manager(home, NO_CHANNEL, package_cache, pypi_index=kernel_index.simple_url)
        made = Shop(manager, server, home)
        with_password = server.url.replace("://", "://ada:secret@")
        named = f"tinyaway @ {with_password}/{AWAY.file_name} --hash=sha256:{AWAY.sha256}"
        minor = ".".join(HERE.split(".")[:2])
        text = f"# python: =={minor}.*\n{named}\n{with_password}/{TEXT.file_name}\nipykernel\n"
        made.create("shop", text, "requirements.txt")
        yield made


def test_each_export_asks_for_it_where_it_is_and_makes_the_same_again(shop: Shop) -> None:
    here = shop.has("shop")
    assert here["tinyaway"] == ("1.0", shop.address(AWAY), AWAY.sha256)
    assert here["tinytext"] == ("1.0", shop.address(TEXT), TEXT.sha256)

    hashed = shop.export("requirements", ask_index=True)
    for wheel in (AWAY, TEXT):
        assert f"{shop.line(wheel)} \\\n    --hash=sha256:{wheel.sha256}\n" in hashed.text
    assert "tinywheel==1.1 \\\n" in hashed.text

    lock = shop.export("pylock")
    assert Pylock.from_dict(tomllib.loads(lock.text))
    entries = {entry["name"]: entry for entry in tomllib.loads(lock.text)["packages"]}
    assert entries["tinyaway"]["archive"]["url"] == shop.address(AWAY) and "wheels" not in entries["tinyaway"]
    assert entries["tinytext"]["archive"]["hashes"] == {"sha256": TEXT.sha256}
    assert "archive" not in entries["tinywheel"]

    pipfile = shop.export("pipfile")
    assert f'tinyaway = {{ file = "{shop.address(AWAY)}#sha256={AWAY.sha256}" }}\n' in pipfile.text
    assert f'tinytext = {{ file = "{shop.address(TEXT)}" }}\n' in pipfile.text
    pipfile_lock = shop.export("pipfile-lock")
    default = json.loads(pipfile_lock.text)["default"]
    assert default["tinytext"] == {"file": f"{shop.address(TEXT)}#sha256={TEXT.sha256}"}

    script = shop.export("script")
    assert f'{shop.address(AWAY)}#sha256={AWAY.sha256}",\n' in script.text
    for written in (pipfile, pipfile_lock, script):
        assert not [note for note in written.notes if note.startswith("Not in")]

    converted = asyncio.run(shop.manager.convert_environment("shop", "pypi"))
    assert converted.filename == "requirements.txt" and "secret" not in converted.text
    files = {one.filename: one.text for one in (hashed, lock, pipfile, pipfile_lock, script)}
    for number, (file, text) in enumerate([*files.items(), ("requirements.txt", converted.text)]):
        shop.create(f"again{number}", text, file)
        assert shop.has(f"again{number}") == here, file


def test_environment_files_and_a_conversion_name_the_address(shop: Shop) -> None:
    for format in ("full", "no-builds"):
        assert {shop.line(AWAY), shop.line(TEXT), "tinywheel==1.1"} <= set(envfile.parse(shop.export(format).text).pip)
    for versions in (False, True):
        pip = envfile.parse(shop.export("portable", versions=versions).text).pip
        assert f"{shop.line(AWAY)} --hash=sha256:{AWAY.sha256}" in pip and shop.address(TEXT) in pip
    to_conda = asyncio.run(shop.manager.convert_environment("shop", "conda"))
    assert "secret" not in to_conda.text
    assert {f"{shop.line(AWAY)} --hash=sha256:{AWAY.sha256}", shop.address(TEXT)} <= set(
        envfile.parse(to_conda.text).pip
    )


def test_pipenv_takes_what_we_write(shop: Shop) -> None:
    folder = shop.home / "copy"
    folder.mkdir()
    for format in ("pipfile", "pipfile-lock"):
        made = shop.export(format)
        (folder / made.filename).write_text(made.text)
    assert pipenv_files.read((folder / "Pipfile").read_text()).spec.pip
    pipenv(folder, "verify")
