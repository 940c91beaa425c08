"""What people already have is found by reading files: made by the real tools, or by folders that look alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.discovery import Discovery, Foreign, Places, discover
from jupyter_envs.discovery.search import clean
from jupyter_envs.naming import NAME

pytestmark = pytest.mark.usefixtures("home")
VERSION = ".".join(map(str, sys.version_info[:3]))


def conda_like(prefix: Path, *records: str) -> Path:
    """A folder that looks like a conda environment, by its records' names."""
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "history").write_text("")
    for record in records:
        (prefix / "conda-meta" / f"{record}.json").write_text("{}")
    if any(record.startswith("python-3") for record in records):
        (prefix / "bin").mkdir()
        (prefix / "bin" / "python").symlink_to(sys.executable)
    return prefix


def venv_like(prefix: Path, **settings: str) -> Path:
    """A folder that looks like a virtual environment."""
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").symlink_to(sys.executable)
    (prefix / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    lines = {"home": "/usr/bin", "version": "3.11.7", **settings}
    (prefix / "pyvenv.cfg").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
    return prefix


def by_name(found: Discovery) -> dict[str, Foreign]:
    return {foreign.name: foreign for foreign in found.found}


def snapshot(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def test_conda_and_its_relatives(home: Path) -> None:
    conda_like(home / "miniconda3", "python-3.12.1-h1_0", "conda-24.1-py312_0")
    conda_like(home / "miniconda3/envs/sci", "python-3.11.7-h2_0", "ipykernel-6.29-py_0", "numpy-2.0-py311_0")
    conda_like(home / "miniforge3/envs/r", "r-base-4.3.1-h1_0")
    conda_like(home / ".conda/envs/mine", "zlib-1.3-0")
    conda_like(home / "elsewhere/listed", "zlib-1.3-0")
    conda_like(home / "work/app/.pixi/envs/default", "python-3.11.7-h2_0")
    conda_like(home / "work/app/.pixi/envs/test", "python-3.11.7-h2_0")
    conda_like(home / ".pixi/envs/ruff", "ruff-0.5-0")
    listing = home / ".conda/environments.txt"
    listing.write_text(f"{home}/elsewhere/listed\n\n{home}/gone\nnot a path\n{home}/miniconda3/envs/sci\n")
    before = snapshot(home)
    places = Places(
        home,
        conda_roots=(home / "miniconda3", home / "miniforge3", home / "anaconda3"),
        envs_dirs=(home / ".conda/envs",),
        projects=(home / "work",),
    )
    found = discover(places)
    described = {
        foreign.name: (foreign.kind, foreign.source, foreign.python, foreign.packages, foreign.kernel)
        for foreign in found.found
    }
    assert described == {
        "app": ("pixi", "pixi", "3.11.7", 1, False),
        "app-test": ("pixi", "pixi", "3.11.7", 1, False),
        "base": ("conda", "miniconda3", "3.12.1", 2, False),
        "listed": ("conda", "conda", None, 1, False),
        "mine": ("conda", "conda", None, 1, False),
        "r": ("conda", "miniforge3", None, 1, False),
        "ruff": ("pixi", "pixi-global", None, 1, False),
        "sci": ("conda", "miniconda3", "3.11.7", 3, True),
    }
    assert found.problems == ()
    assert snapshot(home) == before


def test_virtual_environments_of_every_kind(home: Path) -> None:
    venv_like(home / "work/plain/.venv")
    venv_like(home / "work/named")
    venv_like(home / "work/fast/.venv", uv="0.9.1", version_info="3.12.4")
    venv_like(home / "virtualenvs/old", virtualenv="20.26", version_info="3.9.18.final.0")
    (home / "work/pipes").mkdir()
    (home / "work/pipes/Pipfile").write_text("")
    managed = venv_like(home / "virtualenvs/pipes-AbCd1234", virtualenv="20.26")
    (managed / ".project").write_text(str(home / "work/pipes"))
    (home / "work/local").mkdir()
    (home / "work/local/Pipfile").write_text("")
    venv_like(home / "work/local/.venv", virtualenv="20.26")
    site = home / "work/plain/.venv/lib/python3.11/site-packages"
    for name in ("ipykernel-6.29.5.dist-info", "pip-24.0.dist-info"):
        (site / name).mkdir()
    found = discover(Places(home, virtualenv_dirs=(home / "virtualenvs",), projects=(home / "work",)))
    assert {foreign.name: (foreign.kind, foreign.python) for foreign in found.found} == {
        "plain": ("venv", "3.11.7"),
        "named": ("venv", "3.11.7"),
        "fast": ("uv", "3.12.4"),
        "old": ("virtualenv", "3.9.18"),
        "pipes": ("pipenv", "3.11.7"),
        "local": ("pipenv", "3.11.7"),
    }
    assert by_name(found)["plain"].kernel and by_name(found)["plain"].packages == 2
    assert not by_name(found)["old"].kernel


def test_names_are_unambiguous_and_settled_names_stay(home: Path) -> None:
    for root in ("miniconda3", "miniforge3"):
        conda_like(home / root, "zlib-1.3-0")
        conda_like(home / root / "envs/sci", "zlib-1.3-0")
    for project in ("a/app", "b/app"):
        venv_like(home / project / ".venv")
    conda_like(home / "miniconda3/envs/ours", "zlib-1.3-0")
    places = Places(
        home,
        conda_roots=(home / "miniconda3", home / "miniforge3"),
        projects=(home / "a", home / "b"),
        names={str(home / "miniforge3/envs/sci"): "science"},
        taken=frozenset({"Ours"}),
    )
    found = discover(places)
    names = [foreign.name for foreign in found.found]
    assert len({name.lower() for name in names}) == len(names) == 7
    assert all(NAME.fullmatch(name) for name in names)
    assert {"base-miniconda3", "base-miniforge3", "science", "sci", "ours-miniconda3"} < set(names)
    assert [name for name in names if name.startswith("app-venv-")]
    assert discover(places) == found


def test_links_and_duplicates_are_one_environment(home: Path) -> None:
    prefix = conda_like(home / "data/sci", "zlib-1.3-0")
    (home / "envs").mkdir()
    (home / "envs/again").symlink_to(prefix)
    (home / "envs/loop").symlink_to(home / "envs/loop")
    (home / ".conda").mkdir()
    (home / ".conda/environments.txt").write_text(f"{prefix}\n{prefix}/\n{home}/envs/again\n")
    found = discover(Places(home, envs_dirs=(home / "envs", home / "data"), projects=(home / "data",)))
    assert [foreign.prefix for foreign in found.found] == [prefix]
    assert found.problems == ()


def test_our_own_store_is_left_out(home: Path) -> None:
    conda_like(home / "envs/sci/g/1234", "zlib-1.3-0")
    (home / ".conda").mkdir()
    (home / ".conda/environments.txt").write_text(f"{home}/envs/sci/g/1234\n")
    assert discover(Places(home, own=home / "envs", projects=(home,), depth=5)).found == ()


def dangling(prefix: Path) -> None:
    venv_like(prefix)
    (prefix / "bin/python").unlink()
    (prefix / "bin/python").symlink_to("/nowhere/python3")


def without_python(prefix: Path) -> None:
    conda_like(prefix, "python-3.11.7-h2_0")
    (prefix / "bin/python").unlink()


def pipe(prefix: Path) -> None:
    venv_like(prefix)
    (prefix / "pyvenv.cfg").unlink()
    os.mkfifo(prefix / "pyvenv.cfg")


def folder_for_file(prefix: Path) -> None:
    venv_like(prefix)
    (prefix / "pyvenv.cfg").unlink()
    (prefix / "pyvenv.cfg").mkdir()


def closed(prefix: Path) -> None:
    """What a folder that may not be read looks like, also to root: a link that never ends."""
    venv_like(prefix)
    (prefix / "pyvenv.cfg").unlink()
    (prefix / "pyvenv.cfg").symlink_to("pyvenv.cfg")


def no_text(prefix: Path) -> None:
    venv_like(prefix.parent / os.fsdecode(b"\xff-broken"))


BROKEN = [dangling, without_python, pipe, folder_for_file, closed, no_text]


@pytest.mark.parametrize("damage", BROKEN, ids=lambda damage: damage.__name__)
def test_what_is_broken_is_told_and_hides_nothing_else(home: Path, damage: Callable[[Path], None]) -> None:
    damage(home / "envs/broken")
    venv_like(home / "envs/good")
    found = discover(Places(home, virtualenv_dirs=(home / "envs",)))
    assert [foreign.name for foreign in found.found] == ["good"]
    (problem,) = found.problems
    assert "broken" in problem.path and "cannot be used" in problem.message
    json.dumps([problem.path, problem.message]).encode("utf-8")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"/a\0b\n", b"\n" * 1000, b"/" + b"x" * 5000 + b"\n", b"/\n/etc\n"]
)
def test_a_damaged_list_of_conda_is_no_error(home: Path, content: bytes) -> None:
    (home / ".conda").mkdir()
    (home / ".conda/environments.txt").write_bytes(content)
    assert discover(Places(home)).found == ()


def test_a_folder_that_is_too_large_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_envs.discovery.candidates.MOST_FOLDERS", 3)
    for number in range(5):
        (home / "work" / str(number)).mkdir(parents=True)
    (problem,) = discover(Places(home, projects=(home / "work",))).problems
    assert "3 folders" in problem.message


@given(st.text())
def test_a_clean_name_is_always_a_name(text: str) -> None:
    assert NAME.fullmatch(clean(text))


def run(*argv: str | Path, cwd: Path | None = None, **env: str) -> None:
    subprocess.run([str(word) for word in argv], cwd=cwd, env={**os.environ, **env}, check=True, capture_output=True)


def test_what_the_real_tools_make(home: Path) -> None:
    work, managed = home / "work", home / ".local/share/virtualenvs"
    venv.create(work / "plain/.venv", with_pip=False, symlinks=True)
    run(sys.executable, "-m", "virtualenv", "--no-download", "--without-pip", work / "older/.venv")
    run(sys.executable, "-m", "uv", "venv", "--python", sys.executable, work / "fast/.venv")
    (work / "pipes").mkdir()
    (work / "pipes/Pipfile").write_text(f"[packages]\n\n[requires]\npython_version = '{VERSION.rpartition('.')[0]}'\n")
    run(sys.executable, "-m", "pipenv", "--python", sys.executable, "run", "python", "-c", "", cwd=work / "pipes")
    found = discover(Places(home, virtualenv_dirs=(managed,), projects=(work,)))
    assert found.problems == ()
    assert {foreign.name: (foreign.kind, foreign.python) for foreign in found.found} == {
        "plain": ("venv", VERSION),
        "older": ("virtualenv", VERSION),
        "fast": ("uv", VERSION),
        "pipes": ("pipenv", VERSION),
    }
    assert by_name(found)["pipes"].prefix.is_relative_to(managed)
