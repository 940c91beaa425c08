"""The engine in its worker: real channels, real packages, real deaths."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from jupyter_envs.channels import CondaSettings
from jupyter_envs.engine.answers import Solution
from jupyter_envs.engine.client import Engine
from jupyter_envs.engine.process import Worker
from jupyter_envs.engine.session import Session
from jupyter_envs.errors import EngineFailed, EnvsError, InvalidSpec, PackageRefused, Unreachable, Unsolvable
from jupyter_envs.machine import current_platform
from jupyter_envs.models import Package
from jupyter_envs.prefix import installed

from .localchannel import LocalChannel
from .support.http_server import Fault, FileServer
from .support.lab import PROJECT
from .support.managing import Recorder, tree
from .support.processes import Process, is_alive, wait_until

T = TypeVar("T")
PLATFORM = current_platform()
pytestmark = pytest.mark.usefixtures("home")


def with_session(cache: Path, body: Callable[[Session], Awaitable[T]], recorder: Recorder | None = None) -> T:
    """Run ``body`` with a worker of its own."""

    async def run() -> T:
        async with Engine(cache).session(recorder or Recorder()) as session:
            return await body(session)

    return asyncio.run(run())


def solved(cache: Path, channel: str, *specs: str) -> tuple[Package, ...]:
    return with_session(cache, lambda session: session.solve([channel], specs, PLATFORM)).packages


def test_solve_finds_packages_with_url_and_hash(channel: LocalChannel, package_cache: Path) -> None:
    (found,) = solved(package_cache, channel.file_url, "tinyneeds")[:1] or ()
    packages = {package.name: package for package in solved(package_cache, channel.file_url, "tinyneeds")}
    assert packages["tinytext"].version == "1.0"
    assert {len(package.sha256) for package in packages.values()} == {64}
    assert all(package.url.startswith(channel.file_url) for package in packages.values())
    assert found.platform == PLATFORM


def test_a_locked_version_is_kept_where_that_is_possible(channel: LocalChannel, package_cache: Path) -> None:
    def versions(*specs: str, locked: tuple[Package, ...]) -> dict[str, str]:
        def ask(session: Session) -> Awaitable[Solution]:
            return session.solve([channel.file_url], specs, PLATFORM, locked=locked)

        return {package.name: package.version for package in with_session(package_cache, ask).packages}

    old = tuple(one for one in solved(package_cache, channel.file_url, "tinytext=1.0") if one.name == "tinytext")
    gone = replace(old[0], version="0.9", sha256="0" * 64)
    assert versions("tinytext", locked=())["tinytext"] == "2.0"
    assert versions("tinytext", locked=old)["tinytext"] == "1.0"
    assert versions("tinytext >=2", locked=old)["tinytext"] == "2.0"
    assert versions("tinytext", locked=(gone,))["tinytext"] == "2.0"


def test_a_python_without_a_kernel_is_noticed(channel: LocalChannel, package_cache: Path) -> None:
    def ask(*specs: str, pip: tuple[str, ...] = ()) -> bool:
        return with_session(
            package_cache, lambda session: session.solve([channel.file_url], specs, PLATFORM, pip)
        ).lacks_kernel

    assert ask("python")
    assert not ask("python", "ipykernel")
    assert not ask("python", pip=("ipykernel",))
    assert not ask("tinyblob")


@pytest.mark.parametrize("spec", ["no-such-package", "tinytext >=9", "tinyneeds"])
def test_what_has_no_solution_is_explained(channel: LocalChannel, package_cache: Path, spec: str) -> None:
    with pytest.raises(Unsolvable) as caught:
        solved(package_cache, channel.file_url, spec, "tinytext =2.0")
    assert spec.split(maxsplit=1)[0] in caught.value.message
    assert caught.value.hints


def test_what_is_no_match_spec_is_named(channel: LocalChannel, package_cache: Path) -> None:
    with pytest.raises(InvalidSpec, match="a b c d"):
        solved(package_cache, channel.file_url, "a b c d")


def test_a_channel_that_does_not_answer(package_cache: Path) -> None:
    with FileServer(Path("/nonexistent")) as server:
        url = server.url
    with pytest.raises(Unreachable) as caught:
        solved(package_cache, url, "python")
    assert caught.value.hints


def test_install_over_http_reports_bytes_and_packages(channel_server: FileServer, tmp_path: Path) -> None:
    recorder, prefix = Recorder(), tmp_path / "prefix"
    packages = solved(tmp_path / "cache", channel_server.url, "tinyconf", "tinyblob", "tinytext=1")
    with_session(tmp_path / "cache", lambda session: session.install(packages, prefix), recorder)
    assert recorder.phases == ["fetching", "linking"]
    last = [state for state in recorder.states if state.phase == "fetching"][-1]
    assert last.bytes_total == sum(package.size or 0 for package in packages)
    assert recorder.states[-1].packages_done == recorder.states[-1].packages_total == len(packages)
    assert {package.identity for package in installed(prefix, PLATFORM)} == {package.identity for package in packages}
    assert f"home = {prefix}/share/tinyconf" in (prefix / "etc" / "tinyconf.ini").read_text()
    assert str(prefix).encode() in (prefix / "share" / "tinyblob.bin").read_bytes()


def test_a_second_install_fetches_nothing(channel_server: FileServer, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    packages = solved(cache, channel_server.url, "tinyconf")

    async def twice(session: Session) -> tuple[int, int, int]:
        before = len((await session.pending(packages)).missing)
        await session.install(packages, tmp_path / "one")
        after = len((await session.pending(packages)).missing)
        asked = len(channel_server.requests)
        await session.install(packages, tmp_path / "two")
        return before, after, len(channel_server.requests) - asked

    assert with_session(cache, twice) == (len(packages), 0, 0)
    shared = tmp_path / "one" / "bin" / "python"
    assert shared.samefile(tmp_path / "two" / "bin" / "python")


def test_link_scripts_never_run(channel: LocalChannel, package_cache: Path, tmp_path: Path) -> None:
    packages = solved(package_cache, channel.file_url, "tinypostlink")
    with_session(package_cache, lambda session: session.install(packages, tmp_path / "prefix"))
    assert (tmp_path / "prefix" / "bin" / ".tinypostlink-post-link.sh").exists()
    assert not (tmp_path / "prefix" / "post-link-ran").exists()


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_a_package_that_is_not_the_locked_one_is_refused(
    channel: LocalChannel, channel_http: str, tmp_path: Path, scheme: str
) -> None:
    url = channel.file_url if scheme == "file" else channel_http
    packages = solved(tmp_path / "cache", url, "tinytext=2.0", "tinyblob")
    wrong = [replace(package, sha256="0" * 64) if package.name == "tinyblob" else package for package in packages]
    with pytest.raises(PackageRefused, match="tinyblob"):
        with_session(tmp_path / "cache", lambda session: session.install(wrong, tmp_path / "prefix"))
    assert not (tmp_path / "prefix").exists()
    assert not [name for name in tree(tmp_path / "cache" / "packages") if "tinyblob" in name or ".fetch" in name]


def test_a_package_without_a_hash_is_refused(channel: LocalChannel, tmp_path: Path) -> None:
    packages = [replace(package, sha256="") for package in solved(tmp_path, channel.file_url, "tinyblob")]
    with pytest.raises(PackageRefused, match="no sha256"):
        with_session(tmp_path, lambda session: session.install(packages, tmp_path / "prefix"))


@pytest.mark.parametrize("fault", [Fault(cut=100), Fault(status=500), Fault(body=b"<html>Please log in</html>")])
def test_a_download_that_fails_leaves_nothing(channel_server: FileServer, tmp_path: Path, fault: Fault) -> None:
    packages = solved(tmp_path / "cache", channel_server.url, "tinyblob")
    channel_server.fault("tinyblob", fault)
    with pytest.raises((Unreachable, PackageRefused), match="tinyblob"):
        with_session(tmp_path / "cache", lambda session: session.install(packages, tmp_path / "prefix"))
    assert not (tmp_path / "prefix").exists()
    assert with_session(tmp_path / "cache", lambda session: session.pending(packages)).missing == packages


def test_an_edit_inside_one_environment_does_not_reach_the_next(channel: LocalChannel, tmp_path: Path) -> None:
    cache, packages = tmp_path / "cache", solved(tmp_path / "cache", channel.file_url, "tinytext=2.0")
    with_session(cache, lambda session: session.install(packages, tmp_path / "one"))
    (module,) = (tmp_path / "one").glob("lib/python3*/site-packages/tinytext.py")
    clean = module.read_text()
    with module.open("a") as file:
        file.write("# edited\n")
    recorder = Recorder()
    with_session(cache, lambda session: session.install(packages, tmp_path / "two"), recorder)
    assert [line for line in recorder.lines if "tinytext" in line and "changed" in line]
    (again,) = (tmp_path / "two").glob("lib/python3*/site-packages/tinytext.py")
    assert again.read_text() == clean
    assert module.read_text() != clean


def test_a_channel_that_is_gone_is_no_matter_for_what_is_cached(channel: LocalChannel, tmp_path: Path) -> None:
    """Fails when a new rattler does not accept our entries of its package cache any more."""
    copy = tmp_path / "channel"
    shutil.copytree(channel.path, copy)
    packages = solved(tmp_path / "cache", copy.as_uri(), "tinytext=1.0")
    with_session(tmp_path / "cache", lambda session: session.install(packages, tmp_path / "one"))
    shutil.rmtree(copy)
    with_session(tmp_path / "cache", lambda session: session.install(packages, tmp_path / "two"))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_nothing_secret_reaches_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "canary-4711")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-4711")

    async def environment() -> bytes:
        worker = await Worker.start()
        try:
            return Path(f"/proc/{worker.pid}/environ").read_bytes()
        finally:
            await worker.end()

    seen = asyncio.run(environment())
    assert b"PATH=" in seen
    assert b"canary" not in seen


def deaths() -> list[tuple[str, int]]:
    return [("SIGKILL", signal.SIGKILL), ("SIGABRT", signal.SIGABRT), ("SIGSEGV", signal.SIGSEGV)]


@pytest.mark.parametrize(("name", "number"), deaths())
def test_the_death_of_a_worker_is_an_error_and_no_more(
    channel_server: FileServer, tmp_path: Path, name: str, number: int
) -> None:
    channel_server.fault("repodata", Fault(delay=30))

    async def run() -> None:
        worker = await Worker.start()
        arguments: dict[str, Any] = {
            "channels": [channel_server.url], "specs": ["python"], "platform": PLATFORM,
            "cache_dir": str(tmp_path / "cache"), "pip_names": [], "locked": [], "system": {}, "as_of": "",
            "settings": CondaSettings().to_json(),
        }  # fmt: skip
        asking = asyncio.create_task(worker.ask("solve", arguments, Recorder()))
        while not channel_server.requests:
            assert not asking.done(), asking
            await asyncio.sleep(0.02)
        os.kill(worker.pid, number)
        try:
            with pytest.raises(EngineFailed, match=name):
                await asking
        finally:
            await worker.end()

    asyncio.run(run())


def test_garbage_from_a_worker_is_an_error(tmp_path: Path) -> None:
    async def run() -> None:
        worker = await Worker.start()
        try:
            with pytest.raises(EnvsError):
                await worker.ask("no such operation", {}, Recorder())
        finally:
            await worker.end()

    asyncio.run(run())


def test_cancelling_ends_all_writing(channel_server: FileServer, tmp_path: Path) -> None:
    cache, prefix = tmp_path / "cache", tmp_path / "prefix"
    packages = solved(cache, channel_server.url, "ipykernel")
    recorder = Recorder()

    async def run() -> None:
        async def body() -> None:
            async with Engine(cache).session(recorder) as session:
                await session.install(packages, prefix)

        task = asyncio.create_task(body())
        while not any(state.phase == "linking" for state in recorder.states):
            assert not task.done(), "the install was over before it could be cancelled"
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        before = snapshot(prefix)
        await asyncio.sleep(0.5)
        assert snapshot(prefix) == before

    asyncio.run(run())


def snapshot(prefix: Path) -> list[tuple[str, int, int]]:
    """Every file with its size and time."""
    return sorted((str(path), path.lstat().st_size, path.lstat().st_mtime_ns) for path in prefix.rglob("*"))


PARENT = """
import asyncio
from jupyter_envs.engine.process import Worker

async def main():
    print((await Worker.start()).pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_a_worker_goes_when_its_parent_goes(tmp_path: Path) -> None:
    with Process([sys.executable, "-c", PARENT], tmp_path / "log", env=os.environ, cwd=PROJECT) as parent:
        worker = wait_until(lambda: int(parent.output or 0), "the worker's id")
        assert is_alive(worker)
        parent.kill()
        wait_until(lambda: not is_alive(worker), "the worker to end")
