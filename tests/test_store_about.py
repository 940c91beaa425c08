"""The user's own words about an environment, and links in the store's folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_envs.errors import NameTaken, NotFound
from jupyter_envs.models import Generation, Lock, Package, Spec
from jupyter_envs.store import Store

PACKAGE = Package("zlib", "1.3", platform="linux-64", build="0", url="https://example.org/z.conda", sha256="0" * 64)


def made(root: Path, name: str = "sci") -> Store:
    store = Store(root)
    draft = store.draft(name)
    draft.prefix.mkdir()
    store.record(draft, Spec(name, conda=("zlib",)), Lock((PACKAGE,), platforms=("linux-64",)))
    store.publish(draft, Generation(draft.id, "2026-01-01T00:00:00+00:00", "created", "0" * 64, 1))
    return store


@pytest.mark.usefixtures("home")
def test_a_note_and_tags_are_kept_over_generations(tmp_path: Path) -> None:
    store = made(tmp_path / "envs")
    assert (store.get("sci").note, store.get("sci").tags) == ("", ())
    store.describe("sci", "for the paper", ("team", "2026"))
    draft = store.draft("sci")
    draft.prefix.mkdir()
    store.publish(draft, Generation(draft.id, "2026-01-02T00:00:00+00:00", "added tqdm", "1" * 64, 1))
    kept = Store(store.root).get("sci")
    assert (kept.note, kept.tags, len(kept.generations)) == ("for the paper", ("team", "2026"), 2)
    store.discard(draft)
    assert store.get("sci").note == "for the paper"


@pytest.mark.usefixtures("home")
def test_a_record_without_note_and_tags_is_read(tmp_path: Path) -> None:
    store = made(tmp_path / "envs")
    path = store.root / "sci" / "environment.json"
    record = json.loads(path.read_text())
    del record["note"], record["tags"]
    path.write_text(json.dumps(record))
    assert Store(store.root).get("sci").tags == ()


@pytest.mark.usefixtures("home")
def test_a_link_in_an_environments_place_is_none_and_is_not_written_through(tmp_path: Path) -> None:
    other = made(tmp_path / "other").root / "sci"
    store = Store(tmp_path / "envs")
    store.root.mkdir()
    (store.root / "sci").symlink_to(other)
    assert store.names() == []
    with pytest.raises(NotFound):
        store.get("sci")
    with pytest.raises(NotFound):
        store.remove("sci")
    for refused in (store.require_free, store.draft):
        with pytest.raises(NameTaken, match="is a link"):
            refused("sci")


@pytest.mark.parametrize("inner", ["g", "records"])
@pytest.mark.usefixtures("home")
def test_a_link_inside_an_environment_is_not_written_through(tmp_path: Path, inner: str) -> None:
    store, outside = made(tmp_path / "envs"), tmp_path / "outside"
    (store.root / "sci" / inner).rename(outside)
    (store.root / "sci" / inner).symlink_to(outside)
    with pytest.raises(NameTaken, match="is a link"):
        store.draft("sci")
