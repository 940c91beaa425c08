"""T24: each fault of a network is tried again or becomes an error that says what; nothing changes on the disk.

Every case ends with the fault gone and the same request made again, which works, from the same cache.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EngineFailed, EnvsError, PackageRefused, Unreachable
from jupyter_envs.manager import CreateRequest, Manager

from .localchannel import LocalChannel
from .support.counts import tell
from .support.faulty_network import (
    Answer,
    FaultyChannel,
    cut,
    instead,
    no_http,
    nothing,
    reset,
    too_long,
    too_short,
    whole,
)
from .support.http_server import Fault, FileServer, Response
from .support.managing import Recorder, make_manager, tree
from .support.private import BASIC, with_user
from .support.pypi_index import PypiIndex

DATA, PACKAGE, BOTH = "repodata", "tinyblob-", ""
PAGE = Response(200, b"<html>Please log in</html>", {"Content-Type": "text/html"})
ALWAYS = 1_000_000
SECONDS = 3.0  # of silence, in the cases that are about it
Kind = type[EnvsError] | None
CASES: list[str] = []


def status(number: int, **headers: str) -> Answer:
    return instead(Response(number, b"no\n", {name.replace("_", "-"): value for name, value in headers.items()}))


def forever(to: Any, _: Response) -> None:
    """A redirect to a path that redirects."""
    to.sendall(whole(Response(302, b"", {"Location": "/repodata-tinyblob-"})))


@dataclass(frozen=True)
class Case:
    """What is wrong, with what, how often; and what comes of it: None for success after another try."""

    name: str
    part: str
    answer: Answer
    outcome: Kind
    says: str = ""
    times: int = ALWAYS


FAULTS = [
    Case("the channel's data is cut", DATA, cut, Unreachable, "end of file|reading a body"),
    Case("the channel's data is cut once", DATA, cut, None, times=1),
    Case("the connection is reset in the data", DATA, reset, Unreachable, "reset|reading a body"),
    Case("more data is promised than comes", DATA, too_short, Unreachable, "end of file|reading a body"),
    Case("less data is promised than there is", DATA, too_long, Unreachable, "parse|decode"),
    Case("the connection ends without a word", DATA, nothing, Unreachable, "connection closed"),
    Case("the connection ends without a word once", DATA, nothing, None, times=1),
    Case("what answers speaks no HTTP", DATA, no_http, Unreachable, "invalid HTTP"),
    Case("the channel is not there", DATA, status(404), Unreachable, "404"),
    Case("too many requests, for ever", DATA, status(429, Retry_After="0"), Unreachable, "429"),
    Case("too many requests, twice", DATA, status(429, Retry_After="0"), None, times=2),
    Case("the server fails, for ever", DATA, status(500), Unreachable, "500"),
    Case("the server fails, twice", DATA, status(500), None, times=2),
    Case("a bad gateway, for ever", DATA, status(502), Unreachable, "502"),
    Case("the server is away, twice", DATA, status(503), None, times=2),
    Case("the data is garbage", DATA, instead(Response(200, b"\0garbage" * 99)), Unreachable, "invalid|decode|parse"),
    Case("a portal wants a login", DATA, instead(PAGE), Unreachable, "invalid|decode|parse"),
    Case("the data redirects for ever", DATA, forever, Unreachable, "redirect"),
    Case("a package is cut", PACKAGE, cut, Unreachable, "tinyblob"),
    Case("a package is cut once", PACKAGE, cut, None, times=1),
    Case("the connection is reset in a package, twice", PACKAGE, reset, None, times=2),
    Case("more of a package is promised than comes", PACKAGE, too_short, Unreachable, "tinyblob"),
    Case("less of a package is promised than there is", PACKAGE, too_long, PackageRefused, "hash mismatch"),
    Case("another file in place of a package", PACKAGE, instead(Response(200, b"x" * 99)), PackageRefused, "hash"),
    Case(
        "a larger file in place of a package", PACKAGE, instead(Response(200, b"x" * 9999)), PackageRefused, "more than"
    ),
    Case("a portal in place of a package", PACKAGE, instead(PAGE), PackageRefused, "hash mismatch"),
    Case("a package is gone", PACKAGE, status(404), Unreachable, "404"),
    Case("a package's server fails, for ever", PACKAGE, status(503), Unreachable, "503"),
    Case("a package's server fails, twice", PACKAGE, status(500), None, times=2),
    Case("a package redirects for ever", PACKAGE, forever, Unreachable, "redirect"),
]


@pytest.fixture
def faulty(channel: LocalChannel) -> Iterator[FaultyChannel]:
    with FaultyChannel(channel.path) as server:
        yield server


def outcome(manager: Manager, **request: Any) -> tuple[Kind, EnvsError | None, Recorder]:
    """What comes of making an environment."""
    recorder = Recorder()

    async def run() -> None:
        try:
            await manager.create(CreateRequest(name="made", **request), DiskDocuments(Path.cwd()), recorder)
        finally:
            await manager.close()

    try:
        asyncio.run(run())
    except EnvsError as error:
        return type(error), error, recorder
    return None, None, recorder


def nothing_changed(home: Path) -> None:
    """No environment, no kernel, and in the cache no package that is not whole.

    A worker that was ended leaves a scratch folder there, which cleaning up takes away when it is old.
    """
    assert not (home / "envs").exists() or [path for path in tree(home / "envs") if ".locks" not in path] == []
    assert [*home.rglob("kernel.json")] == []
    assert not [path for path in tree(home / "cache") if "tinyblob" in path and "/.fetch-" not in path]


def check(home: Path, make: Callable[[], Manager], expected: Kind, says: str, repair: Callable[[], None]) -> Recorder:
    """Make it with the fault, and again without."""
    kind, error, recorder = outcome(make(), packages=("tinyblob",))
    assert kind is expected, error
    if error is not None:
        assert any(word in error.message for word in says.split("|")), error.message
        assert error.hints and "Traceback" not in "\n".join([error.message, *recorder.lines])
        nothing_changed(home)
        repair()
        assert outcome(make(), packages=("tinyblob",))[0] is None
    CASES.append(says)
    return recorder


@pytest.mark.parametrize("case", FAULTS, ids=[case.name for case in FAULTS])
def test_a_fault(home: Path, faulty: FaultyChannel, case: Case) -> None:
    faulty.fault(case.part, case.answer, case.times)

    def make() -> Manager:
        return make_manager(home, faulty.url, home / "cache")

    recorder = check(home, make, case.outcome, case.says, faulty.well_behaved)
    if case.part == PACKAGE and case.outcome is None and case.answer in (cut, reset):
        assert len([line for line in recorder.lines if "the connection broke" in line]) == case.times
        assert recorder.states[-1].bytes_done >= 0


@pytest.mark.parametrize("part", [DATA, PACKAGE])
@pytest.mark.parametrize("how", ["silence", "drip"])
def test_a_server_that_never_comes_to_an_end(home: Path, faulty: FaultyChannel, part: str, how: str) -> None:
    """The time is the configured one, in which nothing happens; what is told does not say how long it took."""
    faulty.fault(part, getattr(faulty, how))

    def make() -> Manager:
        return make_manager(home, faulty.url, home / "cache", engine_patience=SECONDS)

    check(home, make, EngineFailed, "did nothing for 3 s", faulty.well_behaved)


def test_nobody_listens(home: Path, channel: LocalChannel) -> None:
    with FileServer(channel.path) as server:
        address = server.url
    kind, error, _ = outcome(make_manager(home, address, home / "cache"), packages=("tinyblob",))
    assert kind is Unreachable and "Connect" in str(error)
    nothing_changed(home)
    CASES.append("nobody")


def test_a_name_that_has_no_address(home: Path) -> None:
    """A label that is too long is never looked up: no name server is asked."""
    manager = make_manager(home, f"http://{'x' * 64}.invalid", home / "cache")
    kind, error, _ = outcome(manager, packages=("tinyblob",))
    assert kind is Unreachable and ".invalid/" in str(error) and "failed to lookup address" in str(error)
    nothing_changed(home)
    CASES.append("dns")


def test_a_proxy_that_wants_a_login(home: Path, faulty: FaultyChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty.fault("", status(407, Proxy_Authenticate='Basic realm="proxy"'))
    monkeypatch.setenv("http_proxy", faulty.url)
    manager = make_manager(home, "http://channel.invalid", home / "cache")
    kind, error, _ = outcome(manager, packages=("tinyblob",))
    assert kind is Unreachable and error is not None and "407" in error.message
    assert "proxy_servers" in error.hints[0]
    nothing_changed(home)
    CASES.append("proxy")


@pytest.mark.parametrize("to", ["another port", "another name"])
def test_a_redirect_to_another_host_is_followed_without_the_credentials(
    home: Path, channel: LocalChannel, faulty: FaultyChannel, to: str
) -> None:
    with FileServer(channel.path) as other:
        host = other.url.replace("127.0.0.1", "localhost") if to == "another name" else other.url
        faulty.fault(BOTH, lambda reply, _: reply.sendall(redirect(faulty.paths[-1], host)))
        kind, error, _ = outcome(make_manager(home, with_user(faulty.url), home / "cache"), packages=("tinyblob",))
        assert kind is None, error
        assert any(PACKAGE in path for path in other.paths())
        assert {request.headers.get("authorization") for request in other.requests} == {None}
        assert BASIC in faulty.authorizations
    CASES.append("redirect")


def redirect(path: str, host: str) -> bytes:
    return whole(Response(302, b"", {"Location": host + path}))


def certificate(folder: Path, *more: str) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, *more, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    (folder / "both.pem").write_text(key.read_text() + cert.read_text())
    return folder / "both.pem"


@pytest.mark.parametrize("how", ["a certificate of nobody", "no TLS at all"])
def test_tls_that_cannot_be_trusted(home: Path, channel: LocalChannel, tmp_path: Path, how: str) -> None:
    server = FileServer(channel.path)
    if how != "no TLS at all":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(tmp_path))
        server.secure(context)
    with server:
        address = server.url.replace("http:", "https:")
        kind, error, _ = outcome(make_manager(home, address, home / "cache"), packages=("tinyblob",))
    assert kind is Unreachable and error is not None and address in error.message
    assert ("InvalidContentType" if how == "no TLS at all" else "invalid peer certificate") in error.message
    assert server.requests == []
    nothing_changed(home)
    CASES.append("tls")


@dataclass(frozen=True)
class IndexCase:
    """As `Case`, of a package index."""

    name: str
    part: str
    fault: Fault
    outcome: Kind
    says: str = ""
    times: int = ALWAYS


WHEEL = "/files/tinywheel-1.1-py3-none-any.whl"
INDEX = [
    IndexCase("the index fails, once", "/simple/tinywheel", Fault(status=503), None, times=1),
    IndexCase("the index fails, for ever", "/simple/tinywheel", Fault(status=503), Unreachable, "503"),
    IndexCase("the index's page is garbage", "/simple/tinywheel", Fault(body=b"\0\1"), EngineFailed, "tinywheel"),
    IndexCase("a wheel is cut, once", WHEEL, Fault(cut=100), None, times=1),
    IndexCase("the index is silent", "/simple/tinywheel", Fault(delay=300), EngineFailed, "did nothing"),
]


@pytest.mark.parametrize("case", INDEX, ids=[case.name for case in INDEX])
def test_a_fault_of_an_index(home: Path, channel: LocalChannel, case: IndexCase) -> None:
    with PypiIndex() as index:
        index.fault(case.part, case.fault, case.times)
        options = {"pypi_index": index.simple_url, "engine_patience": SECONDS if case.fault.delay else 300.0}
        file = "dependencies: [python, ipykernel, {pip: [tinywheel]}]\n"
        kind, error, _ = outcome(make_manager(home, channel.file_url, home / "cache", **options), file=file)
    assert kind is case.outcome, error
    if error is not None:
        assert case.says in error.message and error.hints, error.message
        assert not (home / "envs/made/environment.json").exists()
        assert [*home.rglob("kernel.json")] == []
    CASES.append("index")


def test_the_count() -> None:
    tell("T24, network faults", "cases", len(CASES), len(CASES))
