"""Files that are not what the lock says, in the cache, on the way or in the lock: repaired or refused, and named."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine.cache_check import damaged_entries
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import CreateRequest, Manager

from .support.counts import tell
from .support.http_server import Fault, FileServer
from .support.managing import Recorder, make_manager
from .support.small_channel import small_channel

FILES = 3


@dataclass(frozen=True)
class Scene:
    """A channel on a server, a manager with an environment that was made from it, and that one's lock."""

    server: FileServer
    manager: Manager
    cache: Path
    lock: str

    @property
    def entry(self) -> Path:
        return next(self.cache.glob("packages/kern-1.0-0"))

    def empty_cache(self) -> None:
        """As on another machine: the package has to be fetched again."""
        self.entry.with_name("kern-1.0-0.lock").unlink()


def edited_in_an_environment(scene: Scene) -> None:
    """The same inode as the cache's."""
    (file,) = Path(scene.manager.root_dir).glob("one/g/*/share/kern/0")
    file.write_text("edited")


def edited_with_its_size_and_time(scene: Scene) -> None:
    file = scene.entry / "share/kern/0"
    status = file.stat()
    file.write_bytes(b"x" * status.st_size)
    os.utime(file, (status.st_atime, status.st_mtime))


def file_gone(scene: Scene) -> None:
    (scene.entry / "share/kern/0").unlink()


def file_is_a_link(scene: Scene) -> None:
    (scene.entry / "share/kern/0").unlink()
    (scene.entry / "share/kern/0").symlink_to("/etc/hostname")


def list_gone(scene: Scene) -> None:
    (scene.entry / "info/paths.json").unlink()


def other_archive_in_the_cache(scene: Scene) -> None:
    scene.entry.with_name("kern-1.0-0.lock").write_bytes((1).to_bytes(8, "big") + b"\0" * 32)


REPAIRED = (
    edited_in_an_environment,
    edited_with_its_size_and_time,
    file_gone,
    file_is_a_link,
    list_gone,
    other_archive_in_the_cache,
)


def truncated_download(scene: Scene) -> str:
    scene.empty_cache()
    scene.server.fault("kern-1.0", Fault(cut=200))
    return scene.lock


def swapped_on_the_server(scene: Scene) -> str:
    scene.empty_cache()
    other = next(scene.server.folder.glob("*/kern-2.0-0*"))
    scene.server.fault("kern-1.0", Fault(body=other.read_bytes()))
    return scene.lock


def changed_in_the_lock(scene: Scene) -> str:
    scene.empty_cache()
    return re.sub(r"sha256: ['\"]?[0-9a-f]{64}['\"]?", f"sha256: {'0' * 64}", scene.lock)


def changed_in_the_lock_of_a_folder(scene: Scene) -> str:
    return changed_in_the_lock(scene).replace(scene.server.url, scene.server.folder.as_uri())


def no_hash_in_the_lock(scene: Scene) -> str:
    scene.empty_cache()
    return re.sub(r"\n *sha256: ['\"]?[0-9a-f]{64}['\"]?", "", scene.lock)


def md5_alone_in_the_lock(scene: Scene) -> str:
    return re.sub(r"sha256: ['\"]?[0-9a-f]{64}['\"]?", f"md5: {'0' * 32}", no_md5(scene))


def no_md5(scene: Scene) -> str:
    scene.empty_cache()
    return re.sub(r"\n *md5: ['\"]?[0-9a-f]{32}['\"]?", "", scene.lock)


REFUSED = (
    truncated_download,
    swapped_on_the_server,
    changed_in_the_lock,
    changed_in_the_lock_of_a_folder,
    no_hash_in_the_lock,
    md5_alone_in_the_lock,
)


def build(manager: Manager, name: str, lock: str) -> None:
    asyncio.run(manager.create(CreateRequest(name=name, lock=lock), DiskDocuments(Path.cwd()), Recorder()))


def with_scene(home: Path, tmp_path: Path, body: Callable[[Scene], None]) -> None:
    small_channel(tmp_path / "channel", FILES)
    with FileServer(tmp_path / "channel") as server:
        manager = make_manager(home, server.url, tmp_path / "cache")

        async def prepare() -> str:
            request = CreateRequest(name="one", packages=("kern=1.0",))
            await manager.create(request, DiskDocuments(Path.cwd()), Recorder())
            return (await manager.export("one", "conda-lock")).text

        body(Scene(server, manager, tmp_path / "cache", asyncio.run(prepare())))


@pytest.mark.parametrize("tampering", REPAIRED, ids=lambda tampering: tampering.__name__)
def test_a_cache_that_was_tampered_with_is_repaired(
    home: Path, tmp_path: Path, tampering: Callable[[Scene], None]
) -> None:
    def body(scene: Scene) -> None:
        tampering(scene)
        build(scene.manager, "two", scene.lock)
        (prefix,) = Path(scene.manager.root_dir).glob("two/g/*")
        for number in range(FILES):
            assert (prefix / f"share/kern/{number}").read_text() == f"kern 1.0 {number}\n"
            assert not (prefix / f"share/kern/{number}").is_symlink()
        assert list(damaged_entries(scene.cache, deep=True)) == []

    with_scene(home, tmp_path, body)


@pytest.mark.parametrize("tampering", REFUSED, ids=lambda tampering: tampering.__name__)
def test_what_is_not_what_was_locked_is_refused(home: Path, tmp_path: Path, tampering: Callable[[Scene], str]) -> None:
    def body(scene: Scene) -> None:
        lock = tampering(scene)
        with pytest.raises(EnvsError) as caught:
            build(scene.manager, "two", lock)
        named = json.dumps(caught.value.to_json())
        assert "kern" in named or "package[0].hash" in named, named
        assert not (Path(scene.manager.root_dir) / "two").exists()

    with_scene(home, tmp_path, body)


def test_twelve_cases() -> None:
    tell("T23", "cases of tampering", len(REPAIRED) + len(REFUSED), 12)
