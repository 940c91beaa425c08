"""The folder of downloaded Pythons: what counts as whole, what is left over, who stands on what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_envs import pythons
from jupyter_envs.models import Interpreter
from jupyter_envs.writerlock import Held

KEY = "cpython-3.12.1-linux-x86_64-gnu"


def unpack(root: Path, key: str = KEY, version: str = "3.12.1") -> Path:
    """A Python without our mark."""
    place = pythons.home(root) / key
    program = pythons.executable(place, version)
    program.parent.mkdir(parents=True)
    program.write_text("")
    return place


def stand(prefix: Path, place: Path) -> None:
    """A virtual environment of a Python."""
    (prefix / "bin").mkdir(parents=True)
    (prefix / "pyvenv.cfg").write_text(f"home = {place / 'bin'}\nversion_info = 3.12.1\n")
    (prefix / "bin" / "python").symlink_to(pythons.executable(place, "3.12.1"))


def test_one_counts_when_it_is_marked_and_as_long_as_its_program_is_there(tmp_path: Path) -> None:
    folder = pythons.home(tmp_path)
    assert pythons.whole(folder) == []
    place = unpack(tmp_path)
    assert (pythons.whole(folder), pythons.leftovers(folder)) == ([], [place])
    pythons.mark(place, "3.12.1", "https://example.org/cpython.tar.gz", "0" * 64)
    assert pythons.whole(folder) == [Interpreter("3.12.1", str(place / "bin/python3.12"))]
    assert pythons.leftovers(folder) == []
    for text in ("", "{", "[]", "{}", '{"version": null}'):
        (place / pythons.MARK).write_text(text)
        assert pythons.whole(folder) == []
    pythons.mark(place, "3.12.1", "", "")
    pythons.executable(place, "3.12.1").unlink()
    assert (pythons.whole(folder), pythons.leftovers(folder)) == ([], [place])


@pytest.mark.parametrize("prefix", ["one/g/a", "one/g/b", ".trash/one-0badcafe/g/a", ".trash/.gone-x/a"])
def test_whoever_has_a_prefix_keeps_its_python(tmp_path: Path, prefix: str) -> None:
    place = unpack(tmp_path)
    pythons.mark(place, "3.12.1", "", "")
    assert pythons.unused(tmp_path) == [place]
    stand(tmp_path / prefix, place)
    assert pythons.unused(tmp_path) == []
    assert not pythons.has_lost_its_ground(tmp_path / prefix)
    pythons.executable(place, "3.12.1").unlink()
    assert pythons.has_lost_its_ground(tmp_path / prefix)


def test_what_is_no_virtual_environment_stands_on_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").write_bytes(b"\xff\xfe home\n=\nhome =\n")
    assert pythons.ground(tmp_path) is None
    assert not pythons.has_lost_its_ground(tmp_path)
    assert pythons.ground(tmp_path / "nowhere") is None


def test_tidying_leaves_what_is_whole_and_what_others_work_on(tmp_path: Path) -> None:
    folder = pythons.home(tmp_path)
    kept = unpack(tmp_path)
    pythons.mark(kept, "3.12.1", "", "")
    half = unpack(tmp_path, "cpython-3.13.0-linux-x86_64-gnu", "3.13.0")
    for name in (pythons.ARCHIVES, pythons.UNPACKED):
        (folder / name / "part").mkdir(parents=True)
    (folder / "cpython-3.12-linux-x86_64-gnu").symlink_to(kept)
    with pythons.writing(folder):
        assert pythons.is_busy(folder)
        pythons.tidy(tmp_path)
        assert half.is_dir()
        with pytest.raises(Held), pythons.writing(folder):
            pass
    assert not pythons.is_busy(folder)
    pythons.tidy(tmp_path)
    assert pythons.leftovers(folder) == []
    assert [path for path in folder.iterdir() if not path.name.startswith(".")] == [kept]
    pythons.tidy(tmp_path / "nowhere")
    assert not os.path.lexists(tmp_path / "nowhere")
