"""What the list says of an environment's state, once somebody has looked at it, and what it takes on disk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.manager.conditions import Conditions
from jupyter_envs.models import Difference, Environment, Generation

from .localchannel import LocalChannel
from .support.client import API
from .support.lab import Lab
from .support.managing import Recorder, create, make_manager
from .support.openapi import check_reply
from .support.others import make_venv

MADE = Environment("shop", "1", (Generation("1", "2026-01-01T00:00:00Z", "created", "d", 3),))
BY_PIP = Difference("tqdm", None, "4.67.1", "pip")
BY_CONDA = Difference("pandas", "2.2.2", "2.2.3")


def test_what_was_seen_last_is_known() -> None:
    known = Conditions()
    assert known.of(MADE) == "as-made"
    known.packages_differ(MADE, [BY_PIP])
    assert known.of(MADE) == "changed-by-pip"
    known.packages_differ(MADE, [BY_PIP, BY_CONDA])
    assert known.of(MADE) == "changed"
    known.files_differ(MADE, True)
    assert known.of(MADE) == "damaged"
    known.files_differ(MADE, False)
    known.packages_differ(MADE, [])
    assert known.of(MADE) == "as-made"


def test_of_another_generation_nothing_is_known() -> None:
    known = Conditions()
    known.files_differ(MADE, True)
    known.packages_differ(MADE, [BY_CONDA])
    changed = replace(MADE, current="2", generations=(*MADE.generations, replace(MADE.generation, id="2")))
    assert known.of(changed) == "as-made"
    known.packages_differ(changed, [BY_PIP])
    assert known.of(changed) == "changed-by-pip", "files of the generation before do not matter"


def test_looking_at_an_environment_leaves_word_for_the_list(
    home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    manager = make_manager(home, channel.file_url, package_cache)

    async def work() -> None:
        async def listed() -> Any:
            (item,) = await manager.listed(foreign=False)
            return item["condition"]

        await create(manager, "shop", "tinyconf", "tinytext")
        site = next((Path(manager.root_dir) / "shop" / "current").glob("lib/python3*/site-packages"))
        (site / "tinyhand-1.0.dist-info").mkdir()
        (site / "tinyhand-1.0.dist-info" / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: tinyhand\nVersion: 1.0\n"
        )
        assert await listed() == "as-made", "the list itself looks at nothing"
        assert (await manager.environment("shop")).to_json()["condition"] == "changed-by-pip"
        assert await listed() == "changed-by-pip"

        module = next(site.glob("tinytext/__init__.py"), None) or next(site.glob("tinytext*.py"))
        text = module.read_text()
        module.unlink()  # it has other names in the cache
        module.write_text(text + "# changed\n")
        await manager.verify("shop", Recorder())
        assert await listed() == "damaged"
        module.write_text(text)
        shutil.rmtree(site / "tinyhand-1.0.dist-info")
        await manager.verify("shop", Recorder())
        await manager.environment("shop")
        assert await listed() == "as-made"
        await manager.close()

    asyncio.run(work())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Lab]:
    settings = {"root_dir": str(tmp_path / "envs"), "conda_roots": []}
    with Lab(tmp_path / "home", {"Manager": settings}, app="jupyter_server") as lab:
        yield lab


def test_another_tools_environment_is_measured_when_somebody_asks(server: Lab) -> None:
    prefix = make_venv(server.home)
    (prefix / "large").write_bytes(b"x" * 3_000_000)
    (prefix / "shared").write_bytes(b"y" * 1_000_000)
    (server.home / "elsewhere").hardlink_to(prefix / "shared")

    def size() -> Any:
        (item,) = check_reply("GET", "environments", server.get(API + "environments")).json()["environments"]
        return item["size"]

    assert size() == {"own": 0, "shared": 0}
    counted = check_reply("GET", "environments/plain/size", server.get(API + "environments/plain/size")).json()
    assert counted["own"] >= 3_000_000
    assert 1_000_000 <= counted["shared"] < counted["own"]
    assert size() == counted
    assert server.get(API + "environments/nobody/size").status == 404
