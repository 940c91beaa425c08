"""``parse``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from traitlets import Unicode

from jupyter_envs import envfile, formats
from jupyter_envs.cli.command import Command
from jupyter_envs.errors import NotFound
from jupyter_envs.formats import Read
from jupyter_envs.models import Lock


def read(path: Path) -> bytes:
    """A file that the user named. Raises `NotFound`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", path=str(path)) from error


class ParseCommand(Command):
    """Show how a file is read."""

    command = "parse"
    name = "jupyter-envs parse"
    arguments = ("file",)
    description = """Show how a file that describes an environment is read.

    An environment.yml, pixi.toml or pyproject.toml: name, channels, conda, pip, variables.
    A lock (conda-lock.yml, pixi.lock, @EXPLICIT): channels, platforms, packages.
    """

    environment = Unicode(help="Which environment of a pixi.lock; “default” if not given.").tag(config=True)
    aliases = {**Command.aliases, "environment": "ParseCommand.environment"}

    async def carry_out(self) -> Any:
        """Read the file and nothing else."""
        path = Path(self.extra_args[0])
        found = formats.read(read(path), source=path.name)
        parsed = await self.as_json(found, path)
        self.say(json.dumps(parsed, indent=2, ensure_ascii=False))
        return parsed

    async def as_json(self, found: Read, path: Path) -> dict[str, Any]:
        """A Spec as conda understands it, or a lock with its packages."""
        if found.spec is not None:
            return {**envfile.to_json(found.spec), "format": found.format, "notes": list(found.notes)}
        if found.lock is not None and not self.environment:
            return lock_json(found.format, found.lock)
        # only this needs the engine
        from jupyter_envs.manager import Manager  # noqa: PLC0415

        manager = Manager(parent=self)
        try:
            return lock_json(found.format, await manager.read_lock(found, self.environment or None))
        finally:
            await manager.close()


def lock_json(format: str, lock: Lock) -> dict[str, Any]:
    """A lock for programs."""
    return {
        "format": format,
        "channels": list(lock.channels),
        "platforms": list(lock.platforms),
        "packages": [asdict(package) for package in lock.packages],
    }
