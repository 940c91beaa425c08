"""Allow-lists: what is below an allowed address, what is not, and who may say so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rattler
from jupyter_core import paths

from jupyter_envs.channels import CondaSettings
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine.client import Engine
from jupyter_envs.errors import EnvsError, Forbidden, InvalidFile
from jupyter_envs.manager import CreateRequest, Manager, Query
from jupyter_envs.models import Package
from jupyter_envs.trust import Defaults, Rules, Trust, is_below

from .localchannel import LocalChannel
from .support.counts import tell
from .support.http_server import FileServer
from .support.managing import Recorder, make_manager
from .support.no_python import Machine
from .support.pypi_index import PypiIndex

# what the engine would take by itself, in the tests that ask no engine
DEFAULTS = Defaults("https://channels.example.org/", "https://pypi.example.org/simple")
FORGE = "https://channels.example.org/conda-forge"
BELOW = [
    (FORGE, FORGE),
    (f"{FORGE}/linux-64/a-1-0.conda", FORGE),
    (f"{FORGE}/", f"{FORGE}/"),
    ("HTTPS://Channels.Example.org/conda-forge/noarch/a.conda", FORGE),
    ("https://user:word@example.org/a/b", "https://example.org/a"),
    ("https://example.org/t/TOKEN/a/b", "https://example.org/a"),
    ("file:///srv/channel/noarch/a.conda", "file:///srv/channel"),
]
NOT_BELOW = [
    ("https://channels.example.org/conda-forge-evil/a.conda", FORGE),
    ("https://channels.example.org/conda-forge/../evil/a.conda", FORGE),
    ("https://channels.example.org/conda-forge/%2e%2e/evil/a.conda", FORGE),
    ("https://channels.example.org/conda-forge/..%5cevil/a.conda", FORGE),
    ("http://channels.example.org/conda-forge/a.conda", FORGE),
    ("https://channels.example.org.example.com/conda-forge/a.conda", FORGE),
    ("https://channels.example.org:444/conda-forge/a.conda", FORGE),
    ("https://channels.example.org@example.com/conda-forge/a.conda", FORGE),
    (FORGE, "conda-forge"),
    ("conda-forge", "conda-forge"),
    ("file:///srv/channel2/a.conda", "file:///srv/channel"),
    ("", FORGE),
]


@pytest.mark.parametrize(("url", "base"), BELOW)
def test_what_is_below_an_address(url: str, base: str) -> None:
    assert is_below(url, base)


@pytest.mark.parametrize(("url", "base"), NOT_BELOW)
def test_what_only_looks_like_it(url: str, base: str) -> None:
    assert not is_below(url, base)


def wheel(url: str) -> Package:
    return Package("a", "1", "pip", url=url)


def test_plain_names_mean_what_the_engine_says() -> None:
    for listed in ("conda-forge", FORGE):
        trust = Trust(channels=(listed,), defaults=DEFAULTS)
        trust.check_channels(["conda-forge", FORGE], [], CondaSettings())
        trust.check_packages([Package("a", "1", url=f"{FORGE}/noarch/a-1-0.conda")])
        for name in ("conda-forge-evil", "evil", "https://example.org/conda-forge"):
            with pytest.raises(Forbidden):
                trust.check_channels([name], [], CondaSettings())
    with pytest.raises(Forbidden):  # nobody said what the name means
        Trust(channels=("conda-forge",)).check_channels(["conda-forge"], [], CondaSettings())


def test_wheels_may_be_anywhere_on_the_host_of_an_index() -> None:
    team, files = "https://example.org/team/simple", "https://files.example.net"
    trust = Trust(indexes=("default", team, files), defaults=DEFAULTS)
    for url in (f"{files}/packages/a-1.whl", "https://example.org/files/a.whl", "https://pypi.example.org/f/a.whl"):
        trust.check_packages([wheel(url)])
    for url in ("https://files.example.org/a-1.whl", "https://files.example.net.example.com/a.whl", ""):
        with pytest.raises(Forbidden, match="package index") as caught:
            trust.check_packages([wheel(url)])
        assert "default, https://example.org/team/simple" in caught.value.hints[0]
    with pytest.raises(Forbidden):
        Trust(indexes=("default",), defaults=DEFAULTS).check_packages([wheel(f"{files}/a.whl")])


def test_the_default_index_is_known() -> None:
    for listed in ("default", DEFAULTS.index):
        Trust(indexes=(listed,), defaults=DEFAULTS).check_pip(["a"], None)
        with pytest.raises(Forbidden):  # nobody said which one it is
            Trust(indexes=(listed,)).check_pip(["a"], None)


def test_the_engine_says_what_it_takes_by_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries' own words, whatever the server's environment says; nobody is asked over the network."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://elsewhere.example/simple")

    async def ask() -> tuple[Defaults, Defaults]:
        async with Engine(home / "cache").session(Recorder()) as session:
            found = Defaults(**await session._ask("defaults"))
        everything = Rules((Trust(channels=("conda-forge",), indexes=("default",)),))
        async with Engine(home / "cache", trust=lambda: everything).session(Recorder()) as session:
            return found, (await session._allowed()).each[0].defaults

    found, known = asyncio.run(ask())
    assert found == known
    assert rattler.Channel("conda-forge").base_url.rstrip("/") == f"{found.alias}conda-forge"
    assert found.index.startswith("https://") and "elsewhere" not in found.index


LINES = [
    "--index-url https://other.example/simple",
    "-i https://other.example/simple",
    "--extra-index-url=https://other.example/simple",
    "--find-links https://other.example/links",
    "a @ https://other.example/a-1-py3-none-any.whl",
    "https://other.example/a-1-py3-none-any.whl",
]


@pytest.mark.parametrize("line", LINES)
def test_a_pip_section_cannot_bring_its_own_index(line: str) -> None:
    trust = Trust(indexes=("https://example.org/simple",), defaults=DEFAULTS)
    trust.check_pip(["a"], "https://example.org/simple")
    with pytest.raises(Forbidden, match=r"other\.example"):
        trust.check_pip(["a", line], "https://example.org/simple")
    with pytest.raises(Forbidden, match=r"pypi\.example\.org"):
        trust.check_pip(["a"], None)


def test_addresses_of_packages_can_be_refused() -> None:
    trust = Trust(addresses=False)
    trust.check_channels(["conda-forge"], ["python >=3"], CondaSettings())
    trust.check_pip(["a >=1"], None)
    with pytest.raises(Forbidden, match="by an address"):
        trust.check_pip(["a @ https://example.org/a-1-py3-none-any.whl"], None)
    with pytest.raises(Forbidden, match="by an address"):
        trust.check_channels([], ["https://example.org/noarch/a-1-0.conda"], CondaSettings())


@pytest.mark.parametrize("spec", ["evil::a", "https://example.org/evil::a", "a[channel=evil]", "evil/linux-64::a"])
def test_a_spec_cannot_bring_its_own_channel(spec: str) -> None:
    with pytest.raises(Forbidden, match="channel"):
        Trust(channels=("conda-forge",), defaults=DEFAULTS).check_channels(
            ["conda-forge"], ["python", spec], CondaSettings()
        )


@pytest.mark.parametrize("channel", ["/srv/channel", "./channel", "../channel", "~/channel", "file:///srv/channel"])
def test_a_folder_is_not_below_a_host(channel: str) -> None:
    with pytest.raises(Forbidden):
        Trust(channels=(DEFAULTS.alias,), defaults=DEFAULTS).check_channels([channel], [], CondaSettings())


def test_a_name_means_what_the_settings_say() -> None:
    settings = CondaSettings(custom_channels={"conda-forge": "https://evil.example"})
    with pytest.raises(Forbidden, match=r"evil\.example"):
        Trust(channels=("conda-forge",), defaults=DEFAULTS).check_channels(["conda-forge"], [], settings)
    with pytest.raises(Forbidden, match="pkgs"):
        Trust(channels=("conda-forge",), defaults=DEFAULTS).check_channels(["defaults"], [], CondaSettings())


def test_all_rules_count() -> None:
    rules = Rules((Trust(channels=("a", "b")), Trust(channels=("b", "c")))).knowing(DEFAULTS)
    rules.check_channels(["b"], [], CondaSettings())
    for name in ("a", "c"):
        with pytest.raises(Forbidden):
            rules.check_channels([name], [], CondaSettings())


@pytest.fixture
def administrator(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Path]:
    """Writes the machine's settings, which are in a folder of the test's own."""
    folder = tmp_path / "etc"
    monkeypatch.setattr(paths, "SYSTEM_CONFIG_PATH", [str(folder)])
    monkeypatch.setattr(paths, "ENV_CONFIG_PATH", [])

    def write(section: Any) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / "jupyter_envs_config.json"
        path.write_text(section if isinstance(section, str) else json.dumps({"Manager": section}))
        return path

    return write


def plan(manager: Manager, **request: Any) -> Any:
    wanted = CreateRequest(name="new", **request)
    return asyncio.run(manager.plan(wanted, DiskDocuments(Path.cwd()), Recorder()))


def test_nothing_is_asked_of_a_channel_that_is_not_allowed(home: Path, channel_server: FileServer) -> None:
    cache = home / "cache"
    manager = make_manager(home, channel_server.url, cache, allowed_channels=["conda-forge"])
    for request in ({"packages": ("tinyblob",)}, {"file": f"dependencies: ['{channel_server.url}::tinyblob']\n"}):
        with pytest.raises(Forbidden, match="not allowed"):
            plan(manager, **request)
    with pytest.raises(Forbidden, match="not allowed"):
        asyncio.run(manager.search(Query("tiny")))
    assert channel_server.requests == []
    allowed = make_manager(home, channel_server.url, cache, allowed_channels=[channel_server.url])
    assert plan(allowed, packages=("tinyblob",)).added


def test_a_lock_cannot_bring_its_own_channel(home: Path, channel_server: FileServer, package_cache: Path) -> None:
    maker = make_manager(home, channel_server.url, home / "cache")
    found = plan(maker, packages=("tinyblob",)).added
    text = "@EXPLICIT\n" + "".join(f"{package.url}#sha256:{package.sha256}\n" for package in found)
    channel_server.well_behaved()
    manager = make_manager(home, channel_server.url, home / "other", allowed_channels=["conda-forge"])
    with pytest.raises(Forbidden, match="not allowed"):
        plan(manager, file=text, filename="explicit.txt")
    assert channel_server.requests == []


def test_an_index_that_is_not_allowed_is_not_asked(
    home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex
) -> None:
    options = {"pypi_index": f"{pypi_index.url}/simple", "allowed_indexes": ["https://example.org/simple"]}
    manager = make_manager(home, channel.file_url, package_cache, **options)
    before = len(pypi_index.requests)
    with pytest.raises(Forbidden, match="package index"):
        plan(manager, file="dependencies: [python, {pip: [tiny]}]\n")
    assert len(pypi_index.requests) == before


def test_a_user_cannot_widen_what_the_administrator_allows(
    home: Path, administrator: Callable[[Any], Path], channel_server: FileServer
) -> None:
    administrator({"allowed_channels": ["conda-forge"], "allow_source_builds": False})
    manager = make_manager(
        home, channel_server.url, home / "cache", allowed_channels=[channel_server.url], allow_source_builds=True
    )
    assert manager.allow_source_builds is False
    with pytest.raises(Forbidden, match="not allowed"):
        plan(manager, packages=("tinyblob",))
    # what the user's own settings turn into something else does not help
    alias = make_manager(home, "conda-forge", home / "cache", custom_channels={"conda-forge": channel_server.url})
    with pytest.raises(Forbidden, match="not allowed"):
        plan(alias, packages=("tinyblob",))
    assert channel_server.requests == []
    administrator({"allowed_channels": ["conda-forge", channel_server.url]})
    assert plan(manager, packages=("tinyblob",)).added


def test_an_administrator_s_indexes_are_where_pythons_may_come_from(
    machine: Machine, administrator: Callable[[Any], Path]
) -> None:
    index, own = machine.index.url, machine.server.url
    administrator({"allowed_indexes": [index]})
    with pytest.raises(Forbidden, match=r"The Python of .* is not allowed here"):
        machine.plan(allowed_indexes=[index, own])
    assert machine.asked() == []
    administrator({"allowed_indexes": [index, own]})
    assert "downloaded by uv" in machine.plan().python


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"Manager": 3}', '{"Manager": {"allowed_channels": "x"}}', '{"Manager": {"allowed_channels": [1]}}',
     '{"Manager": {"allow_source_builds": "no"}}', '{"Manager": {"allowed_indexes": [""]}}', "[" * 100_000],
)  # fmt: skip
def test_rules_that_are_not_understood_allow_nothing(
    home: Path, administrator: Callable[[Any], Path], channel_http: str, text: str
) -> None:
    path = administrator(text)
    manager = make_manager(home, channel_http, home / "cache", allow_source_builds=True)
    assert manager.allow_source_builds is False
    with pytest.raises(InvalidFile, match=r"administrator") as caught:
        plan(manager, packages=("tinyblob",))
    assert caught.value.fields["path"] == str(path)
    assert isinstance(caught.value, EnvsError) and caught.value.hints


def test_the_count() -> None:
    cases = len(BELOW) + len(NOT_BELOW)
    tell("allow-lists", "addresses held against another", cases, cases)
