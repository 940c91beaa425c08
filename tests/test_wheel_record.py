"""Wheels held against their own lists of files: an edit in one environment does not reach the next."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.engine import wheel_stamps
from jupyter_envs.engine.wheel_record import changed, recorded, rows
from jupyter_envs.manager import CreateRequest
from jupyter_envs.models import Package

from .localchannel import LocalChannel
from .support.managing import Recorder, make_manager, write_notebook
from .support.pypi_index import PypiIndex

FILE = "channels: [{channel}]\ndependencies:\n- python\n- pip:\n  - tinywheel==1.1\n"


def test_an_edited_wheel_is_fetched_again_and_the_log_says_so(
    home: Path, channel: LocalChannel, tmp_path: Path, pypi_index: PypiIndex
) -> None:
    manager = make_manager(home, channel.file_url, tmp_path / "cache", pypi_index=pypi_index.simple_url)
    documents, _ = write_notebook(home / "work")

    async def make(name: str) -> tuple[Path, list[str]]:
        recorder = Recorder()
        request = CreateRequest(name=name, file=FILE.format(channel=channel.file_url))
        summary = await manager.create(request, documents, recorder)
        (module,) = summary.prefix.glob("lib/python3*/site-packages/tinywheel.py")
        return module, recorder.lines

    async def run() -> None:
        first, said = await make("one")
        assert not [line for line in said if "tinywheel" in line]
        assert first.stat().st_nlink > 1, "the file is shared, or there would be nothing to test"
        clean = first.read_text()
        with first.open("a") as file:
            file.write("edited = True\n")
        second, said = await make("two")
        assert second.read_text() == clean
        assert [line for line in said if "tinywheel" in line and "changed" in line]
        third, said = await make("three")
        assert third.read_text() == clean
        assert not [line for line in said if "tinywheel" in line]

    asyncio.run(run())


def wheel(prefix: Path, files: dict[str, bytes]) -> Package:
    """An installed wheel of these files."""
    site = prefix / "lib" / "python3.12" / "site-packages"
    info = site / "Some_Thing-1.0.dist-info"
    info.mkdir(parents=True)
    lines = []
    for name, content in files.items():
        (site / name).write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f'"{name}",sha256={digest},{len(content)}\n')
    lines += ["../../../bin/tool,sha256=AAAA,1\n", "Some_Thing-1.0.dist-info/RECORD,,\n"]
    (info / "RECORD").write_text("".join(lines))
    return Package("some-thing", "1.0", manager="pip", platform="linux-64", sha256="5" * 64)


def test_what_leads_out_of_the_folder_is_not_looked_at(tmp_path: Path) -> None:
    package = wheel(tmp_path, {"a.py": b"a", "with, comma.py": b"b"})
    assert [path.name for path, _ in recorded(package, tmp_path)] == ["a.py", "with, comma.py"]
    assert changed([package], tmp_path, tmp_path) == []


def test_a_missing_file_is_a_change(tmp_path: Path) -> None:
    package = wheel(tmp_path, {"a.py": b"a"})
    next(recorded(package, tmp_path))[0].unlink()
    assert changed([package], tmp_path, tmp_path) == [package]


def test_what_was_read_once_is_read_again_only_if_it_looks_different(tmp_path: Path) -> None:
    package = wheel(tmp_path, {"a.py": b"a = 1", "b.py": b"b = 1"})
    site = tmp_path / "lib" / "python3.12" / "site-packages"
    assert not wheel_stamps.is_known(package, site, tmp_path)
    assert changed([package], tmp_path, tmp_path) == []
    assert wheel_stamps.is_known(package, site, tmp_path)

    (site / "b.py").write_bytes(b"b = 2")
    assert not wheel_stamps.is_known(package, site, tmp_path)
    assert changed([package], tmp_path, tmp_path) == [package]
    assert changed([package], tmp_path, tmp_path) == [package], "what is damaged is not remembered"
    (site / "b.py").write_bytes(b"b = 1")
    assert changed([package], tmp_path, tmp_path) == []

    (kept,) = wheel_stamps.stamps_dir(tmp_path).iterdir()
    for damage in (b"", b"[]", b"{}", b'{"a.py": 1}', b'{"a.py": null, "b.py": [1]}', b"\xff"):
        kept.write_bytes(damage)
        assert not wheel_stamps.is_known(package, site, tmp_path), damage
    wheel_stamps.forget(tmp_path)
    assert list(wheel_stamps.stamps_dir(tmp_path).iterdir()) == []


def test_the_next_environment_of_the_same_wheels_is_known(
    home: Path, channel: LocalChannel, tmp_path: Path, pypi_index: PypiIndex
) -> None:
    """uv writes some files anew for each, which must not make it look like another wheel."""
    cache = tmp_path / "cache"
    manager = make_manager(home, channel.file_url, cache, pypi_index=pypi_index.simple_url)
    documents, _ = write_notebook(home / "work")
    request = CreateRequest(file=FILE.format(channel=channel.file_url))

    async def made(name: str) -> tuple[Path, list[Package]]:
        summary = await manager.create(replace(request, name=name), documents, Recorder())
        packages = (await manager.environment(name)).packages
        (site,) = summary.prefix.glob("lib/python3*/site-packages")
        return site, [package for package in packages if package.manager == "pip"]

    first, (package,) = asyncio.run(made("one"))
    second, _ = asyncio.run(made("two"))
    own = "tinywheel-1.1.dist-info/INSTALLER"
    assert (first / own).stat().st_ino != (second / own).stat().st_ino
    assert wheel_stamps.is_known(package, first, cache)
    assert wheel_stamps.is_known(package, second, cache)
    with (second / "tinywheel.py").open("a") as file:
        file.write("edited = True\n")
    assert not wheel_stamps.is_known(package, first, cache)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"a.py,sha256={text},1".encode()))
def test_whatever_stands_in_a_record_is_read_or_left_out(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        record = Path(scratch, "RECORD")
        record.write_bytes(content)
        assert all(path.is_relative_to(scratch) for path, _ in rows(record, Path(scratch)))
