"""The pip section, with real uv against a real index on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvsError, InvalidSpec, PackageRefused, Unreachable, Unsolvable
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import Package, Plan

from .localchannel import LocalChannel
from .support.counts import tell
from .support.managing import Recorder, make_manager, tree
from .support.pypi_index import PypiIndex


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    return make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)


def file(*pip: str, conda: tuple[str, ...] = ("python", "ipykernel")) -> str:
    """An environment file, with JSON's quotes so that any line may stand in it."""
    lines = ["name: mixed", "dependencies:", *(f"  - {json.dumps(spec)}" for spec in conda), "  - pip:"]
    return "\n".join([*lines, *(f"      - {json.dumps(line)}" for line in pip)]) + "\n"


def plan(manager: Manager, text: str) -> Plan:
    return asyncio.run(manager.plan(CreateRequest(file=text), DiskDocuments(Path.cwd()), Recorder()))


def wheels(manager: Manager, text: str) -> dict[str, Package]:
    return {package.name: package for package in plan(manager, text).added if package.manager == "pip"}


def test_wheels_are_locked_with_hashes_and_installed(manager: Manager) -> None:
    async def run() -> None:
        recorder = Recorder()
        summary = await manager.create(CreateRequest(file=file("tinydep")), DiskDocuments(Path.cwd()), recorder)
        assert "pip" in recorder.phases
        detail = await manager.environment("mixed")
        found = {package.name: package for package in detail.packages if package.manager == "pip"}
        assert {name: package.version for name, package in found.items()} == {"tinydep": "1.0", "tinywheel": "1.1"}
        assert {len(package.sha256) for package in found.values()} == {64}
        assert list(summary.prefix.glob("lib/python3*/site-packages/tinydep*"))

    asyncio.run(run())


def test_what_conda_provides_is_not_replaced(manager: Manager) -> None:
    found = wheels(manager, file("tinyagrees", conda=("python", "ipykernel", "tinytext")))
    assert set(found) == {"tinyagrees"}


def test_a_conflict_with_a_conda_package_names_both_sides(manager: Manager) -> None:
    with pytest.raises(Unsolvable) as caught:
        plan(manager, file("tinyclash", conda=("python", "ipykernel", "tinytext=2.0")))
    assert "tinyclash" in caught.value.message
    assert "tinytext" in caught.value.message


@pytest.mark.parametrize("line", ["tinysource", "tinylost", "no-such-package", "tinywheel>=99"])
def test_what_has_no_wheel_or_no_solution_is_explained(manager: Manager, line: str) -> None:
    with pytest.raises(Unsolvable) as caught:
        plan(manager, file(line))
    assert line.split(">", maxsplit=1)[0] in caught.value.message


def test_an_index_of_the_file_wins(
    home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex
) -> None:
    manager = make_manager(home, channel.file_url, package_cache, pypi_index="http://127.0.0.1:9/simple")
    assert set(wheels(manager, file(f"--index-url {pypi_index.simple_url}", "tinywheel==1.0"))) == {"tinywheel"}


def test_an_index_that_does_not_answer(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    manager = make_manager(home, channel.file_url, package_cache, pypi_index="http://127.0.0.1:9/simple")
    with pytest.raises(Unreachable):
        plan(manager, file("tinywheel"))


def test_a_wheel_that_changed_since_it_was_locked_is_refused(manager: Manager, home: Path) -> None:
    text = file("tinywheel==1.0")

    async def run() -> None:
        documents = DiskDocuments(home)
        await manager.create(CreateRequest(file=text), documents, Recorder())
        lock = (await manager.export("mixed", "conda-lock")).text
        before = tree(Path(manager.root_dir))
        sha256 = next(
            package.sha256 for package in (await manager.environment("mixed")).packages if package.name == "tinywheel"
        )
        with pytest.raises(PackageRefused):
            await manager.create(
                CreateRequest(name="other", lock=lock.replace(sha256, "0" * 64)), documents, Recorder()
            )
        assert [name for name in tree(Path(manager.root_dir)) if not name.startswith(".locks")] == [
            name for name in before if not name.startswith(".locks")
        ]

    asyncio.run(run())


def test_a_pip_section_without_python_is_refused(manager: Manager) -> None:
    with pytest.raises(InvalidSpec, match="no Python"):
        plan(manager, file("tinywheel", conda=("tinyblob",)))


HOSTILE = """\
.
-e .
./package
-e git+https://example.org/x.git
git+https://example.org/x.git
git+ssh://a@b/c
x @ file:///etc/passwd
x @ https://example.org/x-1.0.tar.gz
-r other.txt
-r ../../x
-c constraints.txt
--target /tmp/x
--python /bin/sh
--prefix=/tmp
--root /
--config-settings=a=b
--no-binary :all:
--index-url http://${TOKEN}/simple
x==${VERSION}
https://example.org/x.whl
/etc/x.whl
""".splitlines()


@pytest.mark.parametrize("line", HOSTILE)
def test_lines_that_run_code_or_lead_elsewhere_are_refused(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "setup.py").write_text("import pathlib\npathlib.Path('ran').write_text('x')\n")
    monkeypatch.chdir(trap)
    with pytest.raises(EnvsError) as caught:
        plan(manager, file(line))
    assert caught.value.exit_status == 2
    assert not (trap / "ran").exists()


def test_the_count() -> None:
    tell("T16, pip lines that run code or lead elsewhere", "lines refused", len(HOSTILE), 12)
