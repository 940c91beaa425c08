"""One action on the environment ``one``, for a test that kills it: ``one_action.py SETTINGS ACTION``.

Says ``ready`` when the work begins, and each phase; SETTINGS are the manager's, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.manager.values import ChangeRequest
from jupyter_envs.models import Progress


class Teller:
    """A reporter that prints phases."""

    def __init__(self) -> None:
        self._phase = ""

    def progress(self, progress: Progress) -> None:
        if progress.phase != self._phase:
            self._phase = progress.phase
            print(self._phase, flush=True)

    def log(self, line: str) -> None:
        """Nobody reads it."""


async def act(manager: Manager, action: str) -> None:
    teller = Teller()
    match action:
        case "create":
            await manager.create(CreateRequest(name="one", packages=("kern=1.0",)), DiskDocuments(Path.cwd()), teller)
        case "pip":
            text = "name: one\ndependencies: [python, ipykernel, pip: [tinywheel]]\n"
            await manager.create(CreateRequest(file=text), DiskDocuments(Path.cwd()), teller)
        case "add":
            await manager.change(ChangeRequest("one", install=("extra", "more")), teller)
        case "update":
            await manager.change(ChangeRequest("one", install=("kern=2.0",)), teller)
        case "remove":
            await manager.remove("one", teller)


def main() -> None:
    manager = Manager(**json.loads(sys.argv[1]))
    print("ready", flush=True)
    asyncio.run(act(manager, sys.argv[2]))
    print("done", flush=True)


if __name__ == "__main__":
    main()
