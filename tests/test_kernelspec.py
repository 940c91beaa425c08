"""Environments as kernels: ours are written whole, others' are never touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_envs import kernelspec
from jupyter_envs.errors import NameTaken


def kernel(prefix: Path, name: str = "python3", **spec: Any) -> Path:
    """A kernelspec inside a prefix, and its interpreter."""
    folder = prefix / "share" / "jupyter" / "kernels" / name
    folder.mkdir(parents=True)
    content = {"argv": ["python", "-m", "x", "-f", "{connection_file}"], "display_name": "X", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps({**content, **spec}))
    (prefix / "bin").mkdir(exist_ok=True)
    (prefix / "bin" / "python").touch()
    return folder


PLACE = kernelspec.Place("Penguins", "g1", Path("/nowhere"))


def publish(prefix: Path, environment: str = "Penguins", **env: str) -> list[str]:
    return kernelspec.publish(kernelspec.Place(environment, "g1", prefix), env)


def foreign(name: str) -> Path:
    folder = kernelspec.kernels_dir() / name
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": ["x"], "display_name": "mine", "language": "x"}))
    return folder


@pytest.fixture
def prefix(home: Path) -> Path:
    folder = home / "a prefix 'with' \"quotes\" é {x}"
    folder.mkdir()
    return folder


def test_a_kernel_is_found_by_jupyter(prefix: Path) -> None:
    kernel(prefix, metadata={"debugger": True})
    assert publish(prefix, TOKEN="a$$b") == ["penguins"]
    spec = KernelSpecManager().get_kernel_spec("penguins")
    assert spec.argv == [str(prefix / "bin" / "python"), "-m", "x", "-f", "{connection_file}"]
    assert spec.display_name == "Penguins"
    assert spec.env == {"PYTHONNOUSERSITE": "1", "TOKEN": "a$$b"}
    assert spec.metadata["debugger"] is True
    assert spec.metadata["jupyter_envs"] == {"environment": "Penguins", "generation": "g1", "prefix": str(prefix)}


def test_resources_come_along_but_nothing_large(prefix: Path) -> None:
    folder = kernel(prefix)
    (folder / "logo-64x64.png").write_bytes(b"png")
    (folder / "huge").write_bytes(b"x" * (kernelspec.RESOURCE_LIMIT + 1))
    publish(prefix)
    assert sorted(path.name for path in (kernelspec.kernels_dir() / "penguins").iterdir()) == [
        "kernel.json",
        "logo-64x64.png",
    ]


def test_further_kernels_have_the_environments_name_in_front(prefix: Path) -> None:
    kernel(prefix, "tiny", display_name="Tiny 1")
    kernel(prefix, "python3")
    assert publish(prefix) == ["penguins", "penguins.tiny"]
    assert KernelSpecManager().get_kernel_spec("penguins.tiny").display_name == "Penguins (Tiny 1)"


def test_a_later_generation_replaces_the_kernel_and_drops_the_others(prefix: Path, home: Path) -> None:
    kernel(prefix, "python3")
    kernel(prefix, "tiny")
    publish(prefix)
    kernel(home / "second", "python3")
    assert publish(home / "second") == ["penguins"]
    assert [path.name for path in kernelspec.kernels_dir().iterdir()] == ["penguins"]
    assert str(home / "second") in KernelSpecManager().get_kernel_spec("penguins").argv[0]


def test_a_prefix_without_a_kernel_gets_none(prefix: Path) -> None:
    assert publish(prefix) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"argv": "python"}', '{"argv": []}', '{"argv": [1]}', "\0"])
def test_what_is_no_kernelspec_is_passed_over(prefix: Path, text: str) -> None:
    (kernel(prefix) / "kernel.json").write_text(text)
    assert publish(prefix) == []


def test_a_foreign_kernel_is_never_overwritten_or_removed(prefix: Path) -> None:
    folder = foreign("penguins")
    before = (folder / "kernel.json").read_text()
    kernel(prefix)
    with pytest.raises(NameTaken, match="penguins"):
        kernelspec.require_free("Penguins")
    with pytest.raises(NameTaken):
        publish(prefix)
    assert kernelspec.remove("Penguins") == []
    assert (folder / "kernel.json").read_text() == before


def test_python3_is_somebody_elses() -> None:
    with pytest.raises(NameTaken):
        kernelspec.require_free("python3")


def test_removal_takes_only_the_environments_own(prefix: Path, home: Path) -> None:
    kernel(prefix)
    kernel(prefix, "tiny")
    publish(prefix)
    kernel(home / "other")
    publish(home / "other", "penguins.other")
    foreign("mine")
    assert kernelspec.remove("Penguins") == ["penguins", "penguins.tiny"]
    assert sorted(path.name for path in kernelspec.kernels_dir().iterdir()) == ["mine", "penguins.other"]


def test_nothing_half_written_is_left_when_writing_fails(prefix: Path) -> None:
    folder = kernel(prefix)
    (folder / "logo.png").symlink_to(prefix / "bin")
    with pytest.raises(ValueError, match="Circular"):
        circular: dict[str, Any] = {}
        circular["self"] = circular
        kernelspec.install(kernelspec.kernels_dir() / "penguins", circular, folder, PLACE)
    assert list(kernelspec.kernels_dir().iterdir()) == []
    assert list(kernelspec.kernels_dir().parent.glob(".*")) == []
