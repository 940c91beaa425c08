"""Releases that were withdrawn (yanked, PEP 592): never chosen, taken where they are named, and said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.errors import Unsolvable
from jupyter_envs.manager import CreateRequest
from jupyter_envs.models import Plan

from .localchannel import LocalChannel
from .support.managing import Recorder, make_manager
from .support.pypi_index import PypiIndex
from .support.wheels import make_wheel

SAID = "Withdrawn by those who published it: tinygone==2.0 (it loses data)."


@pytest.fixture(scope="module")
def index(kernel_index: PypiIndex) -> Iterator[PypiIndex]:
    """The usual files, and a package whose newest release was withdrawn."""
    gone = replace(make_wheel("tinygone", "2.0"), yanked="it loses data")
    with PypiIndex([*kernel_index.files, make_wheel("tinygone", "1.0"), gone]) as made:
        yield made


def plan(home: Path, index: PypiIndex, channel: str, text: str, filename: str) -> Plan:
    manager = make_manager(home, channel, home / "cache", pypi_index=index.simple_url)
    request = CreateRequest(name="made", file=text, filename=filename)
    return asyncio.run(manager.plan(request, DiskDocuments(home), Recorder()))


def versions(found: Plan) -> dict[str, str]:
    return {package.name: package.version for package in found.added}


def test_it_is_not_chosen_but_taken_where_it_is_named(home: Path, index: PypiIndex, channel: LocalChannel) -> None:
    free = plan(home, index, channel.file_url, "tinygone\n", "requirements.txt")
    assert versions(free)["tinygone"] == "1.0" and SAID not in free.notes
    named = plan(home, index, channel.file_url, "tinygone==2.0\n", "requirements.txt")
    assert versions(named)["tinygone"] == "2.0" and SAID in named.notes
    with pytest.raises(Unsolvable, match="it loses data"):
        plan(home, index, channel.file_url, "tinygone>=2\n", "requirements.txt")


def test_a_pip_section_beside_conda_says_it_too(home: Path, index: PypiIndex, channel: LocalChannel) -> None:
    text = f"channels: [{channel.file_url}]\ndependencies: [python, {{pip: [tinygone==2.0]}}]\n"
    found = plan(home, index, channel.file_url, text, "environment.yml")
    assert versions(found)["tinygone"] == "2.0" and SAID in found.notes
