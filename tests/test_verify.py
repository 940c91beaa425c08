"""Every file of every package, held against its hash: what was changed or lost is named, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import threading
from pathlib import Path

import pytest

from jupyter_envs.errors import NotFound
from jupyter_envs.integrity import Stopped, Verification, verify
from jupyter_envs.manager import ChangeRequest, Manager
from jupyter_envs.models import Progress

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager
from .support.pypi_index import PypiIndex


@pytest.fixture(scope="module")
def made(
    channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex, tmp_path_factory: pytest.TempPathFactory
) -> Manager:
    """One environment with everything in it, which no test may change; `copied` is for those that do."""
    home = tmp_path_factory.mktemp("verify")
    manager = make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)

    async def work() -> None:
        await create(manager, "all", "tinytext", "tinyconf", "tinyblob", "ipykernel")
        await manager.change(ChangeRequest("all", pip=("tinydep",)), Recorder())

    os.environ["JUPYTER_DATA_DIR"], before = str(home / "data"), os.environ.get("JUPYTER_DATA_DIR")
    os.environ["HOME"], home_before = str(home), os.environ["HOME"]
    try:
        asyncio.run(work())
    finally:
        os.environ["HOME"] = home_before
        os.environ.pop("JUPYTER_DATA_DIR") if before is None else os.environ.update(JUPYTER_DATA_DIR=before)
    return manager


@pytest.fixture
def copied(made: Manager, tmp_path: Path) -> Path:
    """A copy of the prefix: hashes of files with a prefix in them are of the file, wherever it lies."""
    current = Path(made.root_dir) / "all" / "current"
    return Path(shutil.copytree(current, tmp_path / "prefix", symlinks=True))


def test_nothing_is_wrong_with_what_was_just_made(made: Manager) -> None:
    recorder = Recorder()
    found = asyncio.run(made.verify("all", recorder))
    assert found.damaged == ()
    assert found.packages > 20
    assert found.files > 500
    assert found.size > 10_000_000
    assert recorder.phases == ["verifying"]
    last = recorder.states[-1]
    assert (last.packages_done, last.packages_total, last.bytes_done) == (found.packages, found.packages, found.size)


def damage(found: Verification) -> dict[str, tuple[list[str], list[str]]]:
    return {item.name: (sorted(item.changed), sorted(item.missing)) for item in found.damaged}


def test_what_was_changed_or_lost_is_named(copied: Path) -> None:
    site = next(copied.glob("lib/python3*/site-packages")).relative_to(copied).as_posix()
    for path in (f"{site}/tinytext.py", "etc/tinyconf.ini", "share/tinyblob.bin", f"{site}/tinywheel/__init__.py"):
        file = copied / path
        if not file.exists():
            file = copied / f"{site}/tinywheel.py"
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    (copied / "bin/tinyconf").unlink()
    (copied / f"{site}/ipykernel/kernelapp.py").unlink()
    (copied / "bin/tinytext").unlink()
    (copied / "not-ours").write_text("of no package")
    found = damage(verify(copied))
    assert found["tinytext"] == ([f"{site}/tinytext.py"], ["bin/tinytext"])
    assert found["tinyconf"] == (["etc/tinyconf.ini"], ["bin/tinyconf"])
    assert found["tinyblob"] == (["share/tinyblob.bin"], [])
    assert found["ipykernel"] == ([], [f"{site}/ipykernel/kernelapp.py"])
    assert len(found["tinywheel"][0]) == 1
    assert len(found) == 5


def test_a_wheel_that_has_lost_its_record(copied: Path) -> None:
    record = next(copied.glob("lib/python3*/site-packages/tinydep-*.dist-info/RECORD"))
    record.unlink()
    assert damage(verify(copied)) == {"tinydep": ([], [record.relative_to(copied).as_posix()])}


def test_it_can_be_stopped(copied: Path) -> None:
    stop = threading.Event()
    with pytest.raises(Stopped):
        verify(copied, lambda *_: stop.set(), stop)


def test_a_cancelled_check_ends(made: Manager) -> None:
    tasks: list[asyncio.Future[Verification]] = []

    class Impatient(Recorder):
        def progress(self, progress: Progress) -> None:
            super().progress(progress)
            if progress.packages_done == 1:
                tasks[0].cancel()

    async def work() -> None:
        tasks.append(asyncio.ensure_future(made.verify("all", Impatient())))
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("verify")]

    asyncio.run(work())


def test_an_environment_that_is_not_there(made: Manager) -> None:
    with pytest.raises(NotFound):
        asyncio.run(made.verify("absent", Recorder()))


def test_the_hash_of_each_file_is_the_one_that_any_other_program_finds(copied: Path) -> None:
    """The check is not blind: what it compares with is what a fresh look at the file gives."""
    from jupyter_envs.integrity import owned  # noqa: PLC0415

    files = [file for package in owned(copied) for file in package.files if file.sha256]
    assert len(files) > 500
    wrong = [
        file.path
        for file in files
        if not (copied / file.path).is_symlink()
        and hashlib.sha256((copied / file.path).read_bytes()).hexdigest() != file.sha256
    ]
    assert wrong == []
