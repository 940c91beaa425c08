"""``parse`` and ``doctor``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_envs import envfile
from jupyter_envs.cli.command import Command
from jupyter_envs.errors import NotFound
from jupyter_envs.manager import Manager


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

    async def with_manager(self) -> Any:
        """Reading a file needs no manager."""
        path = Path(self.extra_args[0])
        parsed = envfile.to_json(envfile.parse(read(path), source=path.name))
        self.say(json.dumps(parsed, indent=2, ensure_ascii=False))
        return parsed


class DoctorCommand(Command):
    """Look for what is wrong."""

    command = "doctor"
    name = "jupyter-envs doctor"
    description = "Show where things are, and what is wrong with them."

    async def run(self, manager: Manager) -> Any:
        """Print the facts and the findings; the status is 1 when there are findings."""
        report = await manager.diagnose()
        for key, value in report.facts.items():
            self.say(f"{key:18} {value}")
        for finding in report.findings:
            self.say(f"! {finding.message} {finding.hint}")
        if not report.findings:
            self.say("Nothing is wrong.")
        return report.to_json()
