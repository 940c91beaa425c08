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
from jupyter_envs.manager import Conversion, Manager, as_file, include, wish_in
from jupyter_envs.models import EngineName


class ConvertCommand(ManagerCommand):
    """Make a file for the other engine of a file or an environment."""

    command = "convert"
    name = "jupyter-envs convert"
    arguments = ("file",)
    description = """Make a file for conda of one for PyPI, or the other way round.

    jupyter envs convert environment.yml --to pypi    (Python, pip and a pip section; prints a requirements file)
    jupyter envs convert requirements.txt --to conda  (or a Pipfile, pyproject.toml; prints an environment.yml)
    jupyter envs convert NAME --to conda              (an environment, with what was installed in it by hand)

    Where there is a file and an environment of that name, it is the file. Packages become conda's where the configured
    channels have them. What changes is said on standard error. Nothing is installed.
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
        (given,) = self.extra_args
        engine: EngineName = "pypi" if self.to == "pypi" else "conda"
        made = await (of_file(manager, given, engine) if is_file(given) else manager.convert_environment(given, engine))
        self.say_notes(made.notes)
        await self.deliver(made.text, self.output)
        return {**made.to_json(), "filename": self.output or made.filename}


def is_file(given: str) -> bool:
    """Whether an argument is a file, which may be a pipe, and no name."""
    return Path(given).exists() and not Path(given).is_dir()


async def of_file(manager: Manager, given: str, engine: EngineName) -> Conversion:
    """What a file asks for, of the other engine."""
    path = Path(given)
    found = formats.read(read(path), source=path.name, limits=manager.limits)
    spec = await include(wish_in(found), path.name, DiskDocuments(path.parent), manager.limits)
    converted = await manager.convert(spec, engine)
    return as_file(converted.spec, (*found.notes, *converted.notes))
