"""The generated prefix of the benchmarks is an environment as we read one: none of its packages counts as gone."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.manager.exporting import source_of_prefix

from .benchmarks.writing import PLATFORM, WHEELS, _fill, _package


def test_every_generated_package_is_installed(tmp_path: Path) -> None:
    packages = tuple(_package(number) for number in range(25))
    _fill(tmp_path / "env", packages)
    source = source_of_prefix(tmp_path / "env", PLATFORM)
    assert {one.name for one in source.of("conda")} == {one.name for one in packages}
    assert len(source.of("pip")) == WHEELS
    assert len(source.spec.conda) == 20
