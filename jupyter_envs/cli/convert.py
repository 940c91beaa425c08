"""``convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets import Enum, Unicode

from jupyter_envs import formats
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.parse import read
from jupyter_envs.errors import InvalidInput
from jupyter_envs.manager import Manager, as_file, include, wish_in


class ConvertCommand(ManagerCommand):
    """Make a file for the other engine."""

    command = "convert"
    name = "jupyter-envs convert"
    arguments = ("file",)
    description = """Make a file for conda of one for PyPI, or the other way round.

    jupyter envs convert environment.yml --to pypi    (Python, pip and a pip section; prints a requirements file)
    jupyter envs convert requirements.txt --to conda  (or a Pipfile, pyproject.toml; prints an environment.yml)

    Packages become conda's where the configured channels have them. What changes is said on standard error. Nothing is
    installed.
    """

    to = Enum(["conda", "pypi"], None, allow_none=True, help="Whose packages: conda's, or PyPI's alone.").tag(
        config=True
    )
    output = Unicode(help="A file to write to, instead of standard output.").tag(config=True)
    aliases = {**ManagerCommand.aliases, "to": "ConvertCommand.to", "output": "ConvertCommand.output"}

    async def run(self, manager: Manager) -> Any:
        """Print the text, or write it to a file."""
        if self.to is None:
            raise InvalidInput("usage: jupyter envs convert FILE --to conda, or --to pypi", key="to")
        path = Path(self.extra_args[0])
        found = formats.read(read(path), source=path.name, limits=manager.limits)
        spec = await include(wish_in(found), path.name, DiskDocuments(path.parent), manager.limits)
        converted = await manager.convert(spec, "pypi" if self.to == "pypi" else "conda")
        made = as_file(converted.spec, (*found.notes, *converted.notes))
        self.say_notes(made.notes)
        await self.deliver(made.text, self.output)
        return {**made.to_json(), "filename": self.output or made.filename}
