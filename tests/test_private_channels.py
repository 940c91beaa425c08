"""Channels and indexes that answer 401: the credentials reach them from every documented place, and nobody else."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, InvalidFile, Unreachable
from jupyter_envs.exports import FORMATS
from jupyter_envs.manager import CreateRequest, Manager, Query, to_json
from jupyter_envs.redact import told

from .localchannel import LocalChannel
from .support.counts import tell
from .support.http_server import Fault
from .support.managing import Recorder, create, make_manager, tree
from .support.private import SECRET, USER, PrivateChannel, PrivateIndex, holding, with_user

LOGIN = {"BasicHTTP": {"username": USER, "password": SECRET}}
NETRC = f"machine 127.0.0.1 login {USER} password {SECRET}\n"
# where the credentials are: file in the home folder → text, and the variable that names it
PLACES: dict[str, tuple[str, str, str]] = {
    "rattler's file": ("logins.json", json.dumps({"127.0.0.1": LOGIN}), "RATTLER_AUTH_FILE"),
    "bearer token": ("logins.json", json.dumps({"127.0.0.1": {"BearerToken": SECRET}}), "RATTLER_AUTH_FILE"),
    "Anaconda token": ("logins.json", json.dumps({"127.0.0.1": {"CondaToken": SECRET}}), "RATTLER_AUTH_FILE"),
    "rattler's own place": (".rattler/credentials.json", json.dumps({"127.0.0.1": LOGIN}), ""),
    "netrc": (".netrc", NETRC, ""),
    "NETRC": ("elsewhere.netrc", NETRC, "NETRC"),
}
WRONG: dict[str, tuple[str, str, str]] = {
    "none": ("nothing", "", ""),
    "wrong password": (".netrc", f"machine 127.0.0.1 login {USER} password Canary-wrong\n", ""),
    "another host": (".netrc", f"machine example.org login {USER} password {SECRET}\n", ""),
    "no such file": ("nothing", "", "RATTLER_AUTH_FILE"),
}
NOT_UNDERSTOOD = [
    "{", "[]", "", f'{{"127.0.0.1": "{SECRET}"}}', f'{{"127.0.0.1": {{"{SECRET}": 3}}}}',
    f'{{"127.0.0.1": {{"BasicHTTP": "{SECRET}"}}}}',
]  # fmt: skip
INDEX_PLACES = {"netrc": PLACES["netrc"], "NETRC": PLACES["NETRC"]}
PIP = "dependencies: [python, ipykernel, {pip: [%s]}]\n"
CASES: list[str] = []


@pytest.fixture
def indexed(home: Path, channel: LocalChannel, package_cache: Path) -> Callable[[str], Manager]:
    """Makes a manager whose packages come from the test's channel and an index."""
    return lambda index: make_manager(home, channel.file_url, package_cache, pypi_index=index)


@pytest.fixture
def private(channel: LocalChannel) -> Iterator[PrivateChannel]:
    with PrivateChannel(channel.path) as server:
        yield server


@pytest.fixture
def private_index() -> Iterator[PrivateIndex]:
    with PrivateIndex() as server:
        yield server


def put(home: Path, monkeypatch: pytest.MonkeyPatch, place: tuple[str, str, str]) -> None:
    """Write a file with credentials, and name it in the server's environment where it has to be named."""
    name, text, variable = place
    file = home / name
    if text or name != "nothing":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)
    if variable:
        monkeypatch.setenv(variable, str(file))


def made(manager: Manager, *packages: str, **request: Any) -> dict[str, str]:
    """Make an environment; everything that was said of it, by what said it."""
    recorder = Recorder()

    async def run() -> dict[str, str]:
        try:
            wanted = CreateRequest(name="made", packages=packages, **request)
            summary = await manager.create(wanted, DiskDocuments(Path.cwd()), recorder)
            exports = [(await manager.export("made", form)).text for form in FORMATS]
            return {
                "summary": json.dumps(to_json(summary)),
                "detail": json.dumps(to_json(await manager.environment("made"))),
                "exports": "".join(exports),
                "log": "\n".join(recorder.lines),
            }
        finally:
            await manager.close()

    return asyncio.run(run())


def refused(manager: Manager, **request: Any) -> EnvsError:
    """The error of a plan, which says no secret."""

    async def run() -> None:
        try:
            wanted = CreateRequest(name="made", **request)
            await manager.plan(wanted, DiskDocuments(Path.cwd()), recorder)
        finally:
            await manager.close()

    recorder = Recorder()
    with pytest.raises(EnvsError) as caught:
        asyncio.run(run())
    assert "Canary" not in json.dumps([told(caught.value), caught.value.message, recorder.lines])
    return caught.value


def names_itself(error: EnvsError, server: str, status: int = 401) -> None:
    """The message says which server and why; the hints say what to do."""
    assert isinstance(error, Unreachable)
    assert server in error.message and str(status) in error.message, error.message
    assert error.fields == {"address": server, "status": status}
    assert any("netrc" in hint and "Use private channels" in hint for hint in error.hints)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_private_channel_is_reached(
    home: Path, private: PrivateChannel, monkeypatch: pytest.MonkeyPatch, place: tuple[str, str, str]
) -> None:
    put(home, monkeypatch, place)
    said = made(make_manager(home, private.url, home / "cache"), "tinyblob")
    assert {name for name, text in said.items() if SECRET in text} == set()
    assert holding([home / "envs", home / ".local"]) == []
    assert any(path.endswith(".conda") or path.endswith(".tar.bz2") for path in private.paths())
    CASES.append("channel")


def test_a_private_channel_is_searched(home: Path, private: PrivateChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home, monkeypatch, PLACES["rattler's file"])
    manager = make_manager(home, private.url, home / "cache")

    async def run() -> Any:
        try:
            return (await manager.search(Query("tinyblob"))).to_json()
        finally:
            await manager.close()

    assert asyncio.run(run())["packages"][0]["name"] == "tinyblob"


@pytest.mark.parametrize("place", WRONG.values(), ids=WRONG)
def test_without_credentials_the_channel_and_the_remedy_are_named(
    home: Path, private: PrivateChannel, monkeypatch: pytest.MonkeyPatch, place: tuple[str, str, str]
) -> None:
    put(home, monkeypatch, place)
    error = refused(make_manager(home, private.url, home / "cache"), packages=("tinyblob",))
    names_itself(error, private.url)
    assert not (home / "envs").exists() or tree(home / "envs") == []
    CASES.append("channel without")


def test_packages_behind_another_door_are_named_too(
    home: Path, channel: LocalChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel's data is for everybody, its packages are not; one of them is in the lock."""
    with PrivateChannel(channel.path) as server:
        put(home, monkeypatch, PLACES["netrc"])

        async def run() -> None:
            manager = make_manager(home, server.url, home / "cache")
            try:
                wanted = CreateRequest(name="made", packages=("tinyblob",))
                await manager.plan(wanted, DiskDocuments(Path.cwd()), Recorder())
                (home / ".netrc").unlink()
                await create(manager, "made", "tinyblob")
            finally:
                await manager.close()

        with pytest.raises(Unreachable) as caught:
            asyncio.run(run())
        names_itself(caught.value, server.url)


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_a_file_of_logins_that_is_not_understood(
    home: Path, private: PrivateChannel, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """rattler's own message shows what stands there, which may be the secret."""
    put(home, monkeypatch, ("logins.json", text, "RATTLER_AUTH_FILE"))
    error = refused(make_manager(home, private.url, home / "cache"), packages=("tinyblob",))
    assert isinstance(error, InvalidFile)
    assert error.fields["path"] == str(home / "logins.json") and str(home / "logins.json") in error.message
    assert private.requests == []
    CASES.append("file")


@pytest.mark.parametrize("how", [*INDEX_PLACES, "the configured address", "a line of the file"])
def test_a_private_index_is_reached(
    home: Path,
    indexed: Callable[[str], Manager],
    private_index: PrivateIndex,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    lines, index = ["tinydep"], private_index.simple_url
    if how in INDEX_PLACES:
        put(home, monkeypatch, INDEX_PLACES[how])
    elif how == "the configured address":
        index = with_user(index)
    else:
        lines.insert(0, f"--index-url {with_user(index)}")
        index = ""
    said = made(indexed(index), file=PIP % ", ".join(map(json.dumps, lines)))
    assert {name for name, text in said.items() if SECRET in text} == set()
    kept = [home / "envs/made/records"] if how == "a line of the file" else []  # the user's own file
    assert [file for file in holding([home / "envs", home / ".local"]) if file.parent.parent not in kept] == []
    assert [path for path in private_index.paths() if "/files/tinywheel-" in path]
    CASES.append("index")


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("place", ["none", "wrong password"])
def test_without_credentials_the_index_and_the_remedy_are_named(
    home: Path, indexed: Callable[[str], Manager], monkeypatch: pytest.MonkeyPatch, place: str, status: int
) -> None:
    put(home, monkeypatch, WRONG[place])
    with PrivateIndex(status) as server:
        error = refused(indexed(server.simple_url), file=PIP % "tinydep")
        names_itself(error, server.simple_url, status)
    CASES.append("index without")


def arguments() -> str:
    """The arguments of every program that runs here, as `ps` shows them to everybody."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            try:
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue  # it has ended
    return "\n".join(found)


@pytest.mark.parametrize("option", ["", "--index-url", "--extra-index-url", "--find-links"])
def test_no_program_is_started_with_a_secret_among_its_arguments(
    indexed: Callable[[str], Manager], private_index: PrivateIndex, option: str
) -> None:
    private_index.fault("", Fault(delay=300))
    address = with_user(private_index.simple_url)
    lines = [json.dumps(f"{option} {address}"), "tinydep"] if option else ["tinydep"]
    manager = indexed("http://127.0.0.1:9/simple" if option else address)

    async def run() -> str:
        wanted = CreateRequest(name="made", file=PIP % ", ".join(lines))
        planning = asyncio.create_task(manager.plan(wanted, DiskDocuments(Path.cwd()), Recorder()))
        try:
            while not private_index.requests:
                assert not planning.done(), planning
                await asyncio.sleep(0.02)
            return arguments()
        finally:
            planning.cancel()
            await asyncio.gather(planning, return_exceptions=True)
            await manager.close()

    seen = asyncio.run(run())
    assert "uv" in seen and "pip compile" in seen
    assert SECRET not in seen
    CASES.append("arguments")


def test_the_count() -> None:
    tell("T13, private channels and indexes", "cases of credentials, given, wrong or missing", len(CASES), len(CASES))
