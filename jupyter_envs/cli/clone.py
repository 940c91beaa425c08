"""``clone``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.wording import counted


class CloneCommand(ManagerCommand):
    """Copy an environment into the store."""

    command = "clone"
    name = "jupyter-envs clone"
    arguments = ("source", "name")
    description = """Copy an environment: one of ours by its name, or a conda environment of another tool.

    jupyter envs clone SOURCE NEWNAME   (SOURCE as “jupyter envs list” names it, or its folder)

    Its packages are fetched again by address and SHA-256, from our cache where they are there. What cannot be had is
    named before anything is done.
    """

    async def run(self, manager: Manager) -> Any:
        """Plan, ask, clone."""
        source, name = self.extra_args
        if os.sep in source or source in (".", ".."):
            source = str(Path(source).expanduser().absolute())  # noqa: ASYNC240
        request = CreateRequest(name=name, clone=source)
        summary = await self.create_confirmed(manager, request, DiskDocuments(Path.cwd()), name)
        answer = summary.to_json()
        self.say(f"{name} is ready: {counted(answer['packages'], 'package')}, kernel {answer['kernel'] or 'none'}.")
        return answer
