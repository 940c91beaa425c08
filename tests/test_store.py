"""Environments on disk: what a crash, a stranger or a second process may do to them."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import leftovers
from jupyter_envs.envfile import locked_from
from jupyter_envs.errors import DiskTrouble, EnvironmentBusy, InvalidName, NameTaken, NotFound
from jupyter_envs.files import write_atomically
from jupyter_envs.models import Environment, Generation, Lock, Package, Spec
from jupyter_envs.naming import check_name
from jupyter_envs.store import Draft, Store, sizes

SPEC = Spec("x", ("https://example.org/channel",), ("python=3.12",))
PYTHON = Package(
    "python",
    "3.12.1",
    platform="linux-64",
    build="b_0",
    url="https://example.org/channel/linux-64/python-3.12.1-b_0.conda",
    sha256="a" * 64,
)
LOCK = locked_from(Lock((PYTHON,), SPEC.channels, ("linux-64",)), SPEC)
MADE = Generation("", "2026-01-02T03:04:05+00:00", "created", LOCK.digest(), 1, "3.12.1")


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home / "envs")


def make(store: Store, name: str, *, reason: str = "created") -> Draft:
    """A published generation with one file."""
    draft = store.draft(name)
    (draft.prefix / "conda-meta").mkdir(parents=True)
    (draft.prefix / "file").write_text("content")
    store.record(draft, SPEC, LOCK)
    store.publish(draft, replace(MADE, reason=reason))
    return draft


def test_what_is_published_is_there(store: Store, home: Path) -> None:
    draft = make(store, "one")
    environment = store.get("one")
    assert environment.current == draft.id
    assert environment.generation.reason == "created"
    assert (environment.generation.own, environment.generation.shared) == (len("content"), 0)
    assert store.spec("one", draft.id).content_hash() == SPEC.content_hash()
    assert store.lock("one", draft.id).digest() == LOCK.digest()
    assert (store.root / "one" / "current").resolve() == draft.prefix.resolve()
    assert (home / ".conda" / "environments.txt").read_text().splitlines() == [str(draft.prefix)]


def test_a_new_generation_keeps_the_old_one(store: Store) -> None:
    first, second = make(store, "one"), make(store, "one", reason="updated")
    environment = Store(store.root).get("one")
    assert [generation.id for generation in environment.generations] == [first.id, second.id]
    assert environment.current == second.id
    assert (first.prefix / "file").exists()


def test_a_draft_is_no_environment_and_can_be_discarded(store: Store) -> None:
    draft = store.draft("one")
    draft.prefix.mkdir()
    assert store.names() == []
    assert [leftover.path for leftover in leftovers.find(store)] == [store.root / "one"]
    store.discard(draft)
    assert not (store.root / "one").exists()


def test_discarding_a_published_first_generation_leaves_no_trace(store: Store, home: Path) -> None:
    store.discard(make(store, "one"))
    assert store.names() == []
    assert not (store.root / "one").exists()
    assert (home / ".conda" / "environments.txt").read_text() == ""


def test_discarding_a_later_generation_brings_the_earlier_one_back(store: Store) -> None:
    first = make(store, "one")
    store.discard(make(store, "one"))
    assert store.get("one").current == first.id
    assert (store.root / "one" / "current").resolve() == first.prefix.resolve()


def test_removal_takes_everything_and_follows_no_link(store: Store, home: Path) -> None:
    outside = home / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    draft = make(store, "one")
    (draft.prefix / "link").symlink_to(outside)
    os.link(outside / "precious", draft.prefix / "hard")
    store.remove("one")
    assert store.names() == []
    assert (outside / "precious").read_text() == "x"
    assert list((store.root / ".trash").iterdir()) == []


def test_other_lines_of_condas_list_are_kept(store: Store, home: Path) -> None:
    listed = home / ".conda" / "environments.txt"
    listed.parent.mkdir()
    listed.write_text("/opt/conda\n")
    make(store, "one")
    store.remove("one")
    assert listed.read_text() == "/opt/conda\n"


def test_names_are_taken_in_any_spelling(store: Store) -> None:
    make(store, "Penguins")
    with pytest.raises(NameTaken):
        store.require_free("penguins")


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "../x", "a/b", "a\\b", ".hidden", "-x", "a\0b", "é", "x" * 65, "con", "LPT1.txt", "a.", "a;b",
     "$(x)", "a\nb", "%2e%2e", "<b>", "~"],
)  # fmt: skip
def test_what_is_no_name_is_refused_with_a_proposal(store: Store, name: str) -> None:
    with pytest.raises(InvalidName) as caught:
        store.require_free(name)
    assert check_name(caught.value.fields["proposal"])


@pytest.mark.parametrize("name", ["a", "A1", "nlp_summarization_2026q4", "a.b-c", "x" * 64, "0"])
def test_names(name: str) -> None:
    assert check_name(name) == name


def test_one_writer_at_a_time_and_a_free_lock_afterwards(store: Store) -> None:
    with store.writing("one"):
        with pytest.raises(EnvironmentBusy), Store(store.root).writing("One"):
            pass
        with store.writing("two"):
            pass
    with store.writing("one"):
        pass


def test_what_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound, match="one"):
        store.get("one")


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"version": 99}', '{"version": 1, "name": "one", "current": "x", "generations": []}', "\0"],
)
def test_a_damaged_record_is_named_and_does_not_hide_the_others(store: Store, text: str) -> None:
    make(store, "one")
    make(store, "two")
    path = store.root / "one" / "environment.json"
    path.write_text(text)
    with pytest.raises(DiskTrouble) as caught:
        store.get("one")
    assert str(path) in caught.value.message
    assert store.names() == ["one", "two"]
    assert store.get("two")


def test_the_record_is_plain_json_with_its_version(store: Store) -> None:
    make(store, "one")
    data = json.loads((store.root / "one" / "environment.json").read_text())
    assert data["version"] == 1
    assert data["generations"][0]["digest"] == LOCK.digest()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_root_that_cannot_be_written_is_named(home: Path) -> None:
    blocker = home / "file"
    blocker.write_text("x")
    with pytest.raises(DiskTrouble, match="file"):
        Store(blocker / "envs").draft("one")


def test_sizes_tell_own_from_shared(tmp_path: Path) -> None:
    prefix = tmp_path / "prefix"
    (prefix / "lib").mkdir(parents=True)
    (prefix / "own").write_bytes(b"x" * 10)
    (tmp_path / "cached").write_bytes(b"y" * 100)
    os.link(tmp_path / "cached", prefix / "lib" / "shared")
    assert sizes(prefix) == (10, 100)


def test_the_listing_has_what_is_whole_and_says_what_is_damaged(store: Store, home: Path) -> None:
    make(store, "b")
    make(store, "a")
    (store.root / "damaged").mkdir()
    (store.root / "damaged" / "environment.json").write_text("{")
    (store.root / "empty").mkdir()
    (store.root / "file").write_text("")
    (store.root / "link").symlink_to(store.root / "a")
    found = store.listing()
    assert [name for name, _ in found] == ["a", "b", "damaged"] == store.names()
    assert isinstance(found[2][1], DiskTrouble)
    assert found[0][1] == store.get("a") == Store(store.root).listing()[0][1]


def test_the_listing_sees_what_another_process_changed(store: Store) -> None:
    first = make(store, "a")
    assert store.listing()[0][1] == store.get("a")
    second = make(Store(store.root), "a")
    (_, found), *_ = store.listing()
    assert isinstance(found, Environment)
    assert [generation.id for generation in found.generations] == [first.id, second.id]
    Store(store.root).remove("a")
    assert store.listing() == []
