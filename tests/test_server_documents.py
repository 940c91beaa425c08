"""Documents over Jupyter's own contents managers: only below the root, nothing hidden, trust kept."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import os
import resource
import warnings
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager, LargeFileManager

from jupyter_envs.errors import DiskTrouble, EnvsError, Forbidden, InvalidFile, NotFound
from jupyter_envs.server.documents import ContentsDocuments

Result = TypeVar("Result")

NOTEBOOK: dict[str, Any] = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "one",
            "metadata": {},
            "outputs": [{"data": {"text/html": ["<b>é</b>"]}, "metadata": {}, "output_type": "display_data"}],
            "source": ["1"],
        }
    ],
    "metadata": {"odd": {"b": 1, "a": 2}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def text_of(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


class World:
    """A contents root with a notebook, an outside with a secret, and documents over a real contents manager."""

    def __init__(self, folder: Path, kind: type[Any], limit: int = 1_000_000, **options: Any) -> None:
        self.root = folder / "work"
        self.outside = folder / "work-secrets"
        for made in (self.root / "sub", self.outside):
            made.mkdir(parents=True)
        (self.outside / "secret.txt").write_text("secret")
        (folder / "secret.txt").write_text("secret")
        (self.root / "a.ipynb").write_text(text_of(NOTEBOOK), encoding="utf-8")
        self.contents = kind(root_dir=str(self.root), **options)
        self.contents.notary.db_file = ":memory:"
        self.asked: list[str] = []
        self.denied: set[str] = set()
        self.documents = ContentsDocuments(self.contents, self.permitted, limit)

    async def permitted(self, action: str) -> bool:
        self.asked.append(action)
        return action not in self.denied


@pytest.fixture(params=[LargeFileManager, AsyncLargeFileManager], ids=["sync", "async"])
def world(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> World:
    return World(tmp_path / "world", request.param)


def test_texts_are_read_and_written_as_they_are(world: World) -> None:
    text = "name: é\nchannels: []\n"
    run(world.documents.write("sub/environment.yml", text))
    assert (world.root / "sub/environment.yml").read_bytes() == text.encode()
    assert run(world.documents.read("sub/environment.yml")) == text
    assert world.asked == ["write", "read"]


def test_what_is_not_there_is_none(world: World) -> None:
    assert run(world.documents.read("sub/no.yml")) is None
    assert run(world.documents.read("no/such/folder.yml")) is None
    run(world.documents.write("new.yml", "at the top"))
    with pytest.raises(NotFound):
        run(world.documents.write("no/such/folder.yml", "x"))
    assert not (world.root / "no").exists()


def test_folders_are_made_below_the_root_only(world: World) -> None:
    run(world.documents.make_folder("sub/binder"))
    run(world.documents.make_folder("sub/binder"))
    assert (world.root / "sub/binder").is_dir()
    assert world.documents.place("sub/binder") == (world.root / "sub/binder").resolve()
    (world.root / "out").symlink_to(world.outside)
    for path in ("../made", "out/made", "/made", ".made"):
        with pytest.raises(Forbidden):
            run(world.documents.make_folder(path))
    with pytest.raises(Forbidden):
        world.documents.place("out")
    with pytest.raises(NotFound):
        run(world.documents.make_folder("no/made"))
    with pytest.raises(InvalidFile):
        run(world.documents.make_folder("a.ipynb"))
    world.denied.add("write")
    with pytest.raises(Forbidden):
        run(world.documents.make_folder("sub/other"))
    assert not list(world.outside.glob("made"))


def test_a_notebook_keeps_its_bytes(world: World) -> None:
    text = run(world.documents.read("a.ipynb"))
    assert text == text_of(NOTEBOOK)
    changed = text_of({**NOTEBOOK, "metadata": {**NOTEBOOK["metadata"], "new": 1}})
    run(world.documents.write("a.ipynb", changed))
    assert (world.root / "a.ipynb").read_text(encoding="utf-8") == changed


@pytest.mark.parametrize("trusted", [True, False])
def test_trust_stays_as_it_was(world: World, trusted: bool) -> None:
    def is_trusted() -> bool:
        notebook = nbformat.read(world.root / "a.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        return bool(world.contents.notary.check_signature(notebook))

    if trusted:
        world.contents.notary.sign(nbformat.read(world.root / "a.ipynb", as_version=4))  # type: ignore[no-untyped-call]
    changed = {**NOTEBOOK, "metadata": {"jupyter_envs": {"version": 1}}}
    run(world.documents.write("a.ipynb", text_of(changed)))
    assert is_trusted() is trusted


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"cells": 3}', '{"nbformat": "x"}', '{"nbformat": 99}'])
def test_a_notebook_that_is_none_can_be_replaced(world: World, text: str) -> None:
    (world.root / "a.ipynb").write_text(text)
    with warnings.catch_warnings():
        # nbformat warns of what it finds in there
        warnings.simplefilter("ignore")
        run(world.documents.write("a.ipynb", "other"))
    assert (world.root / "a.ipynb").read_text() == "other"


OUTSIDE = [
    "..",
    "../secret.txt",
    "sub/../../secret.txt",
    "sub/../a.ipynb",
    "../work-secrets/secret.txt",
    "../work/a.ipynb",
    "..\\secret.txt",
    "sub\\..\\..\\secret.txt",
    "/etc/passwd",
    "//etc/passwd",
    "/a.ipynb",
    "\\\\host\\share\\x",
    "\\etc",
    "C:/x",
    "c:\\x",
    "a\0.ipynb",
    "\0",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_paths_out_of_the_root_are_forbidden(world: World, path: str) -> None:
    before = snapshot(world.root.parent)
    with pytest.raises(Forbidden):
        run(world.documents.read(path))
    with pytest.raises(Forbidden):
        run(world.documents.write(path, "x"))
    assert snapshot(world.root.parent) == before


@pytest.mark.parametrize(
    "path", ["file.txt", "folder/secret.txt", "folder/new.txt", "loop", "absolute.txt", "dangling"]
)
def test_links_out_of_the_root_are_forbidden(world: World, path: str) -> None:
    (world.root / "file.txt").symlink_to("../secret.txt")
    (world.root / "absolute.txt").symlink_to(world.outside / "secret.txt")
    (world.root / "folder").symlink_to("../work-secrets")
    (world.root / "loop").symlink_to("loop")
    (world.root / "dangling").symlink_to("../new.txt")
    before = snapshot(world.root.parent)
    with pytest.raises(Forbidden):
        run(world.documents.read(path))
    with pytest.raises(Forbidden):
        run(world.documents.write(path, "x"))
    assert snapshot(world.root.parent) == before


def test_links_inside_the_root_are_followed(world: World) -> None:
    (world.root / "sub/real.yml").write_text("name: a")
    (world.root / "link.yml").symlink_to("sub/real.yml")
    assert run(world.documents.read("link.yml")) == "name: a"


@pytest.mark.parametrize("path", [".hidden", ".folder/file.txt", "sub/.hidden"])
def test_hidden_files_are_not_there_unless_the_server_shows_them(world: World, path: str) -> None:
    (world.root / path).parent.mkdir(exist_ok=True)
    (world.root / path).write_text("hidden")
    assert run(world.documents.read(path)) is None
    with pytest.raises(Forbidden, match="hidden"):
        run(world.documents.write(path, "x"))
    assert (world.root / path).read_text() == "hidden"
    world.contents.allow_hidden = True
    assert run(world.documents.read(path)) == "hidden"


def test_what_is_no_text_is_refused_and_nothing_hangs(world: World) -> None:
    (world.root / "binary").write_bytes(b"\xff\xfb\x00")
    (world.root / "half.yml").write_bytes(b"\xff\xfea")
    os.mkfifo(world.root / "fifo")
    for path in ("binary", "half.yml"):
        with pytest.raises(InvalidFile):
            run(world.documents.read(path))
    for path in ("fifo", "sub"):
        assert run(asyncio.wait_for(world.documents.read(path), 10)) is None
        with pytest.raises(EnvsError):
            run(asyncio.wait_for(world.documents.write(path, "x"), 10))


def test_utf_16_is_understood(world: World) -> None:
    (world.root / "wide.yml").write_bytes("name: é".encode("utf-16"))
    assert run(world.documents.read("wide.yml")) == "name: é"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, home: Path) -> None:
    world = World(tmp_path / "world", AsyncLargeFileManager, limit=10)
    with pytest.raises(InvalidFile, match="larger than 10 bytes"):
        run(world.documents.read("a.ipynb"))


def test_who_may_not_use_contents_may_not_use_them_here(world: World) -> None:
    world.denied = {"read", "write"}
    with pytest.raises(Forbidden, match="may not read"):
        run(world.documents.read("a.ipynb"))
    with pytest.raises(Forbidden, match="may not write"):
        run(world.documents.write("new.yml", "x"))
    assert not (world.root / "new.yml").exists()


def test_a_disk_that_refuses_is_named_without_its_absolute_path(tmp_path: Path, home: Path) -> None:
    world = World(tmp_path / "world", AsyncLargeFileManager)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(DiskTrouble) as caught:
            run(world.documents.write("new.yml", "x" * 100))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        close_whatever_is_open(world.root / "new.yml")
    assert str(tmp_path) not in json.dumps(caught.value.to_json())


def close_whatever_is_open(path: Path) -> None:
    """Jupyter leaves the file that it could not write to open, until some later collection of garbage."""
    for thing in gc.get_objects():
        if isinstance(thing, io.FileIO) and thing.name == str(path):
            thing.close()


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every path below the folder, with its type and content; links are not followed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = path.lstat().st_mode
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (kind, content)
    return found
