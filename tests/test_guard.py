"""The guard: what may be linked, and what may not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.engine.guard import activation_scripts, check_package
from jupyter_envs.errors import PackageRefused


def package(folder: Path, *paths: str, entry_points: Any = None) -> Path:
    """An extracted package with these files, all of them listed."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    list_paths(folder, *paths)
    if entry_points is not None:
        (folder / "info" / "link.json").write_text(json.dumps({"noarch": {"entry_points": entry_points}}))
    return folder


def list_paths(folder: Path, *paths: Any) -> None:
    (folder / "info").mkdir(parents=True, exist_ok=True)
    listed = [{"_path": path, "path_type": "hardlink"} for path in paths]
    (folder / "info" / "paths.json").write_text(json.dumps({"paths": listed, "paths_version": 1}))


def refused(folder: Path) -> str:
    with pytest.raises(PackageRefused) as caught:
        check_package(folder, "bad")
    assert caught.value.fields["package"] == "bad"
    assert "The package bad was refused" in caught.value.message
    return caught.value.message


def test_an_ordinary_package_passes(tmp_path: Path) -> None:
    folder = package(tmp_path, "lib/a.so.1", "bin/tool", entry_points=["tool = pkg.mod:main"])
    (folder / "lib" / "a.so").symlink_to("a.so.1")
    (folder / "bin" / "other").symlink_to("../lib/a.so.1")
    check_package(folder, "good")


@pytest.mark.parametrize(
    "path",
    ["/etc/x", "../x", "a/../../x", "a//b", "./a", "a/.", "a\\b", "C:/x", "c:x", "a\0b", "", "conda-meta/x.json",
     "Conda-Meta/history", None, 3, ["a"]],
)  # fmt: skip
def test_a_listed_path_must_stay_inside(tmp_path: Path, path: Any) -> None:
    folder = package(tmp_path, "a")
    list_paths(folder, path)
    refused(folder)


def test_a_member_must_not_be_the_installers_even_if_it_is_not_listed(tmp_path: Path) -> None:
    folder = package(tmp_path, "a", "conda-meta/other-1-0.json")
    list_paths(folder, "a")
    assert "conda-meta" in refused(folder)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "../..", "a/../../../x"])
def test_a_link_must_not_lead_outside(tmp_path: Path, target: str) -> None:
    folder = package(tmp_path, "lib/a")
    (folder / "lib" / "link").symlink_to(target)
    assert "outside" in refused(folder)


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    folder = package(tmp_path / "package", "a")
    (folder / "loop").symlink_to(".")
    check_package(folder, "good")


def test_pipes_are_refused(tmp_path: Path) -> None:
    folder = package(tmp_path, "a")
    os.mkfifo(folder / "pipe")
    assert "neither a file" in refused(folder)


def test_two_names_that_are_one_elsewhere_are_refused(tmp_path: Path) -> None:
    assert "same file" in refused(package(tmp_path, "lib/Module.py", "lib/module.py"))


@pytest.mark.parametrize(
    "point", ["x = os:system; evil", "../x = a:b", "a/b = c:d", "x = a", "x", "x = a:b\nimport os", 3, "x = a:b(1)"]
)
def test_entry_points_are_a_command_and_a_function(tmp_path: Path, point: Any) -> None:
    refused(package(tmp_path, "a", entry_points=[point]))


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"paths": 3}', '{"paths": [1]}', "[" * 100_000, "\0"])
def test_metadata_that_is_missing_or_wrong_is_refused(tmp_path: Path, text: str | None) -> None:
    folder = package(tmp_path, "a")
    path = folder / "info" / "paths.json"
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    refused(folder)


def test_activation_scripts_are_named(tmp_path: Path) -> None:
    folder = package(tmp_path, "etc/conda/activate.d/b.sh", "etc/conda/activate.d/a.sh", "etc/conda/other.sh")
    assert activation_scripts(folder) == ["etc/conda/activate.d/a.sh", "etc/conda/activate.d/b.sh"]
