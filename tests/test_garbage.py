"""What is not needed is found, taken away and counted; what somebody works on is left alone."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import cache
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.manager.garbage import CACHE_BUSY, Collection, Policy, expired
from jupyter_envs.models import Environment, Generation
from jupyter_envs.store import Store

from .localchannel import LocalChannel
from .support.lab import PROJECT
from .support.managing import Recorder, create, make_manager, tree
from .support.processes import wait_until
from .support.pypi_index import PypiIndex
from .test_store import make as make_generation

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def manager(home: Path, channel: LocalChannel) -> Manager:
    return make_manager(home, channel.file_url, home / "cache", gc_min_age=0.0, kept_generations=0)


def kinds(found: Collection) -> list[str]:
    return sorted({item.kind for item in found.items})


def collect(manager: Manager) -> Collection:
    """What the preview says, and then what is done; both must agree, but for uv, which cannot tell before."""
    preview = asyncio.run(manager.disk.collectable())
    before = space(manager)
    done = asyncio.run(manager.disk.collect(Recorder()))
    assert [item for item in preview.items if item.kind != "uv"] == [item for item in done.items if item.kind != "uv"]
    assert preview.freed <= done.freed
    assert before - space(manager) == done.freed, "what it says is what was freed"
    return done


def space(manager: Manager) -> int:
    """The bytes of all files, each once, with the file of measurements left out."""
    folders = [Path(manager.root_dir), Path(manager.cache_dir)]
    files = {
        path.lstat().st_ino: path.lstat().st_size for folder in folders for path in folder.rglob("*") if counted(path)
    }
    return sum(files.values())


def counted(path: Path) -> bool:
    """Files and links; not the records, which are written anew, and not the locks."""
    is_file = path.is_symlink() or not path.is_dir()
    is_lock = ".locks" in path.parts or path.suffix == ".lock"
    return is_file and not is_lock and path.name != "environment.json"


def test_there_is_nothing_to_take_from_what_is_in_use(manager: Manager) -> None:
    asyncio.run(create(manager, "one", "tinyblob"))
    assert collect(manager).items == ()


def test_packages_that_no_environment_has_are_taken(manager: Manager) -> None:
    async def prepare() -> None:
        await create(manager, "one", "tinyblob")
        await create(manager, "two", "tinyconf")
        await manager.remove("one", Recorder())

    asyncio.run(prepare())
    done = asyncio.run(manager.disk.collect(Recorder()))
    assert kinds(done) == ["package"]
    assert all("tinyblob" in item.name for item in done.items)
    assert done.freed > 0
    left = [path.name for path in cache.packages_dir(Path(manager.cache_dir)).iterdir()]
    assert not [name for name in left if "tinyblob" in name or name.startswith((".fetch-", ".gone-"))]
    assert [name for name in left if "tinyconf" in name]
    asyncio.run(create(manager, "one", "tinyblob"))


def test_what_a_crash_left_is_taken(manager: Manager) -> None:
    asyncio.run(create(manager, "one", "tinyblob"))
    root, packages = Path(manager.root_dir), cache.packages_dir(Path(manager.cache_dir))
    left = [root / "one/g/0badcafe", root / "never/g/0badcafe", root / ".trash/old-0badcafe"]
    left += [packages / ".fetch-x", packages / ".gone-x", root.parent / "cache/bytecode/a/.part-x"]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "file").write_text("content")
    before = tree(root / "one" / "g")
    done = collect(manager)
    assert kinds(done) == ["bytecode", "download", "prefix", "trash"]
    assert done.freed == len("content") * len(left)
    assert not [folder for folder in left if folder.exists()]
    assert not (root / "never").exists()
    assert [name for name in before if "0badcafe" not in name] == tree(root / "one" / "g")


def test_empty_folders_of_a_creation_that_was_killed_are_taken_and_in_nobodys_way(manager: Manager) -> None:
    root = Path(manager.root_dir)
    for name in ("never", "later"):
        (root / name / "g").mkdir(parents=True)
        (root / name / "records").mkdir()
    assert asyncio.run(manager.environments()) == []
    asyncio.run(create(manager, "later", "tinyblob"))
    assert [finding.subject for finding in asyncio.run(manager.diagnose()).findings] == [str(root / "never")]
    done = collect(manager)
    assert [(item.kind, item.path, item.bytes) for item in done.items] == [("prefix", str(root / "never"), 0)]
    assert not (root / "never").exists() and (root / "later" / "environment.json").exists()
    assert asyncio.run(manager.diagnose()).findings == ()
    (root / "never" / "g").mkdir(parents=True)
    (root / "never" / "mine").touch()
    assert collect(manager).items == (), "what somebody put there is not ours to take"


def test_files_of_an_environment_whose_record_is_gone_stay(manager: Manager) -> None:
    asyncio.run(create(manager, "one", "tinyblob"))
    root = Path(manager.root_dir)
    (root / "one" / "environment.json").unlink()
    done = collect(manager)
    assert (done.items, done.notes) == ((), ("The record of one is damaged or gone, so its files were left alone.",))
    asyncio.run(manager.repair(Recorder()))
    assert [summary.name for summary in asyncio.run(manager.environments())] == ["one"]


def test_what_is_young_stays(manager: Manager) -> None:
    manager.gc_min_age = 10.0
    left, empty = Path(manager.root_dir) / "one/g/0badcafe", Path(manager.root_dir) / "never/g"
    left.mkdir(parents=True)
    empty.mkdir(parents=True)
    assert collect(manager).items == ()
    assert left.is_dir() and empty.is_dir()


def test_links_are_not_followed(manager: Manager, home: Path) -> None:
    outside = home / "precious"
    outside.mkdir()
    (outside / "file").write_text("content")
    root = Path(manager.root_dir)
    (root / "one/g").mkdir(parents=True)
    (root / "one/g/0badcafe").symlink_to(outside)
    (root / "linked").symlink_to(home)
    (home / "g").mkdir()
    (home / "g" / "mine").mkdir()
    done = asyncio.run(manager.disk.collect(Recorder()))
    assert kinds(done) == ["prefix"]
    assert (outside / "file").read_text() == "content"
    assert (home / "g" / "mine").is_dir()


def test_old_generations_go_unless_something_runs_from_them(manager: Manager) -> None:
    store = Store(Path(manager.root_dir))
    first, second, third = (make_generation(store, "one", reason=reason) for reason in "abc")
    program = second.prefix / "bin" / "sleeper"
    program.parent.mkdir()
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    with subprocess.Popen([program, "600"]) as running:
        try:
            wait_until(lambda: Path(f"/proc/{running.pid}/exe").resolve() == program, "the program to run")
            done = collect(manager)
        finally:
            running.kill()
    assert [item.name for item in done.items] == [f"one {first.id}"]
    assert [known.id for known in Store(store.root).get("one").generations] == [second.id, third.id]
    assert not first.prefix.exists()
    assert str(first.prefix) not in (Path.home() / ".conda/environments.txt").read_text()
    assert [item.name for item in collect(manager).items] == [f"one {second.id}"]
    assert Store(store.root).get("one").current == third.id


MADE = Generation("", "2026-01-01T00:00:00+00:00", "created", "", 1)
DAY = 86_400.0
NOW = 1_767_225_600.0 + 100 * DAY


@pytest.mark.parametrize(
    ("keep", "days", "gone"),
    [(0, 0, "abc"), (1, 0, "ab"), (5, 0, ""), (5, 50, "ab"), (5, 99, "a"), (1, 99, "ab"), (5, 1000, "")],
)
def test_number_and_age_of_kept_generations(keep: int, days: float, gone: str) -> None:
    ages = {"a": "2026-01-01", "b": "2026-02-01", "c": "2026-04-01", "d": "2026-04-02"}
    generations = tuple(replace(MADE, id=id, created=f"{day}T00:00:00+00:00") for id, day in ages.items())
    environment = Environment("x", "d", generations)
    assert expired(environment, Policy(keep, days, 0.0), NOW) == list(gone)
    back = Environment("x", "a", generations)
    assert "a" not in expired(back, Policy(0, 1, 0.0), NOW), "the current one always stays, also after a rollback"


def test_compiled_modules_that_no_environment_has_are_taken(manager: Manager) -> None:
    entry = Path(manager.cache_dir) / "bytecode" / "a" / "b"
    entry.mkdir(parents=True)
    (entry / "0").write_bytes(b"x" * 50)
    used = Path(manager.cache_dir) / "bytecode" / "a" / "c"
    used.mkdir()
    (used / "0").write_bytes(b"x" * 50)
    os.link(used / "0", Path(manager.cache_dir) / "elsewhere")
    assert [item.path for item in collect(manager).items] == [str(entry)]
    assert used.is_dir()


def test_wheels_are_uvs_business(manager: Manager, pypi_index: PypiIndex, channel: LocalChannel) -> None:
    manager = make_manager(
        Path.home(), channel.file_url, Path(manager.cache_dir), pypi_index=pypi_index.simple_url, gc_min_age=0.0
    )
    text = f"channels: [{channel.file_url}]\ndependencies:\n- python\n- pip:\n  - tinywheel\n"
    request = CreateRequest(name="one", file=text)

    async def run() -> Collection:
        await manager.create(request, DiskDocuments(Path.cwd()), Recorder())
        return await manager.disk.collect(Recorder())

    done = asyncio.run(run())
    assert [item.kind for item in done.items] == ["uv"]
    assert asyncio.run(manager.disk.collectable()).items[0].bytes is None


HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from jupyter_envs.engine import cache
from jupyter_envs.store import Store
with Store(Path(sys.argv[2])).writing("one"), cache.in_use(Path(sys.argv[3])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_what_another_process_works_on_is_left_alone(manager: Manager) -> None:
    """It holds what an installation holds; when it dies, the locks are free."""
    root, packages = Path(manager.root_dir), cache.packages_dir(Path(manager.cache_dir))
    left = [root / "one/g/0badcafe", packages / ".fetch-x"]
    for folder in left:
        folder.mkdir(parents=True)
    argv = [sys.executable, "-c", HOLDER, str(PROJECT), str(root), manager.cache_dir]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = asyncio.run(manager.disk.collect(Recorder()))
        holder.kill()
    assert done.items == ()
    assert done.notes == ("one is being changed, so it was left alone.", CACHE_BUSY)
    assert all(folder.is_dir() for folder in left)
    assert len(collect(manager).items) == len(left)


MAKER = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import EnvironmentBusy
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter

manager = Manager(**json.loads(sys.argv[2]))
async def patiently(action):
    while True:
        try:
            return await action()
        except EnvironmentBusy:
            await asyncio.sleep(0.05)

async def make(name):
    request = CreateRequest(name=name, packages=("tinyconf", "tinyblob"))
    await patiently(lambda: manager.create(request, DiskDocuments(Path.cwd()), SilentReporter()))

async def main():
    for number in range(int(sys.argv[4])):
        await make(f"{sys.argv[3]}-{number}")
        await patiently(lambda: manager.remove(f"{sys.argv[3]}-{number}", SilentReporter()))
    await make(sys.argv[3])

asyncio.run(main())
"""
ROUNDS = 3


def test_collecting_while_others_install(manager: Manager, channel: LocalChannel) -> None:
    """Two processes make and remove environments; this one collects with no age limit all the while."""
    options = {"root_dir": manager.root_dir, "cache_dir": manager.cache_dir, "default_channels": [channel.file_url]}
    argv = [sys.executable, "-c", MAKER, str(PROJECT), json.dumps(options)]
    makers = [
        subprocess.Popen([*argv, name, str(ROUNDS)], stderr=subprocess.PIPE, text=True) for name in ("one", "two")
    ]
    collections = 0
    while any(maker.poll() is None for maker in makers):
        asyncio.run(manager.disk.collect(Recorder()))
        collections += 1
    for maker in makers:
        said = maker.communicate()[1]
        assert maker.returncode == 0, said

    async def look() -> None:
        assert [summary.name for summary in await manager.environments()] == ["one", "two"]
        assert (await manager.diagnose()).findings == ()
        for name in ("one", "two"):
            detail = await manager.environment(name)
            environment = detail.summary.environment
            assert environment is not None
            assert detail.digest == environment.generation.digest

    asyncio.run(look())
    print(f"{collections} collections during {2 * (ROUNDS + 1)} installations")


def test_totals_and_unused(manager: Manager) -> None:
    async def run() -> None:
        assert manager.disk.totals() is None
        await create(manager, "one", "tinyblob", "python")
        await create(manager, "two", "tinyblob", "python")
        usage = await manager.disk.measure()
        assert manager.disk.totals() == usage.totals()
        assert usage.total < usage.copies
        assert [item.name for item in await manager.unused(0.0)] == ["one", "two"]
        assert await manager.unused() == []
        for name in ("one", "two"):
            age(manager, name, days=100)
        assert [(item.name, item.days) for item in await manager.unused()] == [("one", 100), ("two", 100)]
        manager.disk.kernel_started("one")
        assert [item.name for item in await manager.unused()] == ["two"]
        manager.running_kernels = lambda: {"two": 1}
        assert await manager.unused() == []

    asyncio.run(run())


def age(manager: Manager, name: str, *, days: int) -> None:
    """As if it had been made and used so long ago."""
    path = Path(manager.root_dir) / name / "environment.json"
    data = json.loads(path.read_text())
    then = datetime.now(timezone.utc) - timedelta(days=days, minutes=1)
    for generation in data["generations"]:
        generation["created"] = then.isoformat(timespec="seconds")
    path.write_text(json.dumps(data))
