"""``parse``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_envs import envfile, formats
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.errors import NotFound
from jupyter_envs.formats import Read
from jupyter_envs.manager import Manager, include, named_files
from jupyter_envs.models import Lock


def read(path: Path) -> bytes:
    """A file that the user named. Raises `NotFound`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", path=str(path)) from error


class ParseCommand(ManagerCommand):
    """Show how a file is read."""

    command = "parse"
    name = "jupyter-envs parse"
    arguments = ("file",)
    description = """Show how a file that describes an environment is read.

    An environment.yml, requirements.txt, Pipfile, Pipfile.lock, pixi.toml or pyproject.toml: name, channels, conda,
    pip, python, variables. A lock (conda-lock.yml, pylock.toml, pixi.lock, @EXPLICIT): channels, platforms, packages.
    """

    environment = Unicode(
        help="Which environment of a pixi.lock (“default” if not given); which extras and groups of a pyproject.toml."
    ).tag(config=True)
    include = Bool(False, help="Show the lines of the files that the pip section names, in their place.").tag(
        config=True
    )
    aliases = {**ManagerCommand.aliases, "environment": "ParseCommand.environment"}
    flags = {
        **ManagerCommand.flags,
        "include": (
            {"ParseCommand": {"include": True}},
            "Show the lines of the files that the pip section names, in their place.",
        ),
    }

    async def run(self, manager: Manager) -> Any:
        """Read the file and, only if that is asked for, what it names."""
        path = Path(self.extra_args[0])
        found = formats.read(read(path), source=path.name, limits=manager.limits, choice=self.environment)
        parsed = await self.as_json(found, path, manager)
        self.say(json.dumps(parsed, indent=2, ensure_ascii=False))
        return parsed

    async def as_json(self, found: Read, path: Path, manager: Manager) -> dict[str, Any]:
        """A Spec as conda understands it, or a lock with its packages."""
        if found.spec is not None:
            spec, notes = found.spec, list(found.notes)
            if self.include:
                spec = await include(spec, path.name, DiskDocuments(path.parent), manager.limits)
            notes += [
                f"{line}: its lines count as lines of the pip section; see --include." for line in named_files(spec)
            ]
            conda: dict[str, Any] = {} if found.format == "environment" or spec.engine == "conda" else {"conda": []}
            more = {"python": spec.python, "engine": spec.engine, "format": found.format, "notes": notes}
            return {**envfile.to_json(spec), **conda, **more}
        if found.lock is not None and not self.environment:
            return lock_json(found.format, found.lock)
        return lock_json(found.format, await manager.read_lock(found, self.environment or None))


def lock_json(format: str, lock: Lock) -> dict[str, Any]:
    """A lock for programs."""
    return {
        "format": format,
        "channels": list(lock.channels),
        "platforms": list(lock.platforms),
        "packages": [asdict(package) for package in lock.packages],
    }
