"""``export``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.exports import FORMATS, Export
from jupyter_envs.manager import Manager

VERSIONS = "With from-history, portable, pipfile and script: add the resolved versions."


def is_folder(name: str) -> bool:
    """Whether an argument is meant as a folder, not as an environment's name."""
    return os.sep in name or name in (".", "..")


class ExportCommand(ManagerCommand):
    """Write an environment down."""

    command = "export"
    name = "jupyter-envs export"
    arguments = ("name",)
    description = f"""Write an environment down: one of ours by its name, any conda environment by its folder.

    jupyter envs export NAME    --format {"|".join(FORMATS)}
    jupyter envs export FOLDER  (a path with a slash in it, such as ./env)

    What was left out or taken out is said on standard error.
    """

    format = Unicode("portable", help=f"One of {', '.join(FORMATS)}.").tag(config=True)
    output = Unicode(help="A file to write to, instead of standard output.").tag(config=True)
    versions = Bool(False, help=VERSIONS).tag(config=True)
    ask_index = Bool(False, help="Ask the package index for the hashes of wheels that nobody has locked.").tag(
        config=True
    )
    aliases = {
        **ManagerCommand.aliases,
        "format": "ExportCommand.format",
        "output": "ExportCommand.output",
    }
    flags = {
        **ManagerCommand.flags,
        "versions": (
            {"ExportCommand": {"versions": True}},
            VERSIONS,
        ),
        "ask-index": (
            {"ExportCommand": {"ask_index": True}},
            "Ask the package index for the hashes of wheels that nobody has locked.",
        ),
    }

    async def run(self, manager: Manager) -> Any:
        """Print the text, or write it to a file."""
        (name,) = self.extra_args
        export = await self.export(manager, name)
        for note in export.notes:
            print(f"note: {note}", file=sys.stderr)
        if self.output:
            path = Path(self.output)
            await DiskDocuments(path.parent).write(path.name, export.text)
        elif not self.json:
            sys.stdout.write(export.text)
        return {**export.to_json(), "filename": self.output or export.filename}

    async def export(self, manager: Manager, name: str) -> Export:
        """The export of a name or of a folder."""
        options = {"versions": self.versions, "ask_index": self.ask_index}
        if is_folder(name):
            return await manager.export_prefix(Path(name), self.format, **options)
        return await manager.export(name, self.format, **options)
