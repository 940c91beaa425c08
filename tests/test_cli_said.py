"""What the command line says beside results: the log of work that went well, and options that do not exist."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from jupyter_envs.manager import Manager

from .support.one_action import act
from .support.small_channel import small_channel
from .test_cli import Cli
from .test_in_use import kernel


@pytest.fixture
def cli(home: Path, tmp_path: Path) -> Cli:
    return Cli(home, small_channel(tmp_path / "channel", 5), tmp_path / "cache")


def made(cli: Cli) -> None:
    """The environment ``one`` with a kernel, where the command line looks for it."""
    settings = {"cache_dir": str(cli.home.parent / "cache"), "default_channels": [f"file://{cli.home.parent}/channel"]}
    asyncio.run(act(Manager(**settings), "create"))


@pytest.mark.parametrize("option", ["--nothing=1", "--nothing", "--Manager.nothing=1", "--Nobody.nothing=1"])
def test_an_option_that_does_not_exist_is_no_warning(cli: Cli, option: str) -> None:
    done = cli("create", "one", "extra", "--yes", option)
    assert done.status == 2
    assert "nothing" in done.err
    assert cli.good("list", "--json").json["environments"] == []


def test_a_new_name_that_says_little_is_remarked(cli: Cli) -> None:
    cli.good("create", "penguins_teaching", "extra", "--yes")
    assert "“test” will say little to you in a year" in cli.good("rename", "penguins_teaching", "test", "--yes").err


def test_a_forced_removal_says_what_it_ended(cli: Cli, tmp_path: Path) -> None:
    made(cli)
    with kernel(tmp_path, "running") as process:
        refused = cli("remove", "one", "--yes")
        assert (refused.status, str(process.pid) in refused.err) == (4, True)
        said = cli.good("remove", "one", "--yes", "--force")
        assert f"The kernel in the process {process.pid} was ended: it ran from one." in said.err
        assert process.wait() < 0
        assert not os.path.lexists(cli.home / ".local/share/jupyter/kernels/one")
