"""One action on the environment ``one``, for a test that kills it: ``one_action.py SETTINGS ACTION``.

Says ``ready`` when the work begins, each phase, ``log:`` lines, and ``done`` or the error; SETTINGS are the manager's,
as JSON.
With LD_PRELOAD the disk is broken as `broken_disk.c` has it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import process
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.manager.requests import ChangeRequest
from jupyter_envs.models import Progress

from .no_python import WISH
from .standalone import START


class Teller:
    """A reporter that prints phases."""

    def __init__(self) -> None:
        self._phase = ""

    def progress(self, progress: Progress) -> None:
        if progress.phase != self._phase:
            self._phase = progress.phase
            print(self._phase, flush=True)

    def log(self, line: str) -> None:
        print(f"log: {line}", flush=True)


async def act(manager: Manager, action: str) -> None:
    teller = Teller()
    match action:
        case "create":
            await manager.create(CreateRequest(name="one", packages=("kern=1.0",)), DiskDocuments(Path.cwd()), teller)
        case "update pip":
            await manager.change(ChangeRequest("one", install=("python",), pip=("tinywheel",)), teller)
        case "pip":
            text = "name: one\ndependencies: [python, ipykernel, pip: [tinywheel]]\n"
            await manager.create(CreateRequest(file=text), DiskDocuments(Path.cwd()), teller)
        case "python":
            text = f"tinywheel\n{WISH}\n"
            request = CreateRequest(name="one", file=text, filename="requirements.txt")
            await manager.create(request, DiskDocuments(Path.cwd()), teller)
        case "add":
            await manager.change(ChangeRequest("one", install=("extra", "more")), teller)
        case "update":
            await manager.change(ChangeRequest("one", install=("kern=2.0",)), teller)
        case "remove":
            await manager.remove("one", teller)


def break_disk() -> None:
    """Engine processes see the broken disk, too, although they get none of the variables that say so."""
    names = ("LD_PRELOAD", "FAULT_FILE")
    broken = {name: os.environ[name] for name in names if name in os.environ}
    if broken:
        again = f"import os, sys; os.environ.update({broken!r}); "
        process.START = (
            again + f"os.execv(sys.executable, [sys.executable, '-I', '-c', {process.START!r}, sys.argv[1]])"
        )


def main() -> None:
    if sys.argv[2] == "python":
        process.START = START
    break_disk()
    manager = Manager(**json.loads(sys.argv[1]))
    print("ready", flush=True)
    try:
        asyncio.run(act(manager, sys.argv[2]))
    except EnvsError as error:
        print(json.dumps(error.to_json()), flush=True)
    else:
        print("done", flush=True)


if __name__ == "__main__":
    main()
