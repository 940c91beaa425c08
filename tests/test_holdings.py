"""Which packages a prefix has by the names in its folders: fresh after each change, whoever made it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from jupyter_envs import prefix as prefixes
from jupyter_envs.holdings import Holdings
from jupyter_envs.machine import current_platform
from jupyter_envs.package_query import parse

from .localchannel import LocalChannel
from .support.managing import Recorder, create, make_manager

SITE = "lib/python3.12/site-packages"


def make(prefix: Path, *, records: tuple[str, ...] = (), distributions: tuple[str, ...] = ()) -> None:
    for folder, names in (("conda-meta", [f"{name}.json" for name in records]), (SITE, list(distributions))):
        for name in names:
            (prefix / folder).mkdir(parents=True, exist_ok=True)
            (prefix / folder / name).write_text("{}")


def settle(prefix: Path) -> None:
    """As if nothing had been changed for a long time, so that what is read is remembered."""
    for folder in ("lib", "conda-meta", SITE):
        if (prefix / folder).exists():
            os.utime(prefix / folder, ns=(10**18, 10**18))


def has(known: Holdings, prefix: Path, text: str) -> list[str]:
    return [f"{name} {version}" for name, version in known.holding(str(prefix), parse(text))]


def test_records_and_distributions_are_known_by_their_names(tmp_path: Path) -> None:
    make(
        tmp_path,
        records=("numpy-1.26.4-py312_0", "scikit-learn-1.5-py_0", "pandas-2.2.2-0", "odd"),
        distributions=("pandas-2.2.3.dist-info", "Scikit_Learn-1.5.dist-info", "old-1.0-py3.12.egg-info", "x.py"),
    )
    known = Holdings()
    assert has(known, tmp_path, "numpy") == ["numpy 1.26.4"]
    assert has(known, tmp_path, "scikit") == ["scikit-learn 1.5"]
    assert has(known, tmp_path, "pandas") == ["pandas 2.2.3"], "what Python imports, pip has put it over conda's"
    assert has(known, tmp_path, "old") == ["old 1.0"]
    assert has(known, tmp_path, "odd") == has(known, tmp_path / "nowhere", "numpy") == []


@pytest.mark.parametrize("settled", [False, True])
def test_a_change_is_seen_at_once(tmp_path: Path, settled: bool) -> None:
    make(tmp_path, records=("numpy-1.26.4-0",))
    known = Holdings()
    if settled:
        settle(tmp_path)
    assert has(known, tmp_path, "numpy") == ["numpy 1.26.4"]
    (tmp_path / "conda-meta/numpy-1.26.4-0.json").rename(tmp_path / "conda-meta/numpy-2.0-0.json")
    assert has(known, tmp_path, "numpy") == ["numpy 2.0"]
    make(tmp_path, distributions=("tqdm-4.67.dist-info",))
    assert has(known, tmp_path, "tqdm") == ["tqdm 4.67"], "a Python that was not there before"
    (tmp_path / SITE / "tqdm-4.67.dist-info").unlink()
    assert has(known, tmp_path, "tqdm") == []


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    make(tmp_path, records=("numpy-1.26.4-0",))
    settle(tmp_path)
    known = Holdings()
    assert has(known, tmp_path, "numpy") == ["numpy 1.26.4"]
    make(tmp_path, records=("pandas-2.2.3-0",))
    settle(tmp_path)
    assert has(known, tmp_path, "pandas") == [], "the folder's time says that nothing happened"


def test_it_knows_what_the_reading_of_all_records_knows(home: Path, channel: LocalChannel, package_cache: Path) -> None:
    async def run() -> None:
        manager = make_manager(home, channel.file_url, package_cache)
        try:
            summary = await create(manager, "penguins", "python", "tinytext=2.0")
            known = Holdings()
            for package in prefixes.installed(summary.prefix, current_platform()):
                found = known.holding(str(summary.prefix), parse(f"{package.name}=={package.version}"))
                assert found[0] == (canonicalize_name(package.name), package.version)
            queries = [parse("tinytext 2"), parse("python")]
            (listed,) = await manager.listed(foreign=True, queries=queries)
            assert listed["name"] == "penguins"
            assert listed["holding"]["packages"][0] == {"name": "tinytext", "version": "2.0"}
            assert await manager.listed(foreign=True, queries=[parse("tinytext"), parse("nothing-of-it")]) == []
            await manager.remove("penguins", Recorder(), force=True)
            assert await manager.listed(foreign=True, queries=queries) == []
        finally:
            await manager.close()

    asyncio.run(run())
