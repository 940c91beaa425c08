"""``parse``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_envs import envfile
from jupyter_envs.cli.command import Command
from jupyter_envs.errors import NotFound


def read(path: Path) -> bytes:
    """A file that the user named. Raises `NotFound`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", path=str(path)) from error


class ParseCommand(Command):
    """Show how an environment file is read."""

    command = "parse"
    name = "jupyter-envs parse"
    arguments = ("file",)
    description = "Show how an environment file is read: name, channels, conda, pip, variables."

    async def carry_out(self) -> Any:
        """Read the file and nothing else."""
        path = Path(self.extra_args[0])
        parsed = envfile.to_json(envfile.parse(read(path), source=path.name))
        self.say(json.dumps(parsed, indent=2, ensure_ascii=False))
        return parsed
