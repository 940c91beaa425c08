"""conda's settings at work: a real channel behind names of a `.condarc`, a real proxy, a real certificate."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.channels import LICENCE_NOTE
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, InvalidFile, Unreachable, Unsolvable
from jupyter_envs.manager import CreateRequest, Manager, Query
from jupyter_envs.models import Plan

from .localchannel import LocalChannel
from .support.http_server import Fault, FileServer
from .support.managing import Recorder, create

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def channels(channel: LocalChannel, tmp_path: Path) -> Iterator[FileServer]:
    """The test channel as ``/ours/tiny``, ``/alias/other``, ``/pkgs/main`` and ``/pkgs/r`` of one server."""
    root = tmp_path / "channels"
    for name in ("ours/tiny", "alias/other", "pkgs/main", "pkgs/r"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(channel.path, root / name)
    with FileServer(root) as server:
        yield server


def manager(home: Path, condarc: str, **options: Any) -> Manager:
    """A manager of a user with this `.condarc`; nothing else is configured unless it is said."""
    (home / ".condarc").write_text(condarc)
    return Manager(root_dir=str(home / "envs"), cache_dir=str(home / "cache"), **options)


async def plan_of(manager: Manager, *channels: str, packages: tuple[str, ...] = ("tinytext",)) -> Plan:
    request = CreateRequest(name="x", packages=packages, channels=channels)
    return await manager.plan(request, DiskDocuments(Path.cwd()), Recorder())


def plan(manager: Manager, *channels: str, packages: tuple[str, ...] = ("tinyblob",)) -> Plan:
    return asyncio.run(plan_of(manager, *channels, packages=packages))


def names_condarc(server: FileServer) -> str:
    return (
        f"channels: [tiny]\nchannel_alias: {server.url}/alias\ncustom_channels:\n  tiny: {server.url}/ours\n"
        f"default_channels: ['{server.url}/pkgs/main', '{server.url}/pkgs/r']\n"
        "custom_multichannels:\n  both: [other, tiny]\n"
    )


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ((), "/ours/tiny/"),
        (("other",), "/alias/other/"),
        (("defaults",), "/pkgs/main/"),
        (("pkgs/r",), "/pkgs/r/"),
        (("both",), "/alias/other/"),
    ],
)
def test_names_lead_to_the_configured_addresses(
    home: Path, channels: FileServer, asked: tuple[str, ...], place: str
) -> None:
    found = plan(manager(home, names_condarc(channels)), *asked)
    (package,) = found.added
    assert package.url.startswith(channels.url + place)
    assert (LICENCE_NOTE in found.notes) == (asked in (("defaults",), ("pkgs/r",)))
    assert found.channels == (asked or ("tiny",))


def test_a_specs_own_channel_is_meant_in_the_same_way(home: Path, channels: FileServer) -> None:
    found = plan(manager(home, names_condarc(channels)), "both", packages=("tiny::tinyblob",))
    assert found.added[0].url.startswith(f"{channels.url}/ours/tiny/")


def test_an_environment_is_made_and_a_search_answered_through_a_name(home: Path, channels: FileServer) -> None:
    async def run() -> None:
        ours = manager(home, names_condarc(channels))
        try:
            assert (await create(ours, "made", "tinyblob")).state == "ready"
            found = (await ours.search(Query("tinytext", ("both",)))).to_json()
            assert found["packages"][0]["channel"] == "other"
        finally:
            await ours.close()

    asyncio.run(run())


def test_what_changes_in_the_file_counts_for_the_next_job(home: Path, channels: FileServer) -> None:
    async def run() -> None:
        ours = manager(home, names_condarc(channels))
        try:
            assert (await ours.search(Query("tiny"))).query.channels == ("tiny",)
            (home / ".condarc").write_text(f"channels: [other]\nchannel_alias: {channels.url}/alias\n")
            assert (await ours.search(Query("tiny"))).query.channels == ("other",)
            assert "/alias/other/" in (await plan_of(ours)).added[0].url
        finally:
            await ours.close()

    asyncio.run(run())


def test_the_configuration_of_jupyter_envs_wins(home: Path, channels: FileServer) -> None:
    condarc = names_condarc(channels).replace("[tiny]", "[nowhere] #!final")
    assert "/ours/tiny/" in plan(manager(home, condarc, default_channels=["tiny"])).added[0].url
    alias = {"channel_alias": f"{channels.url}/ours"}
    assert "/ours/tiny/" in plan(manager(home, "channel_alias: http://127.0.0.1:9\n", **alias), "tiny").added[0].url
    assert manager(home, condarc, read_condarc=False).default_channels == ["conda-forge"]


def test_a_file_that_is_not_understood_stops_every_solve_and_nothing_else(home: Path, channel_http: str) -> None:
    async def run() -> None:
        ours = manager(home, "channels: {a: b}\n", default_channels=[channel_http])
        with pytest.raises(InvalidFile, match=r"\.condarc, line 1, channels"):
            await plan_of(ours)
        with pytest.raises(InvalidFile):
            await ours.search(Query("tiny"))
        assert await ours.environments() == []
        findings = [finding for finding in (await ours.diagnose()).findings if finding.code == "condarc"]
        assert "line 1" in findings[0].message
        await ours.close()

    asyncio.run(run())


def test_the_doctor_says_what_is_in_force_and_why(home: Path) -> None:
    text = "channel_alias: https://user:hush@example.org\nchannels: [a]\nssl_verify: false\ndenylist_channels: [b]\n"
    report = asyncio.run(manager(home, text, channel_priority="disabled").diagnose())
    facts = report.facts
    assert facts["condarc"] == str(home / ".condarc")
    assert facts["conda channels"] == f"a ({home}/.condarc, line 2)"
    assert facts["conda channel_alias"] == f"https://***@example.org ({home}/.condarc, line 1)"
    assert facts["conda channel_priority"] == "disabled (the configuration of Jupyter Envs)"
    assert facts["conda pkgs_dirs"] == "none (default)"
    assert "hush" not in json.dumps(report.to_json())
    messages = [finding.message for finding in report.findings if finding.code == "condarc"]
    assert any("denylist_channels" in message for message in messages)
    assert any("not verified" in message for message in messages)


def without_the_new_version(channel: Path) -> None:
    """Take tinytext 2.0 out of a channel's data."""
    for repodata in channel.glob("*/repodata.json"):
        data = json.loads(repodata.read_text())
        data["packages"] = {
            name: record
            for name, record in data["packages"].items()
            if (record["name"], record["version"]) != ("tinytext", "2.0")
        }
        repodata.write_text(json.dumps(data))


@pytest.mark.parametrize(("priority", "version"), [("strict", "1.0"), ("flexible", "1.0"), ("disabled", "2.0")])
def test_channel_priority(home: Path, channels: FileServer, priority: str, version: str) -> None:
    without_the_new_version(channels.folder / "ours" / "tiny")
    ours = manager(home, names_condarc(channels) + f"channel_priority: {priority}\n")
    found = plan(ours, "tiny", "other", packages=("tinytext",))
    assert {package.version for package in found.added if package.name == "tinytext"} == {version}


@pytest.mark.parametrize(("priority", "solvable"), [("strict", False), ("flexible", True), ("disabled", True)])
def test_a_version_of_a_lower_channel_is_not_taken_by_strict_priority(
    home: Path, channels: FileServer, priority: str, solvable: bool
) -> None:
    without_the_new_version(channels.folder / "ours" / "tiny")
    ours = manager(home, names_condarc(channels) + f"channel_priority: {priority}\n")
    if solvable:
        assert plan(ours, "tiny", "other", packages=("tinytext=2.0",)).added
    else:
        with pytest.raises(Unsolvable, match="strict channel priority"):
            plan(ours, "tiny", "other", packages=("tinytext=2.0",))
        found = plan(ours, "tiny", "other", packages=("other::tinytext=2.0",))
        assert {package.version for package in found.added if package.name == "tinytext"} == {"2.0"}


def test_archives_in_condas_caches_are_not_downloaded(home: Path, channels: FileServer, channel: LocalChannel) -> None:
    pkgs = home / "pkgs"
    pkgs.mkdir()
    for archive in channel.path.glob("*/tinyblob-*"):
        shutil.copy(archive, pkgs)
    before = {path: path.read_bytes() for path in pkgs.iterdir()}
    assert before

    async def run() -> None:
        ours = manager(home, names_condarc(channels) + "pkgs_dirs: [~/pkgs]\n")
        before, after = await plan_of(ours), await plan_of(ours, packages=("tinytext", "tinyblob"))
        assert before.to_fetch == after.to_fetch > 0
        await create(ours, "made", "tinyblob")
        await ours.close()

    asyncio.run(run())
    assert not [path for path in channels.paths() if "tinyblob-" in path]
    assert {path: path.read_bytes() for path in pkgs.iterdir()} == before


def test_an_archive_that_was_changed_is_not_taken(home: Path, channels: FileServer, channel: LocalChannel) -> None:
    pkgs = home / "pkgs"
    pkgs.mkdir()
    for archive in channel.path.glob("*/tinyblob-*"):
        data = bytearray(archive.read_bytes())
        data[-1] ^= 1
        (pkgs / archive.name).write_bytes(data)

    async def run() -> None:
        ours = manager(home, names_condarc(channels) + "pkgs_dirs: [~/pkgs]\n")
        await create(ours, "made", "tinyblob")
        await ours.close()

    asyncio.run(run())
    assert [path for path in channels.paths() if "tinyblob-" in path]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate and its key for 127.0.0.1 that nobody knows, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate")
    key, cert, both = tmp_path / "key.pem", tmp_path / "cert.pem", tmp_path / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-keyout",
        str(key),
        "-out",
        str(cert),
    ]
    subprocess.run(command, check=True, capture_output=True)
    both.write_text(key.read_text() + cert.read_text())
    return both


@pytest.fixture
def secure(channel: LocalChannel, certificate: Path) -> Iterator[FileServer]:
    """The test channel over HTTPS."""
    server = FileServer(channel.path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.secure(context)
    with server:
        yield server


def test_servers_are_verified(home: Path, secure: FileServer) -> None:
    with pytest.raises(Unreachable):
        plan(manager(home, ""), secure.url)


@pytest.mark.parametrize("how", ["a file of certificates", "not at all"])
def test_servers_are_verified_as_configured(home: Path, secure: FileServer, certificate: Path, how: str) -> None:
    verify = "false" if how == "not at all" else str(certificate.with_name("cert.pem"))

    async def run() -> None:
        ours = manager(home, f"ssl_verify: {verify}\nchannels: ['{secure.url}']\n")
        assert (await create(ours, "made", "tinyblob")).state == "ready"
        await ours.close()

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "all"])
def test_channels_are_reached_through_the_proxy(home: Path, channels: FileServer, scheme: str) -> None:
    """Only the proxy can find the host."""
    text = f"proxy_servers:\n  {scheme}: {channels.url}\nchannels: ['http://channel.invalid/ours/tiny']\n"

    async def run() -> None:
        ours = manager(home, text)
        assert (await create(ours, "made", "tinyblob")).state == "ready"
        await ours.close()

    asyncio.run(run())
    assert any("tinyblob-" in path for path in channels.paths())


def test_a_proxy_in_the_way_of_nobody(home: Path, channels: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    text = names_condarc(channels) + "proxy_servers:\n  http: http://127.0.0.1:9\n"
    assert plan(manager(home, text)).added


def test_the_pip_section_uses_the_same_proxy(home: Path, channel: LocalChannel) -> None:
    with FileServer(channel.path) as proxy:
        proxy.fault("simple", Fault(status=418))
        text = f"channels: ['{channel.file_url}']\nproxy_servers: {{http: '{proxy.url}'}}\n"
        file = "name: x\ndependencies: [python, ipykernel, pip: [tinywheel]]\n"

        async def run() -> None:
            ours = manager(home, text, pypi_index="http://index.invalid/simple")
            await ours.plan(CreateRequest(file=file), DiskDocuments(Path.cwd()), Recorder())

        with pytest.raises(EnvsError):
            asyncio.run(run())
        assert any("/simple/" in path for path in proxy.paths())
