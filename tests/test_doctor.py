"""Doctor finds what a crash, a hand or a disk has damaged, and mends it in one call."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import envfile, kernelspec
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine.cache_check import damaged_entries
from jupyter_envs.errors import DiskTrouble
from jupyter_envs.holders import this_process
from jupyter_envs.manager import ChangeRequest, CreateRequest, Manager, written_again
from jupyter_envs.store import Store

from .localchannel import LocalChannel
from .support.counts import tell
from .support.managing import Recorder, create, make_manager
from .support.pypi_index import PypiIndex
from .support.small_channel import small_channel
from .test_cli import Cli
from .test_writerlock import holding, written


class Damage:
    """An environment of a manager, and the places where damage is done."""

    def __init__(self, home: Path, manager: Manager) -> None:
        self.home = home
        self.manager = manager
        self.store = Store(Path(manager.root_dir))
        self.folder = self.store.root / "one"
        self.kernel = kernelspec.kernels_dir() / "one"

    @property
    def prefix(self) -> Path:
        return self.store.prefix("one", self.store.get("one").current)


def torn_record(damage: Damage) -> None:
    (damage.folder / "environment.json").write_text('{"version": 1, "na')


def no_record(damage: Damage) -> None:
    (damage.folder / "environment.json").unlink()


def no_files(damage: Damage) -> None:
    damage.prefix.rename(damage.home / "elsewhere")


def torn_package(damage: Damage) -> None:
    next(damage.prefix.glob("conda-meta/*.json")).write_text("{}")


def no_link(damage: Damage) -> None:
    (damage.folder / "current").unlink()


def dangling_link(damage: Damage) -> None:
    no_link(damage)
    (damage.folder / "current").symlink_to(damage.home / "nowhere")


def no_kernel(damage: Damage) -> None:
    shutil.rmtree(damage.kernel)


def torn_kernel(damage: Damage) -> None:
    (damage.kernel / "kernel.json").write_text("{")


def old_kernel(damage: Damage) -> None:
    text = (damage.kernel / "kernel.json").read_text().replace(damage.prefix.name, "0000")
    (damage.kernel / "kernel.json").write_text(text)


def stray_kernel(damage: Damage) -> None:
    folder = damage.kernel.with_name("gone")
    shutil.copytree(damage.kernel, folder)
    text = (folder / "kernel.json").read_text().replace(str(damage.folder), str(damage.folder.with_name("gone")))
    (folder / "kernel.json").write_text(text)


def written_down(damage: Damage) -> Path:
    return damage.store.records("one", damage.store.get("one").current)


def torn_lock(damage: Damage) -> None:
    (written_down(damage) / "conda-lock.yml").write_text("version: 1\nmeta")


def no_lock(damage: Damage) -> None:
    (written_down(damage) / "conda-lock.yml").unlink()


def other_lock(damage: Damage) -> None:
    lock = written_down(damage) / "conda-lock.yml"
    lock.write_text(lock.read_text().replace("sha256: ", "sha256: 0000")[:-4])
    text = (written_down(damage) / "conda-lock.yml").read_text()
    lock.write_text(re.sub(r"sha256: 0000(\w{60})\w{4}", r"sha256: 0000\1", text))


def torn_file(damage: Damage) -> None:
    (written_down(damage) / "environment.yml").write_bytes(b"dependencies: [\xff")


def nothing_written_down(damage: Damage) -> None:
    shutil.rmtree(written_down(damage))


def nothing_written_at_all(damage: Damage) -> None:
    shutil.rmtree(damage.folder / "records")
    torn_record(damage)


def left_prefix(damage: Damage) -> None:
    (damage.folder / "g" / "12345678" / "lib").mkdir(parents=True)
    (damage.folder / "records" / "12345678").mkdir()
    (damage.folder / ".environment.json.12345678").write_text("{")


def left_folder(damage: Damage) -> None:
    (damage.folder.with_name("two") / "g" / "12345678").mkdir(parents=True)


def left_empty(damage: Damage) -> None:
    (damage.folder.with_name("two") / "g").mkdir(parents=True)


def left_trash(damage: Damage) -> None:
    (damage.store.root / ".trash" / "two-12345678" / "g").mkdir(parents=True)


def dead_lock(damage: Damage) -> None:
    written(damage.store.root / ".locks" / "two.writer", replace(this_process("a"), pid=4_000_000))


def gone_line(damage: Damage) -> None:
    with (damage.home / ".conda" / "environments.txt").open("a") as file:
        file.write(f"{damage.store.root}/gone/g/1\n/opt/conda\n")


def short_entry(damage: Damage) -> None:
    next(Path(damage.manager.cache_dir).glob("packages/kern-1.0-0/share/kern/0")).unlink()


def unfinished_entry(damage: Damage) -> None:
    next(Path(damage.manager.cache_dir).glob("packages/kern-1.0-0.lock")).unlink()


DAMAGES: dict[Callable[[Damage], None], set[str]] = {
    torn_record: {"damaged-record"},
    no_record: {"lost-record"},
    no_files: {"no-prefix", "dead-kernel", "gone-listed"},
    torn_package: {"damaged-packages"},
    torn_lock: {"damaged-lock"},
    no_lock: {"damaged-lock"},
    other_lock: {"damaged-lock"},
    torn_file: {"damaged-file"},
    nothing_written_down: {"damaged-lock", "damaged-file"},
    nothing_written_at_all: {"damaged-record"},
    no_link: {"wrong-link"},
    dangling_link: {"wrong-link"},
    no_kernel: {"no-kernel"},
    torn_kernel: {"no-kernel"},
    old_kernel: {"no-kernel", "dead-kernel"},
    stray_kernel: {"dead-kernel"},
    left_prefix: {"unlisted"},
    left_folder: {"unlisted"},
    left_empty: {"unlisted"},
    left_trash: {"unlisted"},
    dead_lock: {"stale-lock"},
    gone_line: {"gone-listed"},
    short_entry: {"damaged-cache"},
    unfinished_entry: {"damaged-cache"},
}


@pytest.mark.parametrize("damaging", DAMAGES, ids=lambda damaging: damaging.__name__)
def test_damage_is_found_and_mended(home: Path, tmp_path: Path, damaging: Callable[[Damage], None]) -> None:
    manager = make_manager(home, small_channel(tmp_path / "channel", 5), tmp_path / "cache")

    async def run() -> None:
        await create(manager, "one", "kern=1.0")
        before = (await manager.environment("one")).digest
        spec = (kernelspec.kernels_dir() / "one" / "kernel.json").read_text()
        assert (await manager.diagnose()).findings == ()
        damage = Damage(home, manager)
        damaging(damage)
        found = (await manager.diagnose()).findings
        assert {finding.code for finding in found} == DAMAGES[damaging]
        done = await manager.repair(Recorder())
        assert [mended for mended in done if mended.trouble] == []
        assert (await manager.diagnose()).findings == ()
        detail = await manager.environment("one")
        assert detail.digest == before
        assert (detail.spec.conda, detail.spec.channels) == (("kern=1.0",), tuple(manager.default_channels))
        after = json.loads((kernelspec.kernels_dir() / "one" / "kernel.json").read_text())
        assert Path(after["argv"][0]).is_relative_to(damage.prefix) or after["argv"] == json.loads(spec)["argv"]
        assert not list(damaged_entries(tmp_path / "cache", deep=True))

    asyncio.run(run())


def test_what_is_being_made_is_nobodys_leftover(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    manager = make_manager(home, channel.file_url, package_cache)
    prefix = Path(manager.root_dir) / "two" / "g" / "12345678"
    prefix.mkdir(parents=True)

    async def look() -> list[str]:
        await manager.repair(Recorder())
        return [finding.code for finding in (await manager.diagnose()).findings]

    with holding(Path(manager.root_dir) / ".locks" / "two.writer") as process:
        assert asyncio.run(look()) == []
        assert prefix.exists()
        process.kill()
        process.wait()
        assert asyncio.run(look()) == []
        assert not prefix.exists()


def test_what_cannot_be_mended_is_told_and_holds_up_nothing(
    home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    manager = make_manager(home, channel.file_url, package_cache)

    async def run() -> None:
        await create(manager, "one", "tinyblob")
        await create(manager, "two", "tinyblob")
        store = Store(Path(manager.root_dir))
        shutil.rmtree(store.root / "one" / "records")
        (store.root / "one" / "environment.json").write_text("{")
        dangling_link(Damage(home, manager))
        (store.root / "two" / "current").unlink()
        done = {mended.finding.subject: mended.trouble for mended in await manager.repair(Recorder())}
        assert done == {"one": "Nothing of the environment one is whole.", "two": ""}

    asyncio.run(run())


def test_the_command_asks_mends_and_says_what_it_did(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    cli = Cli(home, channel.file_url, package_cache)
    cli.good("create", "one", "tinyblob", "--yes")
    folder = home / ".local/share/jupyter/jupyter-envs/envs/one"
    (folder / "current").unlink()
    assert "--repair" in cli.good("doctor").out
    assert cli("doctor", "--repair").status == 2, "there is nobody to ask"
    done = cli.good("doctor", "--repair", "--yes", "--json").json
    assert [mended["code"] for mended in done["mended"]] == ["wrong-link"]
    assert done["findings"] == []
    assert cli.good("doctor", "--repair").out.endswith("Nothing is wrong.\n")
    (folder / "environment.json").write_text("{")
    shutil.rmtree(folder / "records")
    shutil.rmtree(folder / "g")
    failed = cli("doctor", "--repair", "--yes", "--json")
    assert failed.status == 4
    assert failed.json["error"]["fields"]["mended"][0]["trouble"]


def test_what_is_written_down_of_earlier_generations_is_mended(home: Path, tmp_path: Path) -> None:
    manager = make_manager(home, small_channel(tmp_path / "channel", 5), tmp_path / "cache")

    async def run() -> None:
        await create(manager, "one", "kern=1.0")
        await manager.change(ChangeRequest("one", ("extra",)), Recorder())
        await manager.change(ChangeRequest("one", ("kern=2.0",)), Recorder())
        damage = Damage(home, manager)
        made = damage.store.get("one").generations
        # packages were added to the first one's prefix, so only the second one's lock can be read off it
        (damage.store.records("one", made[1].id) / "conda-lock.yml").write_text("")
        (damage.store.records("one", made[1].id) / "environment.yml").unlink()
        done = await manager.repair(Recorder())
        assert [(mended.finding.code, mended.trouble, mended.lost) for mended in done] == [
            ("damaged-lock", "", ""),
            # the lock's hash of the file went with the old lock, so nothing proves it
            ("damaged-file", "", written_again.NOT_AS_ASKED),
        ]
        assert damage.store.spec("one", made[1].id).conda == ("kern=1.0", "extra")
        assert (await manager.roll_back("one", Recorder(), generation=made[1].id)).prefix.name == made[0].id
        # of the first one, another environment has the lock, and another generation has the file
        await create(manager, "two", "kern=1.0")
        await manager.change(ChangeRequest("one", ("kern=1.0",), remove=("extra",)), Recorder())
        shutil.rmtree(damage.store.records("one", made[0].id))
        assert [mended.trouble for mended in await manager.repair(Recorder())] == ["", ""]
        assert damage.store.lock("one", made[0].id).digest(manager.platform) == made[0].digest
        assert damage.store.spec("one", made[0].id).conda == ("kern=1.0",)

    asyncio.run(run())


def test_what_was_added_to_a_prefix_is_found_again_with_its_history(home: Path, tmp_path: Path) -> None:
    manager = make_manager(home, small_channel(tmp_path / "channel", 5), tmp_path / "cache")

    async def run() -> None:
        await create(manager, "one", "kern=1.0")
        await manager.change(ChangeRequest("one", ("extra",)), Recorder())
        damage = Damage(home, manager)
        before = damage.store.get("one")
        torn_record(damage)
        assert [mended.trouble for mended in await manager.repair(Recorder())] == [""]
        after = damage.store.get("one")
        assert (after.current, [one.id for one in after.generations]) == (
            before.current,
            [one.id for one in before.generations],
        )
        assert {package.name for package in (await manager.environment("one")).packages} == {"kern", "extra"}
        assert (await manager.diagnose()).findings == ()

    asyncio.run(run())


def test_what_is_lost_for_good_is_said(
    home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex
) -> None:
    manager = make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)

    async def run() -> None:
        file = envfile.parse("name: one\nvariables: {COLOUR: red}\ndependencies: [python, {pip: [tinywheel]}]\n")
        request = CreateRequest(file=envfile.write(file))
        made = await manager.create(request, DiskDocuments(home), Recorder())
        damage = Damage(home, manager)
        # the index has the wheel's hash, and the digest proves it
        (written_down(damage) / "conda-lock.yml").unlink()
        done = await manager.repair(Recorder())
        assert [(mended.finding.code, mended.trouble, mended.lost) for mended in done] == [("damaged-lock", "", "")]
        # the variables of the file are nowhere else
        torn_file(damage)
        (mended,) = await manager.repair(Recorder())
        assert (mended.trouble, "variables" in mended.lost) == ("", True)
        detail = await manager.environment("one")
        assert (detail.spec.conda, detail.spec.pip, detail.spec.variables) == (("python",), ("tinywheel==1.1",), {})
        # what nobody has
        own = next(made.prefix.glob("lib/python3*/site-packages")) / "homemade-3.0.dist-info"
        own.mkdir()
        (own / "METADATA").write_text("Metadata-Version: 2.1\nName: homemade\nVersion: 3.0\n")
        no_lock(damage)
        (mended,) = await manager.repair(Recorder())
        assert "homemade 3.0 is not taken into the lock" in mended.trouble
        assert [finding.code for finding in (await manager.diagnose()).findings] == ["damaged-lock"]
        with pytest.raises(DiskTrouble, match="is gone") as caught:
            await manager.change(ChangeRequest("one", ("tinytext",)), Recorder())
        assert "doctor --repair" in caught.value.hints[0]

    asyncio.run(run())


def test_the_number_of_damages() -> None:
    tell("doctor", "kinds of damage found and mended", len(DAMAGES), len(DAMAGES))
