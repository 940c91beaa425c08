"""A machine on which no Python fits, and managers that may download one."""

from __future__ import annotations

import asyncio
import platform
import shutil
from pathlib import Path
from typing import Any

from jupyter_envs import pythons
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.models import Plan

from .managing import Recorder, make_manager, tree
from .pypi_index import PypiIndex
from .standalone import PythonServer

NO_CHANNEL = "http://127.0.0.1:9/channel"
HERE = platform.python_version()
MINOR = HERE.rpartition(".")[0]
WISH = f"# python: =={HERE}"


class Machine:
    """A machine on which no Python fits, and managers that may download one."""

    def __init__(self, home: Path, index: PypiIndex, cache: Path, server: PythonServer) -> None:
        self.home = home
        self.index = index
        self.cache = cache
        self.server = server
        self.folder = home / "envs" / pythons.FOLDER

    def manager(self, channel: str = NO_CHANNEL, **options: Any) -> Manager:
        known = {"pypi_index": self.index.simple_url, "python_downloads": self.server.list_url, "gc_min_age": 0.0}
        return make_manager(self.home, channel, self.cache, **{**known, **options})

    def plan(self, *lines: str, **options: Any) -> Plan:
        asked = request("pure", lines)
        return asyncio.run(self.manager(**options).plan(asked, DiskDocuments(self.home), Recorder()))

    def create(self, *lines: str, name: str = "pure", **options: Any) -> Summary:
        return asyncio.run(self.creating(*lines, name=name, **options))

    async def creating(
        self,
        *lines: str,
        name: str = "pure",
        reporter: Recorder | None = None,
        confirmed: str | None = None,
        **options: Any,
    ) -> Summary:
        manager, documents = self.manager(**options), DiskDocuments(self.home)
        return await manager.create(request(name, lines), documents, reporter or Recorder(), confirmed=confirmed)

    def asked(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.server.requests]

    def pythons(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*") if not path.name.startswith("."))

    def forget_pythons(self) -> None:
        """Take away what was downloaded, as somebody might by hand."""
        for key in self.pythons():
            shutil.rmtree(self.folder / key)

    def is_clean(self) -> bool:
        """Whether nothing of a download or an environment is left."""
        names = [name for name in tree(self.home / "envs") if not name.startswith(".")]
        return (names, self.pythons(), pythons.leftovers(self.folder)) == ([], [], [])

    def downloading(self) -> bool:
        """Whether a part of the archive has come."""
        files = (self.folder / pythons.ARCHIVES).rglob("*")
        return any(path.is_file() and path.stat().st_size for path in files)


def request(name: str, lines: tuple[str, ...]) -> CreateRequest:
    text = "".join(f"{line}\n" for line in lines or ("tinywheel", WISH))
    return CreateRequest(name=name, file=text, filename="requirements.txt")
