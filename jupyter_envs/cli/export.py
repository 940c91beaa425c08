"""``export``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.errors import InvalidInput
from jupyter_envs.exports import FORMATS, Export
from jupyter_envs.manager import Manager, placing

VERSIONS = "With from-history, portable, pipfile, pipfile-lock and script: add the resolved versions."


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
    jupyter envs export NAME    --format script --into NOTEBOOK  (the block in its first cell, as juv keeps it)

    What was left out or taken out is said on standard error.
    """

    format = Unicode("portable", help=f"One of {', '.join(FORMATS)}.").tag(config=True)
    output = Unicode(help="A file to write to, instead of standard output.").tag(config=True)
    into = Unicode(
        help="With script: a notebook to put the block into. One that is there is shown, and renewed if that is wished."
    ).tag(config=True)
    versions = Bool(False, help=VERSIONS).tag(config=True)
    ask_index = Bool(False, help="Ask the package index for the hashes of wheels that nobody has locked.").tag(
        config=True
    )
    aliases = {
        **ManagerCommand.aliases,
        "format": "ExportCommand.format",
        "output": "ExportCommand.output",
        "into": "ExportCommand.into",
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
        if self.into and (self.output or self.format != "script"):
            raise InvalidInput("--into goes with --format script, and not with --output.", key="into")
        export = await self.export(manager, name)
        self.say_notes(export.notes)
        if self.into:
            return {**export.to_json(), **await self.place(manager, export), "filename": self.into}
        await self.deliver(export.text, self.output)
        return {**export.to_json(), "filename": self.output or export.filename}

    async def place(self, manager: Manager, export: Export) -> dict[str, Any]:
        """Put the block into a notebook; over one that asks for something else only after a yes."""
        documents, path = DiskDocuments.beside(self.into)
        shown = await manager.place_script(export, path, documents, None)
        notes = placing.notes(shown)
        self.say_notes(notes)
        for line in shown.difference.splitlines():
            self.say(line)
        if shown.before and shown.changed:
            self.ask(f"{path} has a block that asks for something else. Renew it as shown?")
        await manager.place_script(export, path, documents, shown.hash)
        self.say(f"{path} {'has it now' if shown.changed else 'asks for the same already'}.")
        said = {"before": shown.before, "text": shown.after, "changed": shown.changed}
        return {**said, "notes": [*export.notes, *notes]}

    async def export(self, manager: Manager, name: str) -> Export:
        """The export of a name or of a folder."""
        options = {"versions": self.versions, "ask_index": self.ask_index}
        if is_folder(name):
            return await manager.export_prefix(Path(name), self.format, **options)
        return await manager.export(name, self.format, **options)
