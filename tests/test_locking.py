"""Locks for several platforms, again and again: what changes, what stays, what is outdated."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile
from jupyter_envs.errors import InvalidInput, Unsolvable
from jupyter_envs.machine import current_platform
from jupyter_envs.manager import LockPlan, LockRequest, Manager, outdated
from jupyter_envs.manager.locking import wanted_platforms
from jupyter_envs.models import Lock, Spec

from .support.made_channel import PLATFORMS, Made, usual, write_channel
from .support.managing import Recorder, make_manager
from .support.pypi_index import PypiIndex

HERE = current_platform()
FILE = f"""\
name: team
platforms: [{", ".join(PLATFORMS)}]
dependencies:
  - python
  - pure
  - onlywin  # [win]
  - sel(linux): onlylinux
"""


class Case:
    """A manager whose channel can be changed."""

    def __init__(self, home: Path, index: str = "") -> None:
        self.folder = home / "made"
        self.channel = write_channel(self.folder, usual())
        self.manager: Manager = make_manager(home, self.channel, home / "cache", pypi_index=index)

    def publish(self, *more: Made) -> None:
        write_channel(self.folder, [*usual(), *more])

    def plan(self, text: str, old: Lock | None = None, **options: object) -> LockPlan:
        request = LockRequest(envfile.parse(text), old, **options)  # type: ignore[arg-type]
        return asyncio.run(self.manager.plan_lock(request, Recorder()))


@pytest.fixture
def case(home: Path, pypi_index: PypiIndex) -> Case:
    return Case(home, pypi_index.simple_url)


def versions(lock: Lock, platform: str) -> dict[str, str]:
    return {package.name: package.version for package in lock.for_platform(platform)}


def kinds(plan: LockPlan) -> set[tuple[str, str, str]]:
    return {(change.platform, change.kind, change.name) for change in plan.changes}


def test_one_lock_holds_all_platforms_of_the_file_each_with_its_own_lines(case: Case) -> None:
    lock = case.plan(FILE).lock
    assert lock.platforms == PLATFORMS
    common = {"python": "3.12.1", "ipykernel": "6.29", "pure": "2.0", "helper": "1.1"}
    assert versions(lock, "linux-64") == {**common, "onlylinux": "1.0"}
    assert versions(lock, "osx-arm64") == common
    assert versions(lock, "win-64") == {**common, "onlywin": "1.0"}
    assert {len(package.sha256) for package in lock.packages} == {64}
    assert all(package.url.startswith(case.channel) for package in lock.packages)
    assert lockfile.parse(lockfile.write(lock)) == lock


def test_wheels_are_locked_for_every_platform_too(case: Case) -> None:
    lock = case.plan(f"{FILE}  - pip: [tinydep]\n").lock
    for platform in PLATFORMS:
        wheels = [package for package in lock.for_platform(platform) if package.manager == "pip"]
        assert {package.name: package.version for package in wheels} == {"tinydep": "1.0", "tinywheel": "1.1"}
        assert {len(package.sha256) for package in wheels} == {64}
        assert all(package.url.endswith(".whl") for package in wheels)
    assert lockfile.parse(lockfile.write(lock)) == lock


def test_a_file_without_platforms_is_locked_for_this_machine_and_linux_64() -> None:
    assert wanted_platforms(Spec(), None, "osx-arm64") == ("osx-arm64", "linux-64")
    assert wanted_platforms(Spec(), None, "linux-64") == ("linux-64",)
    assert wanted_platforms(Spec(), Lock((), platforms=("win-64",)), "linux-64") == ("linux-64", "win-64")
    assert wanted_platforms(Spec(platforms=("win-64",)), None, "linux-64") == ("win-64",)


def test_locking_again_keeps_versions_unless_asked(case: Case) -> None:
    old = case.plan(FILE).lock
    case.publish(Made("pure", "3.0", ["python", "helper >=1"]), Made("helper", "2.0"))
    assert case.plan(FILE, old).changes == ()
    assert kinds(case.plan(FILE, old, update=("helper",))) == {(one, "up", "helper") for one in PLATFORMS}
    everything = case.plan(FILE, old, update=("all",))
    assert kinds(everything) == {(one, "up", name) for one in PLATFORMS for name in ("helper", "pure")}
    assert kinds(case.plan(FILE, everything.lock)) == set()


def test_an_edited_file_changes_no_more_than_it_has_to(case: Case) -> None:
    old = case.plan(FILE).lock
    case.publish(Made("pure", "3.0", ["python", "helper >=1"]), Made("helper", "2.0"))
    plan = case.plan(FILE.replace("- pure\n", "- pure <2\n  - undated\n"), old)
    assert kinds(plan) == {
        (platform, kind, name)
        for platform in PLATFORMS
        for kind, name in (("down", "pure"), ("removed", "helper"), ("added", "undated"))
    }


def test_wheels_keep_their_versions_too(case: Case) -> None:
    text = f"{FILE}  - pip: [tinywheel]\n"
    old = case.plan(text.replace("tinywheel]", "tinywheel==1.0]"), platforms=("win-64",)).lock
    assert versions(case.plan(text, old, platforms=("win-64",)).lock, "win-64")["tinywheel"] == "1.0"
    updated = case.plan(text, old, platforms=("win-64",), update=("TinyWheel",))
    assert kinds(updated) == {("win-64", "up", "tinywheel")}


def test_a_platform_that_is_not_asked_for_stays(case: Case) -> None:
    old = case.plan(FILE).lock
    case.publish(Made("helper", "2.0"))
    plan = case.plan(FILE, old, platforms=("osx-arm64",), update=("all",))
    assert kinds(plan) == {("osx-arm64", "up", "helper")}
    assert plan.lock.for_platform("win-64") == old.for_platform("win-64")
    assert plan.lock.content_hash == old.content_hash


def test_what_the_machine_is_said_to_have_decides(home: Path) -> None:
    case = Case(home)
    text = "dependencies: [mac, gpu]\nplatforms: [osx-arm64]\n"
    case.manager.macos, case.manager.cuda = "11.0", "12.4"
    assert versions(case.plan(text).lock, "osx-arm64") == {"mac": "1.0", "gpu": "1.0"}


def test_a_message_says_for_which_platform_there_is_no_solution(case: Case) -> None:
    with pytest.raises(Unsolvable, match=r"For osx-arm64: .*onlylinux"):
        case.plan("dependencies: [onlylinux]\nplatforms: [linux-64, osx-arm64]\n")


def test_what_cannot_be_asked_for_is_refused(case: Case) -> None:
    with pytest.raises(InvalidInput, match="not a platform"):
        case.plan(FILE, platforms=("linux",))
    with pytest.raises(InvalidInput, match="not a platform"):
        case.plan(FILE.replace("win-64", "win-65"))
    with pytest.raises(InvalidInput, match="numpy cannot be updated"):
        case.plan(FILE, update=("numpy",))


def test_an_edit_makes_only_the_platforms_outdated_that_it_is_for(case: Case) -> None:
    lock = case.plan(FILE).lock

    def found(text: str) -> tuple[str, ...]:
        return outdated(envfile.parse(text), lock, HERE)

    assert found(FILE) == ()
    assert found(FILE.replace("name: team", "name: other")) == ()
    assert found(FILE.replace("onlywin", "onlywin >=1")) == ("win-64",)
    assert found(FILE.replace("sel(linux): onlylinux", "sel(linux): onlylinux >=1")) == ("linux-64",)
    assert found(FILE.replace("[win]", "[osx]")) == ("osx-arm64", "win-64")
    assert found(FILE.replace("- pure", "- pure >=1")) == PLATFORMS
    assert found(FILE.replace("[linux-64,", "[osx-64, linux-64,")) == ("osx-64",)
    assert found(FILE.replace(", win-64]", "]")) == ()
    assert outdated(envfile.parse(FILE), None, HERE) == PLATFORMS
    assert outdated(envfile.parse(FILE), replace(lock, content_hash={}), HERE) == PLATFORMS


def test_a_lock_that_is_there_already_is_the_same_text_again(case: Case) -> None:
    plan = case.plan(FILE)
    again = case.plan(FILE, lockfile.parse(plan.text("environment.yml")))
    assert again.text("environment.yml") == plan.text("environment.yml")
    assert (plan.is_new, again.is_new) == (True, False)
