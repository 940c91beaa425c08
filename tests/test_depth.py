"""How deep a lock may be nested is one setting, wherever a lock is read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs import lockfile, pin
from jupyter_envs.errors import InvalidFile
from jupyter_envs.formats import LIMITS, Limits
from jupyter_envs.manager.notebooks import read_lock, read_pinned
from jupyter_envs.models import Pin

from .localchannel import LocalChannel
from .pure_values import LOCK
from .support.managing import write_notebook
from .test_cli import Cli

NESTED = 12
DEEPER = replace(LIMITS, depth=NESTED + 4)
# a key that we do not read, as another tool may write it
DEEP = lockfile.write(LOCK).replace("package:\n", f"others: {'[' * NESTED}{']' * NESTED}\npackage:\n")
FILE = "environment.conda-lock.yml"


def test_a_text_that_is_read_again_has_the_limit_that_is_asked_for() -> None:
    # the memory of what was read must not answer for another limit
    assert lockfile.parse_again(DEEP, max_depth=DEEPER.depth) == LOCK
    with pytest.raises(InvalidFile, match="nested"):
        lockfile.parse_again(DEEP)
    assert lockfile.parse_again(DEEP, max_depth=DEEPER.depth) == LOCK


def test_a_notebooks_lock_is_read_as_deep_as_is_configured(home: Path) -> None:
    found = Pin("penguins", "environment.yml", FILE, LOCK.digest())
    documents, path = write_notebook(home / "work", **pin.write({}, found))
    (home / "work" / FILE).write_text(DEEP)

    def lock(limits: Limits) -> object:
        return asyncio.run(read_pinned(path.name, documents, limits)).lock

    assert lock(DEEPER) == LOCK
    with pytest.raises(InvalidFile, match=FILE):
        lock(LIMITS)
    assert asyncio.run(read_lock(FILE, documents, DEEPER)) == LOCK


def test_the_command_line_reads_the_lock_that_there_is_as_deep_as_is_configured(
    home: Path, channel: LocalChannel, package_cache: Path
) -> None:
    cli = Cli(home, channel.file_url, package_cache)
    (cli.work / "environment.yml").write_text("dependencies: [tinytext]\n")
    (cli.work / FILE).write_text(DEEP)
    refused = cli("lock", "environment.yml", "--check")
    assert refused.status == 2 and "nested" in refused.err
    outdated = cli("lock", "environment.yml", "--check", f"--Manager.max_file_depth={DEEPER.depth}")
    assert outdated.status == 1 and "is outdated" in outdated.err
