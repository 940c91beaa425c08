"""What every test can ask for: a real channel, a real package index, a home of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from jupyter_envs.engine import process

from .localchannel import DISTRIBUTIONS, LocalChannel, build_channel
from .support import counts
from .support.home import configure, isolated_environment
from .support.http_server import FileServer
from .support.lab import Lab
from .support.no_python import Machine
from .support.pypi_index import PypiIndex, tiny_files
from .support.repacked import repacked
from .support.standalone import START, PythonServer, own_archive

# a busy machine is no reason for a property test to fail
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="Run the loops of the fault tests in full: hours.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The loops in full take as long as they take."""
    for item in items if counts.LONG else ():
        item.add_marker(pytest.mark.timeout(0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how short the loops were."""
    if counts.TOLD:
        terminalreporter.section("faults, cases run")
        for line in counts.TOLD:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def channel(pytestconfig: pytest.Config) -> LocalChannel:
    """This Python, ipykernel and rich with all they need, and the samples; kept between runs, not to be written to."""
    cache = pytestconfig.cache
    assert cache is not None, "the tests keep their channel in pytest's cache: do not disable the cacheprovider plugin"
    return build_channel(Path(cache.mkdir("local-channel")) / "channel", DISTRIBUTIONS, samples=True)


@pytest.fixture(scope="session")
def channel_http(channel: LocalChannel) -> Iterator[str]:
    """The address of the channel on a server that behaves."""
    with FileServer(channel.path) as server:
        yield server.url


@pytest.fixture
def channel_server(channel: LocalChannel) -> Iterator[FileServer]:
    """The channel on a server of the test's own, which can be told to misbehave and shows what was asked."""
    with FileServer(channel.path) as server:
        yield server


@pytest.fixture(scope="session")
def pypi_index() -> Iterator[PypiIndex]:
    """A package index with the packages of `pypi_index.tiny_files`."""
    with PypiIndex() as index:
        yield index


@pytest.fixture(scope="session")
def kernel_index() -> Iterator[PypiIndex]:
    """The same, with the tests' own ipykernel and rich and all that they need: enough for whole environments."""
    with PypiIndex([*tiny_files(), *repacked(*DISTRIBUTIONS)]) as index:
        yield index


@pytest.fixture(scope="session")
def package_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package cache that tests share, for those that are not about an empty one."""
    return tmp_path_factory.mktemp("package-cache")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new and empty home folder; no setting of the machine or the user reaches the test."""
    folder = tmp_path / "home"
    folder.mkdir()
    isolated = isolated_environment(folder)
    for name in set(os.environ) - set(isolated):
        monkeypatch.delenv(name)
    for name, value in isolated.items():
        monkeypatch.setenv(name, value)
    # for tests that are not about it, it is only load
    configure(folder, {"Manager": {"compile_bytecode": False}})
    return folder


@pytest.fixture(scope="session")
def python_archive() -> bytes:
    """This Python, as uv downloads one."""
    return own_archive()


@pytest.fixture
def python_server(python_archive: bytes) -> Iterator[PythonServer]:
    """A server with it, and with the list that names it."""
    with PythonServer(python_archive) as server:
        yield server


@pytest.fixture
def no_python(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home on a machine where no Python fits: uv finds none, and the one that runs the engine is too old."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(process, "START", START)
    return home


@pytest.fixture
def machine(no_python: Path, kernel_index: PypiIndex, package_cache: Path, python_server: PythonServer) -> Machine:
    """That machine, with managers that may download the server's Python."""
    return Machine(no_python, kernel_index, package_cache, python_server)


@pytest.fixture(scope="session")
def lab(channel: LocalChannel, package_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real JupyterLab whose only channel is the test channel. All tests share it: use names of your own."""
    home = tmp_path_factory.mktemp("lab")
    settings = {
        "default_channels": [channel.file_url],
        "root_dir": str(home / "envs"),
        "cache_dir": str(package_cache),
    }
    with Lab(home, {"Manager": settings}) as server:
        yield server
