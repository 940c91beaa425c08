"""Packages come, go and change; what was not meant stays as it was; and every step can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs import kernelspec
from jupyter_envs.errors import Conflict, EnvironmentBusy, InvalidInput, NotFound, PlanChanged, Unsolvable
from jupyter_envs.manager import ChangeRequest, Manager, Summary
from jupyter_envs.models import Plan
from jupyter_envs.store import Store

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager, tree
from .support.pypi_index import PypiIndex

NAME = "lab"


@pytest.fixture
def manager(home: Path, channel: LocalChannel, package_cache: Path, pypi_index: PypiIndex) -> Manager:
    return make_manager(home, channel.file_url, package_cache, pypi_index=pypi_index.simple_url)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def change(manager: Manager, **wishes: Any) -> Summary:
    return await manager.change(ChangeRequest(NAME, **wishes), Recorder())


async def plan(manager: Manager, **wishes: Any) -> Plan:
    return await manager.plan_change(ChangeRequest(NAME, **wishes), Recorder())


async def versions(manager: Manager) -> dict[str, str]:
    """Name and version of everything that is really there."""
    return {package.name: package.version for package in (await manager.environment(NAME)).packages}


async def reasons(manager: Manager) -> list[str]:
    history = (await manager.environment(NAME)).to_json()["history"]
    return [generation["reason"] for generation in reversed(history)]


def test_what_is_installed_keeps_its_version_unless_an_update_is_asked_for(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinyneeds")
        assert (await versions(manager))["tinytext"] == "1.0"
        await change(manager, remove=("tinyneeds",), install=("tinytext",))
        assert (await versions(manager))["tinytext"] == "1.0", "2.0 is there, and nobody asked for it"
        found = await plan(manager, install=("tinyblob",))
        assert [package.name for package in found.added] == ["tinyblob"]
        assert (found.changed, found.removed, found.rebuilt) == ((), (), ())
        await change(manager, update=("tinytext",))
        assert (await versions(manager))["tinytext"] == "2.0"
        assert await reasons(manager) == [
            "created with tinyneeds",
            "added tinytext; removed tinyneeds",
            "updated tinytext",
        ]

    run(work())


def test_an_update_of_all_packages(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinyneeds")
        await change(manager, remove=("tinyneeds",), install=("tinytext",))
        found = await plan(manager, update_all=True)
        assert [(change.name, change.before, change.after) for change in found.changed] == [("tinytext", "1.0", "2.0")]
        await change(manager, update_all=True)
        assert (await versions(manager))["tinytext"] == "2.0"

    run(work())


def test_a_kernel_starts_from_the_new_generation_and_the_old_one_stays(manager: Manager) -> None:
    async def work() -> None:
        old = await create(manager, NAME, "python", "tinytext=1.0")
        new = await change(manager, install=("tinytext=2.0",))
        assert old.prefix != new.prefix
        assert old.prefix.is_dir()
        spec = kernelspec.read(kernelspec.kernels_dir() / NAME / "kernel.json")
        assert spec is not None
        assert spec["argv"][0].startswith(str(new.prefix))
        detail = await manager.environment(NAME)
        assert detail.spec.conda == ("python", "tinytext=2.0", "ipykernel"), "in the place of the old line"

    run(work())


def test_an_edited_file(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinytext=1.0")
        text = "name: other\ndependencies:\n- tinytext=2.0\n- tinyblob\n- ipykernel\nvariables:\n  A: b\n"
        found = await plan(manager, file=text)
        assert any("other" in note for note in found.notes)
        await change(manager, file=text)
        assert {"tinyblob", "tinytext"} <= set(await versions(manager))
        detail = await manager.environment(NAME)
        assert detail.spec.variables == {"A": "b"}
        # what is there already needs no new prefix, but its kernel gets the variable
        new = await change(manager, file=text.replace("A: b", "A: c"))
        assert new.prefix == detail.summary.prefix
        spec = kernelspec.read(kernelspec.kernels_dir() / NAME / "kernel.json")
        assert spec is not None
        assert spec["env"]["A"] == "c"
        assert len(await reasons(manager)) == 3

    run(work())


def test_pypi_packages_come_and_go_and_stay_as_they_are(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "python")
        await change(manager, pip=("tinywheel==1.0",))
        await change(manager, pip=("tinywheel",))
        assert (await versions(manager))["tinywheel"] == "1.0"
        await change(manager, pip=("tinyagrees",), install=("tinytext",))
        found = await versions(manager)
        assert (found["tinywheel"], found["tinyagrees"]) == ("1.0", "1.0")
        await change(manager, update=("tinywheel",))
        assert (await versions(manager))["tinywheel"] == "1.1"
        await change(manager, remove=("tinywheel",))
        assert "tinywheel" not in await versions(manager)
        assert (await manager.environment(NAME)).spec.pip == ("tinyagrees",)

    run(work())


def test_what_was_confirmed_is_what_is_done(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinytext=1.0")
        wish = ChangeRequest(NAME, install=("tinyblob",))
        found = await manager.plan_change(wish, Recorder())
        for request, seen in ((wish, "0" * 64), (ChangeRequest(NAME, install=("tinyactivate",)), found.hash)):
            with pytest.raises(PlanChanged):
                await manager.change(request, Recorder(), confirmed=seen)
        assert len(await reasons(manager)) == 1
        await change(manager, install=("tinytext=2.0",))
        with pytest.raises(PlanChanged):
            await manager.change(wish, Recorder(), confirmed=(await plan(manager, install=("tinyconf",))).hash)
        await manager.change(wish, Recorder(), confirmed=(await manager.plan_change(wish, Recorder())).hash)
        assert "tinyblob" in await versions(manager)

    run(work())


def test_nothing_to_do_does_nothing(manager: Manager, home: Path) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinytext")
        before = tree(home / "envs" / NAME)
        await change(manager, update_all=True)
        await change(manager, install=("tinytext",))
        assert tree(home / "envs" / NAME) == before

    run(work())


BAD: list[tuple[dict[str, Any], type[Exception]]] = [
    ({}, InvalidInput),
    ({"install": ("tinyblob",), "file": "dependencies: [tinytext]"}, InvalidInput),
    ({"install": ("no-such-package",)}, Unsolvable),
    ({"install": ("tinytext=2.0",)}, Unsolvable),
    ({"install": ("=<",)}, InvalidInput),
    ({"pip": ("./folder",)}, InvalidInput),
    ({"update": ("no-such-package",)}, NotFound),
    ({"remove": ("no-such-package",)}, NotFound),
    ({"remove": ("python",)}, Conflict),
    ({"file": "dependencies: 3"}, InvalidInput),
]


def test_what_cannot_be_done_changes_nothing(manager: Manager, home: Path) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinyneeds", "tinyblob")
        before = tree(home / "envs")
        for wishes, kind in BAD:
            with pytest.raises(kind):
                await change(manager, **wishes)
        with pytest.raises(NotFound):
            await manager.change(ChangeRequest("absent", install=("tinyblob",)), Recorder())
        with Store(home / "envs").writing(NAME), pytest.raises(EnvironmentBusy):
            await change(manager, install=("tinyactivate",))
        assert [line for line in tree(home / "envs") if not line.startswith(".locks")] == [
            line for line in before if not line.startswith(".locks")
        ]

    run(work())


def test_a_package_that_others_need_is_not_removed(manager: Manager) -> None:
    async def work() -> None:
        await create(manager, NAME, "tinyneeds", "tinytext")
        with pytest.raises(Conflict, match="tinyneeds needs it"):
            await change(manager, remove=("tinytext",))
        await change(manager, remove=("tinytext", "tinyneeds"), install=("tinyblob",))
        assert "tinytext" not in await versions(manager)

    run(work())


def test_back_and_forth(manager: Manager) -> None:
    async def work() -> None:
        first = await create(manager, NAME, "python", "tinytext=1.0")
        with pytest.raises(Conflict, match="no generation before"):
            await manager.roll_back(NAME, Recorder())
        second = await change(manager, install=("tinytext=2.0",))
        back = await manager.roll_back(NAME, Recorder())
        assert back.prefix == first.prefix
        assert (await versions(manager))["tinytext"] == "1.0"
        spec = kernelspec.read(kernelspec.kernels_dir() / NAME / "kernel.json")
        assert spec is not None
        assert spec["argv"][0].startswith(str(first.prefix))
        assert (await manager.environment(NAME)).spec.conda[1] == "tinytext=1.0"
        forth = await manager.roll_back(NAME, Recorder())
        assert forth.prefix == second.prefix
        ids = [item["id"] for item in (await manager.environment(NAME)).to_json()["history"]]
        assert len(set(ids)) == 4
        assert (await reasons(manager))[2:] == [f"rolled back to {ids[3]}", f"rolled back to {ids[2]}"]
        with pytest.raises(NotFound, match="no generation"):
            await manager.roll_back(NAME, Recorder(), generation="absent")

    run(work())


def test_going_back_to_a_prefix_that_is_gone_or_was_changed_makes_it_again(manager: Manager) -> None:
    async def work() -> None:
        first = await create(manager, NAME, "tinytext=1.0")
        start = (await manager.environment(NAME)).summary.environment
        await change(manager, install=("tinytext=2.0",))
        plan = await manager.plan_roll_back(NAME, Recorder())
        assert plan.to_fetch == 0 and [change.after for change in plan.changed] == ["1.0"]
        next(first.prefix.glob("conda-meta/tinytext-*.json")).unlink()
        with pytest.raises(PlanChanged):
            await manager.roll_back(NAME, Recorder(), confirmed="0" * 64)
        confirmed = (await manager.plan_roll_back(NAME, Recorder())).hash
        again = await manager.roll_back(NAME, Recorder(), confirmed=confirmed)
        assert again.prefix != first.prefix
        assert (await versions(manager))["tinytext"] == "1.0"
        environment = (await manager.environment(NAME)).summary.environment
        assert environment is not None and start is not None
        assert environment.generation.digest == start.generation.digest

    run(work())
