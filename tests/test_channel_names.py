"""Channels that are known by their addresses are called as conda calls them, where that means the same."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from jupyter_envs import envfile, lockfile
from jupyter_envs.channels import CondaSettings
from jupyter_envs.exports import Source
from jupyter_envs.manager import Manager
from jupyter_envs.manager.channel_names import ChannelNames
from jupyter_envs.models import SilentReporter, Spec

from .localchannel import LocalChannel
from .support.managing import create, make_manager, write_notebook

OWN = "https://alias.example.org"
MIRROR = "https://mirror.example.org/conda"


@pytest.mark.parametrize(
    ("settings", "address", "name"),
    [
        ({}, f"{OWN}/forge", "forge"),
        ({}, f"{OWN}/forge/label/dev", "forge/label/dev"),
        ({}, f"{OWN}.example.org/forge", f"{OWN}.example.org/forge"),
        ({}, OWN, OWN),
        ({}, f"{MIRROR}/forge", f"{MIRROR}/forge"),
        ({}, "file:///srv/channel", "file:///srv/channel"),
        ({"channel_alias": f"{MIRROR}/"}, f"{MIRROR}/forge", "forge"),
        ({"channel_alias": "https://me:secret@mirror.example.org/conda"}, f"{MIRROR}/forge", "forge"),
        # the name would lead below the mirror
        ({"channel_alias": MIRROR}, f"{OWN}/forge", f"{OWN}/forge"),
        # the name means something else here
        ({"custom_channels": {"forge": "https://example.org"}}, f"{OWN}/forge", f"{OWN}/forge"),
        ({"custom_multichannels": {"forge": ("a", "b")}}, f"{OWN}/forge", f"{OWN}/forge"),
        ({"default_channels": (f"{MIRROR}/main", f"{MIRROR}/r")}, f"{MIRROR}/r/", "defaults"),
        (
            {"default_channels": (f"{MIRROR}/r",), "custom_multichannels": {"defaults": ("a",)}},
            f"{MIRROR}/r",
            f"{MIRROR}/r",
        ),
    ],
)
def test_a_name_is_given_where_it_means_the_address(settings: dict[str, object], address: str, name: str) -> None:
    found = CondaSettings(**settings)  # type: ignore[arg-type]
    assert found.name_of(address, OWN) == name
    if name not in (address, "defaults") and not settings:
        assert [channel.address for channel in found.expand([name])] == [name]


@pytest.fixture
def foreign(home: Path, channel: LocalChannel, package_cache: Path) -> Path:
    """A conda environment whose packages came from the test channel."""
    made = asyncio.run(create(make_manager(home, channel.file_url, package_cache), "made", "tinytext=1.0"))
    folder = home / "conda" / "envs" / "theirs"
    shutil.copytree(made.prefix, folder, symlinks=True)
    return folder


def test_a_foreign_environment_is_exported_and_pinned_with_the_names_of_its_channels(
    home: Path, channel: LocalChannel, package_cache: Path, foreign: Path
) -> None:
    above, _, name = channel.file_url.rpartition("/")
    (home / ".condarc").write_text(f"channel_alias: {above}\n")

    def manager() -> Manager:
        return Manager(root_dir=str(home / "envs"), cache_dir=str(package_cache), conda_roots=[str(home / "conda")])

    for format in ("full", "from-history"):
        text = asyncio.run(manager().export_prefix(foreign, format)).text
        assert envfile.parse(text).channels == (name,)
    text = asyncio.run(manager().export("theirs", "conda-lock")).text
    read = lockfile.parse(text)
    assert read.channels == (name,)
    assert {package.url.rpartition("/")[0].rpartition("/")[0] for package in read.packages} == {channel.file_url}
    documents, _ = write_notebook(home / "work")
    asyncio.run(manager().pin("analysis.ipynb", "theirs", documents))
    written = (home / "work" / "environment.yml").read_text()
    assert envfile.parse(written).channels == (name,)
    # a name means nothing where nothing says what it is short for
    (home / ".condarc").write_text("channel_alias: [\n")
    assert envfile.parse(asyncio.run(manager().export_prefix(foreign, "full")).text).channels == (channel.file_url,)


def test_the_engines_own_alias_counts_where_none_is_configured(home: Path, package_cache: Path) -> None:
    async def run() -> None:
        manager = Manager(root_dir=str(home / "envs"), cache_dir=str(package_cache))
        async with manager._engine.session(SilentReporter()) as session:
            alias = await session.own_alias()
        source = Source("theirs", "linux-64", (), Spec(channels=(f"{alias}forge", f"{MIRROR}/more")))
        names = ChannelNames(manager._engine, manager.conda_settings)
        assert (await names.named(source)).spec.channels == ("forge", f"{MIRROR}/more")

    asyncio.run(run())
