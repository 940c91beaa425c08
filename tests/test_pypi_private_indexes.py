"""Files of pip, pipenv and uv whose index wants credentials, and indexes that are not allowed: every kind of file.

How pip sections beside conda's packages get there, and what an index says: `test_private_channels`.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, Forbidden, Unreachable
from jupyter_envs.exports import FORMATS
from jupyter_envs.manager import CreateRequest, Manager, to_json
from jupyter_envs.redact import told

from .support.counts import tell
from .support.managing import Recorder, make_manager, tree, write_notebook
from .support.private import SECRET, USER, PrivateIndex, holding, with_user
from .support.pypi_index import PypiIndex
from .support.pypi_kinds import KINDS, WITH_AN_INDEX, Wish, enough_files, file_of
from .test_pypi_environments import NO_CHANNEL

NETRC = f"machine 127.0.0.1 login {USER} password {SECRET}\n"
CASES: Counter[str] = Counter()


@pytest.fixture
def manage(home: Path) -> Callable[..., Manager]:
    """Makes managers that reach no channel, with a cache of the test's own."""
    return lambda index, **options: make_manager(home, NO_CHANNEL, home / "cache", pypi_index=index, **options)


@pytest.fixture
def private() -> Iterator[PrivateIndex]:
    with PrivateIndex() as server:
        server.files = enough_files()
        yield server


def request(kind: str, wish: Wish) -> CreateRequest:
    filename, text = KINDS[kind]
    return CreateRequest(name="pure", file=text(wish), filename=filename)


def put_netrc(home: Path, text: str = NETRC) -> None:
    (home / ".netrc").write_text(text)
    (home / ".netrc").chmod(0o600)


def everything_said(manager: Manager, asked: CreateRequest, folder: Path) -> dict[str, str]:
    """Plan, make, pin and export; by what said it, its text."""
    recorder = Recorder()
    documents, notebook = write_notebook(folder)

    async def run() -> dict[str, str]:
        try:
            found = await manager.plan(asked, documents, recorder)
            await manager.create(asked, documents, recorder, confirmed=found.hash)
            await manager.pin(notebook.name, "pure", documents)
            exports = [(await manager.export("pure", form)).text for form in FORMATS]
            return {
                "plan": json.dumps(to_json(found)),
                "detail": json.dumps(to_json(await manager.environment("pure"))),
                "exports": "".join(exports),
                "log": "\n".join(recorder.lines),
                "pinned": "".join(path.read_text() for path in folder.iterdir()),
            }
        finally:
            await manager.close()

    return asyncio.run(run())


def refused(manager: Manager, asked: CreateRequest) -> EnvsError:
    """The error of making it, which leaves nothing."""

    async def run() -> None:
        try:
            await manager.create(asked, DiskDocuments(Path.cwd()), Recorder())
        finally:
            await manager.close()

    with pytest.raises(EnvsError) as caught:
        asyncio.run(run())
    assert [path for path in tree(Path(manager.root_dir)) if not path.startswith(".")] == []
    return caught.value


@pytest.mark.parametrize("how", ["netrc", "the configuration"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_private_index_is_reached_and_its_secret_is_nowhere(
    kind: str, how: str, home: Path, private: PrivateIndex, manage: Callable[..., Manager]
) -> None:
    """Also where the file itself names the configured index, without them."""
    if how == "netrc":
        put_netrc(home)
    configured = private.simple_url if how == "netrc" else with_user(private.simple_url)
    wish = Wish(file_of(private.files, "tinywheel"), private.simple_url)
    said = everything_said(manage(configured), request(kind, wish), home / "work")
    assert {name for name, text in said.items() if SECRET in text} == set()
    assert holding([home / "envs", home / ".local", home / "work"]) == []
    assert [path for path in private.paths() if path.endswith(wish.file.file_name)]
    CASES["private indexes, reached"] += 1


def test_an_index_beside_the_configured_one_does_not_get_its_credentials(
    private: PrivateIndex, manage: Callable[..., Manager]
) -> None:
    """Not even on the same host: only the address that is configured has them."""
    wish = Wish(file_of(private.files, "tinywheel"), f"{private.simple_url}/other")
    error = refused(manage(with_user(private.simple_url)), request("requirements", wish))
    assert isinstance(error, Unreachable) and error.fields["address"] == wish.index
    assert {one.headers.get("authorization") for one in private.requests} == {None}


@pytest.mark.parametrize("kind", WITH_AN_INDEX)
def test_a_secret_in_the_file_stays_in_the_users_own_record(
    kind: str, home: Path, private: PrivateIndex, manage: Callable[..., Manager]
) -> None:
    wish = Wish(file_of(private.files, "tinywheel"), with_user(private.simple_url))
    said = everything_said(manage(""), request(kind, wish), home / "work")
    assert {name for name, text in said.items() if SECRET in text} == set()
    kept = home / "envs" / "pure" / "records"
    assert [path for path in holding([home / "envs", home / ".local", home / "work"]) if kept not in path.parents] == []
    CASES["private indexes, reached"] += 1


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("kind", KINDS)
def test_without_the_right_credentials_the_index_and_the_remedy_are_named(
    kind: str, status: int, home: Path, manage: Callable[..., Manager]
) -> None:
    put_netrc(home, NETRC.replace(SECRET, "Canary-wrong"))
    with PrivateIndex(status) as server:
        server.files = enough_files()
        wish = Wish(file_of(server.files, "tinywheel"), server.simple_url)
        error = refused(manage(server.simple_url), request(kind, wish))
    assert isinstance(error, Unreachable)
    assert str(status) in error.message and server.url in error.message
    assert error.fields["status"] == status
    assert [hint for hint in error.hints if "netrc" in hint]
    assert "Canary" not in json.dumps(told(error))
    CASES["private indexes, refused"] += 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_that_is_not_allowed_is_not_asked(kind: str, manage: Callable[..., Manager]) -> None:
    with PypiIndex(enough_files()) as index:
        wish = Wish(file_of(index.files, "tinywheel"), index.simple_url)
        error = refused(manage(index.simple_url, allowed_indexes=["https://example.org/simple"]), request(kind, wish))
        assert index.requests == []
    assert isinstance(error, Forbidden)
    assert error.hints
    CASES["indexes that are not allowed"] += 1


def test_the_count() -> None:
    for what, number in CASES.items():
        tell("T13, files of PyPI packages alone", what, number, number)
