"""Environments as of a date: conda and PyPI both, what wins over the date, and what a lock keeps of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import InvalidInput, Unsolvable
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import CreateRequest, LockPlan, LockRequest, Manager
from jupyter_envs.manager.moments import NO_DATE, choose, read_moment
from jupyter_envs.manager.requests import ChangeRequest
from jupyter_envs.models import Lock, Plan

from .localchannel import LocalChannel
from .support.made_channel import Made, usual, write_channel
from .support.managing import Recorder, create, make_manager
from .support.pypi_index import PypiIndex
from .support.wheels import PypiFile, make_wheel

HERE = current_platform()
FILE = f"name: old\nplatforms: [{HERE}]\ndependencies:\n  - python\n"
WITH_PIP = f"{FILE}  - pip: [dated, LINE]\n"


def uploaded(name: str, version: str, year: int, **more: list[str]) -> PypiFile:
    return replace(make_wheel(name, version, requires=more.get("requires", [])), uploaded=f"{year}-06-01T00:00:00Z")


@pytest.fixture(scope="module")
def index() -> Iterator[PypiIndex]:
    files = [
        uploaded("dated", "1.0", 2020),
        uploaded("dated", "2.0", 2023),
        uploaded("needs-setuptools", "1.0", 2020, requires=["setuptools"]),
        uploaded("setuptools", "70.0", 2024),
        uploaded("ipykernel", "4.1", 2015),
        uploaded("ipykernel", "6.0", 2021),
        make_wheel("timeless", "1.0"),
    ]
    with PypiIndex([replace(file, file_name=file.file_name.replace("needs-s", "needs_s")) for file in files]) as server:
        yield server


@pytest.fixture
def manager(home: Path, index: PypiIndex) -> Manager:
    packages = [*usual(), *(Made("python", "3.8.1", subdir=HERE, year=2020),)]
    return make_manager(home, write_channel(home / "made", packages), home / "cache", pypi_index=index.simple_url)


def lock(manager: Manager, text: str, as_of: str = "", old: Lock | None = None) -> LockPlan:
    request = LockRequest(envfile.parse(text), old, as_of=as_of)
    return asyncio.run(manager.plan_lock(request, Recorder()))


def versions(plan: LockPlan) -> dict[str, str]:
    return {package.name: package.version for package in plan.lock.for_platform(HERE)}


def test_what_came_later_is_left_out(manager: Manager) -> None:
    text = FILE + "  - pure\n"
    plan = lock(manager, text, "2022-06-01")
    assert versions(plan) == {"python": "3.11.5", "ipykernel": "6.20", "pure": "1.0"}
    assert "As of 2022-06-01T23:59:59Z: what came later was not considered." in plan.notes
    assert versions(lock(manager, text))["pure"] == "2.0"


def test_the_moment_itself_still_counts(manager: Manager) -> None:
    assert versions(lock(manager, FILE, "2022-01-01T00:00:00Z"))["python"] == "3.11.5"
    assert versions(lock(manager, FILE.replace("- python", "- helper"), "2021-01-01"))["helper"] == "1.0"


def test_wheels_that_came_later_are_left_out(manager: Manager) -> None:
    text = WITH_PIP.replace(", LINE", "")
    assert versions(lock(manager, text, "2022-06-01"))["dated"] == "1.0"
    assert versions(lock(manager, text, "2023-06-02"))["dated"] == "2.0"


def test_a_version_that_is_named_wins_over_the_date_and_is_said(manager: Manager) -> None:
    text = WITH_PIP.replace("dated, LINE", "dated==2.0") + "  - pure=2.0\n"
    plan = lock(manager, text, "2022-06-01")
    found = versions(plan)
    assert (found["pure"], found["dated"], found["python"]) == ("2.0", "2.0", "3.11.5")
    assert "Newer than that, because their versions are named: dated, pure." in plan.notes
    # what a named version needs is still as of the date
    assert found["helper"] == "1.0"


def test_a_version_that_was_there_by_then_needs_no_exception(manager: Manager) -> None:
    plan = lock(manager, FILE + "  - pure=1\n", "2022-06-01")
    assert versions(plan)["pure"] == "1.0"
    assert not any("named" in note for note in plan.notes)


def test_a_condition_does_not_win_over_the_date(manager: Manager) -> None:
    with pytest.raises(Unsolvable):
        lock(manager, FILE + "  - pure >=2\n", "2022-06-01")
    with pytest.raises(Unsolvable, match="dated"):
        lock(manager, WITH_PIP.replace("dated, LINE", "dated>=2"), "2022-06-01")


def test_records_without_a_time_count_as_old_and_are_named(manager: Manager) -> None:
    plan = lock(manager, FILE + "  - undated\n", "2022-06-01")
    assert versions(plan)["undated"] == "2.0"
    assert "Their channel states no time for these, which counts as older: undated." in plan.notes


def test_wheels_without_a_time_are_not_used(manager: Manager) -> None:
    with pytest.raises(Unsolvable, match="timeless"):
        lock(manager, WITH_PIP.replace("LINE", "timeless"), "2022-06-01")


def test_build_tools_are_exempt(manager: Manager) -> None:
    found = versions(lock(manager, WITH_PIP.replace("LINE", "needs-setuptools"), "2022-06-01"))
    assert found["setuptools"] == "70.0"


def test_an_ipykernel_that_cannot_start_is_not_chosen(manager: Manager) -> None:
    with pytest.raises(Unsolvable, match="ipykernel"):
        lock(manager, FILE + "  - ipykernel\n", "2021-06-01")
    with pytest.raises(Unsolvable, match="ipykernel"):
        lock(manager, WITH_PIP.replace("LINE", "ipykernel"), "2021-01-01")
    assert versions(lock(manager, FILE + "  - ipykernel=4.1\n", "2021-06-01"))["ipykernel"] == "4.1"


def test_a_lock_remembers_its_date_until_it_is_told_otherwise(manager: Manager) -> None:
    first = lock(manager, FILE + "  - pure\n", "2022-06-01").lock
    assert first.as_of == {HERE: "2022-06-01T23:59:59Z"}
    old = lockfile.parse(lockfile.write(first))
    assert old == first
    again = lock(manager, FILE + "  - pure\n  - helper\n", old=old)
    assert versions(again)["helper"] == "1.0"
    assert again.lock.as_of == first.as_of
    without = lock(manager, FILE + "  - pure\n  - helper\n", NO_DATE, old)
    assert (versions(without)["helper"], without.lock.as_of) == ("1.1", {})
    # the locked versions stay, whatever the date of today
    assert versions(without)["pure"] == "1.0"


def test_an_earlier_date_takes_locked_versions_back(manager: Manager) -> None:
    newest = lock(manager, FILE + "  - pure\n").lock
    back = lock(manager, FILE + "  - pure\n", "2022-06-01", newest)
    assert {(change.kind, change.name) for change in back.changes} == {
        ("down", "python"), ("down", "ipykernel"), ("down", "pure"), ("removed", "helper"),
    }  # fmt: skip


def plan(manager: Manager, **request: object) -> Plan:
    documents = DiskDocuments(Path.cwd())
    return asyncio.run(manager.plan(CreateRequest(**request), documents, Recorder()))  # type: ignore[arg-type]


def test_a_plan_for_a_new_environment_is_as_of_the_date(manager: Manager) -> None:
    for request in ({"name": "a", "packages": ("python", "pure")}, {"file": FILE + "  - pure\n"}):
        found = plan(manager, as_of="2022-06-01", **request)
        assert {package.name: package.version for package in found.added}["pure"] == "1.0"
        assert any("As of 2022-06-01" in note for note in found.notes)


def test_an_environment_stays_as_of_its_date_until_it_is_told_otherwise(
    home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    manager = make_manager(home, channel.file_url, package_cache)

    async def run() -> None:
        await create(manager, "a", "python", "tinytext", as_of="2022-06-01")
        packages = {package.name: package.version for package in (await manager.environment("a")).packages}
        assert packages["tinytext"] == "1.0"
        added = await manager.plan_change(ChangeRequest("a", install=("tinyactivate",)), Recorder())
        assert ([package.name for package in added.added], added.changed) == (["tinyactivate"], ())
        same = await manager.plan_change(ChangeRequest("a", update_all=True), Recorder())
        assert (same.added, same.changed) == ((), ())
        newest = await manager.plan_change(ChangeRequest("a", update_all=True, as_of=NO_DATE), Recorder())
        assert [(change.name, change.after) for change in newest.changed] == [("tinytext", "2.0")]

    asyncio.run(run())


def test_a_date_beside_a_lock_is_refused(manager: Manager) -> None:
    text = lockfile.write(lock(manager, FILE).lock)
    with pytest.raises(InvalidInput, match="a date has no meaning"):
        plan(manager, name="a", lock=text, as_of="2022-06-01")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01", "2024-05-01T23:59:59Z"),
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
        ("2024-05-01T12:00:00", "2024-05-01T12:00:00Z"),
        ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z"),
        ("2024-05-01 12:00", "2024-05-01T12:00:00Z"),
        ("", ""),
    ],
)
def test_moments_are_read(text: str, moment: str) -> None:
    assert read_moment(text) == moment
    assert choose(text, "before") == (moment or "before")


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "2024-02-30", "01.05.2024", "0001-01-01T00:00:00+23:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a date") as caught:
        read_moment(text)
    assert caught.value.fields["key"] == "as_of"
