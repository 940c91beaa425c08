"""T19: of two channels that have a package, the first one counts, and a lock is what it was whatever comes later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import PackageRefused, Unsolvable
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import Plan

from .support.counts import tell
from .support.made_channel import Made, write_channel
from .support.managing import Recorder, create, make_manager
from .support.pypi_index import PypiIndex
from .support.small_channel import small_channel
from .support.wheels import make_wheel

SEEN: list[str] = []
EVIL = "99.0"


@dataclass(frozen=True)
class Confusion:
    """Two channels with some packages each; ``asked`` of them in order, and the version and channel that come of it.

    ``expected`` empty means that nothing may come of it.
    """

    name: str
    first: Sequence[Made]
    second: Sequence[Made]
    expected: tuple[str, str] | tuple[()]
    packages: tuple[str, ...] = ("target",)
    channels: tuple[str, ...] = ("first", "second")


def made(version: str, subdir: str = "noarch", build: str = "0") -> Made:
    return Made("target", version, subdir=subdir, build=build)


CONFUSIONS = [
    Confusion("a higher version below", [made("1.0")], [made(EVIL)], ("1.0", "first")),
    Confusion("a higher version below is asked for", [made("1.0")], [made(EVIL)], (), ("target >=2",)),
    Confusion("the same version below, another build", [made("1.0")], [made("1.0", build="9")], ("1.0", "first")),
    Confusion("the lower channel is named", [made("1.0")], [made("2.0")], ("2.0", "second"), ("second::target",)),
    Confusion("the upper channel is named", [made("1.0")], [made(EVIL)], ("1.0", "first"), ("first::target",)),
    Confusion(
        "for all machines above, for this one below",
        [made("1.0")], [made(EVIL, subdir="linux-64")], ("1.0", "first"),
    ),
    Confusion(
        "for this machine above, for all below",
        [made("1.0", subdir="linux-64")], [made(EVIL)], ("1.0", "first"),
    ),
    Confusion("only the lower one has it", [Made("other", "1.0")], [made("2.0")], ("2.0", "second")),
    Confusion(
        "a dependency that the upper channel has, too",
        [made("1.0"), Made("wish", "1.0", ["target"])], [made(EVIL)], ("1.0", "first"), ("wish",),
    ),
    Confusion(
        "a dependency of a package from below",
        [made("1.0")], [made(EVIL), Made("wish", "1.0", ["target"])], ("1.0", "first"), ("wish",),
    ),
    Confusion("the channels the other way round", [made("1.0")], [made(EVIL)], (EVIL, "second"), ("target",),
              ("second", "first")),
    Confusion("a mirror of the same", [made("1.0")], [made("1.0")], ("1.0", "first")),
    Confusion("nodefaults among them", [made("1.0")], [made(EVIL)], ("1.0", "first"), ("target",),
              ("first", "nodefaults", "second")),
    Confusion("defaults below", [made("1.0")], [made(EVIL)], ("1.0", "first"), ("target",), ("first", "defaults")),
    Confusion("the default channel is not asked", [Made("other", "1.0")], [made(EVIL)], (), ("target",), ("first",)),
]  # fmt: skip


def manager(home: Path, tmp_path: Path, confusion: Confusion) -> Manager:
    """Its channels are names below one alias; ``defaults`` is the second, which is also asked where none is named."""
    for name, packages in (("first", confusion.first), ("second", confusion.second)):
        write_channel(tmp_path / "channels" / name, packages)
    return make_manager(
        home, "second", home / "cache",
        channel_alias=(tmp_path / "channels").as_uri(),
        custom_multichannels={"defaults": ["second"]},
    )  # fmt: skip


def plan(manager: Manager, confusion: Confusion) -> Plan:
    request = CreateRequest(name="x", packages=confusion.packages, channels=confusion.channels)
    return asyncio.run(manager.plan(request, DiskDocuments(Path.cwd()), Recorder()))


@pytest.mark.parametrize("confusion", CONFUSIONS, ids=[one.name for one in CONFUSIONS])
def test_the_first_channel_that_has_it_counts(home: Path, tmp_path: Path, confusion: Confusion) -> None:
    ours = manager(home, tmp_path, confusion)
    SEEN.append(confusion.name)
    if not confusion.expected:
        with pytest.raises(Unsolvable, match="target"):
            plan(ours, confusion)
        return
    found = next(package for package in plan(ours, confusion).added if package.name == "target")
    version, channel = confusion.expected
    # the plan shows where each package comes from
    assert (found.version, Path(found.url).parent.parent.name) == (version, channel)


def rewritten(channel: Path, version: str) -> None:
    """As an attacker would publish it: kern 1.0 is gone from the data, and there is a higher version."""
    for repodata in channel.glob("*/repodata.json"):
        data = json.loads(repodata.read_text())
        for name, record in list(data["packages"].items()):
            if (record["name"], record["version"]) == ("kern", "2.0"):
                data["packages"][name] = {**record, "version": version}
        repodata.write_text(json.dumps(data))


@pytest.mark.parametrize("form", ["conda-lock", "explicit"])
def test_a_lock_installs_the_very_same_after_somebody_published_more(home: Path, tmp_path: Path, form: str) -> None:
    channel = tmp_path / "channel"
    ours = make_manager(home, small_channel(channel, 3), home / "cache")

    async def run() -> None:
        await create(ours, "before", "kern=1.0", "extra")
        lock = (await ours.export("before", form)).text
        rewritten(channel, EVIL)
        afresh = make_manager(home, channel.as_uri(), home / "other-cache")
        request = CreateRequest(name="again", packages=("kern",))
        newest = await afresh.plan(request, DiskDocuments(home), Recorder())
        assert [package.version for package in newest.added] == [EVIL]
        filename = "a.conda-lock.yml" if form == "conda-lock" else "explicit.txt"
        request = CreateRequest(name="after", file=lock, filename=filename)
        await afresh.create(request, DiskDocuments(home), Recorder())
        old, new = await ours.environment("before"), await afresh.environment("after")
        assert [package.identity for package in new.packages] == [package.identity for package in old.packages]
        assert new.digest == old.digest
        # the same address with other bytes is no longer the same package
        archive = next(channel.glob("*/kern-1.0*"))
        archive.write_bytes(next(channel.glob("*/extra-1.0*")).read_bytes())
        fresh = make_manager(home, channel.as_uri(), home / "third-cache")
        with pytest.raises(PackageRefused, match="kern"):
            request = CreateRequest(name="swapped", file=lock, filename=filename)
            await fresh.create(request, DiskDocuments(home), Recorder())

    asyncio.run(run())
    SEEN.append(form)


def test_of_two_indexes_the_first_that_has_a_wheel_counts(home: Path, channel_http: str, package_cache: Path) -> None:
    """uv's own rule is kept: a private index in front is not outbid by a higher version behind it."""
    with PypiIndex([make_wheel("target", "1.0")]) as private, PypiIndex([make_wheel("target", EVIL)]) as public:
        ours = make_manager(home, channel_http, package_cache, pypi_index=public.simple_url)
        file = f"dependencies: [python, {{pip: ['--extra-index-url {private.simple_url}', target]}}]\n"
        request = CreateRequest(name="x", file=file)
        found = asyncio.run(ours.plan(request, DiskDocuments(home), Recorder()))
        assert [package.version for package in found.added if package.name == "target"] == ["1.0"]
        assert not [path for path in public.paths() if "/files/" in path]
    SEEN.append("index")


def test_the_count() -> None:
    tell("T19, dependency confusion", "fixtures of two channels, two indexes and locks", len(SEEN), len(SEEN))
