"""``pack``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.terminal import size
from jupyter_envs.manager import Manager

FORCE = "Replace the file if it is there."


class PackCommand(ManagerCommand):
    """Write an environment into one archive."""

    command = "pack"
    name = "jupyter-envs pack"
    arguments = ("name",)
    description = """Write an environment into one archive, for a machine of the same platform without a network.

    jupyter envs pack NAME [--output FILE.tar.gz]

    There: unpack it into a folder of its own, run bin/conda-unpack in it once, and use bin/python. Needs conda-pack.
    What was left out or taken out is said on standard error.
    """

    output = Unicode(help="The archive: .tar.gz, .tgz or .tar. Left out: NAME.tar.gz, here.").tag(config=True)
    force = Bool(False, help=FORCE).tag(config=True)
    aliases = {**ManagerCommand.aliases, "o": "PackCommand.output", "output": "PackCommand.output"}
    flags = {**ManagerCommand.flags, "force": ({"PackCommand": {"force": True}}, FORCE)}

    async def run(self, manager: Manager) -> Any:
        """Pack, and say what has to be said."""
        (name,) = self.extra_args
        output = Path(self.output or f"{name}.tar.gz").expanduser().absolute()  # noqa: ASYNC240
        with self.reporter(f"Packing {name}") as reporter:
            packed = await manager.pack(name, output, reporter, force=self.force)
        self.say_notes(packed.notes)
        self.say(f"{packed.file}: {packed.packages} packages, {size(packed.size)}, for {packed.platform}.")
        return packed.to_json()
