"""Makes the environment ``killed`` of a requirements file, for a test that kills it: ``creating.py SETTINGS TEXT``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.engine import process
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.models import SilentReporter

from .standalone import START


def main() -> None:
    process.START = START
    request = CreateRequest(name="killed", file=sys.argv[2], filename="requirements.txt")
    manager = Manager(default_channels=["http://127.0.0.1:9/channel"], **json.loads(sys.argv[1]))
    asyncio.run(manager.create(request, DiskDocuments(Path.cwd()), SilentReporter()))


if __name__ == "__main__":
    main()
