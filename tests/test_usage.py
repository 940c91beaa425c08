"""Bytes counted by inode: what `du` counts, whatever has several names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs import lastuse
from jupyter_envs.usage import Tally, Usage, load, measure, save


def write(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def link(new: Path, old: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    os.link(old, new)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A cache of 100 and 30 bytes, two prefixes that have the first, one with a file of its own that has two names."""
    cached, unused = write(tmp_path / "cache/p/a", 100), write(tmp_path / "cache/p/b", 30)
    assert unused.exists()
    link(tmp_path / "one/lib/a", cached)
    link(tmp_path / "two/lib/a", cached)
    own = write(tmp_path / "one/bin/own", 7)
    link(tmp_path / "one/bin/same", own)
    (tmp_path / "one/outside").symlink_to(tmp_path / "cache")
    return tmp_path


def test_a_file_counts_once_and_is_shared_if_it_has_names_elsewhere(world: Path) -> None:
    tally = Tally(world / "one")
    target = len(str(world / "cache"))
    assert (tally.own, tally.shared) == (7 + target, 100)
    assert Tally(world / "one", world / "two", world / "cache").own == 137 + target


def test_everything(world: Path) -> None:
    usage = measure({"one": [world / "one"], "two": [world / "two"], "gone": [world / "gone"]}, world / "cache")
    target = len(str(world / "cache"))
    assert usage.environments == {"one": (7 + target, 100), "two": (0, 100), "gone": (0, 0)}
    assert (usage.taken, usage.cache, usage.total) == (107 + target, 130, 137 + target)
    assert usage.copies == 207 + target


def test_du_agrees(world: Path) -> None:
    """GNU du also counts each inode once; the folders themselves, which it counts, are taken away."""
    said = subprocess.run(["du", "--apparent-size", "-sb", str(world)], capture_output=True, text=True, check=False)
    if said.returncode:
        pytest.skip("this system's du has no --apparent-size")
    folders = sum(
        path.lstat().st_size for path in [world, *world.rglob("*")] if path.is_dir() and not path.is_symlink()
    )
    assert Tally(world).total == int(said.stdout.split()[0]) - folders


def test_a_generation_that_is_not_the_current_one_is_no_copy(world: Path) -> None:
    usage = measure({"one": [world / "two", world / "one"]}, world / "cache")
    assert usage.copies == 100
    assert usage.taken == 107 + len(str(world / "cache"))


@given(st.binary(max_size=200))
def test_a_measurement_that_cannot_be_read_is_none(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "usage.json"
    path.write_bytes(content)
    assert load(path) is None


def test_a_measurement_comes_back(tmp_path: Path) -> None:
    usage = Usage({"one": (1, 2)}, 3, 4, 5, 6, "2026-01-01T00:00:00+00:00")
    save(usage, tmp_path / "usage.json")
    assert load(tmp_path / "usage.json") == usage


def test_last_use(tmp_path: Path) -> None:
    assert lastuse.last(str(tmp_path)) is None
    lastuse.renew(tmp_path)
    first = lastuse.last(str(tmp_path))
    assert first is not None
    os.utime(tmp_path / lastuse.STAMP, (1, 1))
    lastuse.renew(tmp_path)
    assert (lastuse.last(str(tmp_path)) or 0) >= first
    lastuse.renew(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()


def test_connection_files_say_which_kernels_run(tmp_path: Path) -> None:
    (tmp_path / "kernel-1.json").write_text('{"kernel_name": "penguins"}')
    (tmp_path / "kernel-2.json").write_text("{")
    (tmp_path / "kernel-3.json").write_text("[]")
    assert set(lastuse.connected(tmp_path)) == {"penguins"}
