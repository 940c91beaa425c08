"""`EnvsApp`: which commands there are."""

from __future__ import annotations

from jupyter_core.application import JupyterApp

from jupyter_envs._version import __version__
from jupyter_envs.cli.demo import DemoCommand
from jupyter_envs.cli.environments import CreateCommand, ExportCommand, ListCommand, RemoveCommand
from jupyter_envs.cli.machine import DoctorCommand, ParseCommand
from jupyter_envs.cli.notebooks import PinCommand, RestoreCommand, RunCommand, StatusCommand, UnpinCommand

COMMANDS = (
    ListCommand,
    CreateCommand,
    RemoveCommand,
    ExportCommand,
    PinCommand,
    UnpinCommand,
    StatusCommand,
    RestoreCommand,
    RunCommand,
    ParseCommand,
    DoctorCommand,
    DemoCommand,
)


class EnvsApp(JupyterApp):
    """``jupyter envs``: help, and the way to each command."""

    name = "jupyter-envs"
    version = __version__
    description = "Environments as part of the notebook: create them, pin notebooks to them, build them again anywhere."
    subcommands = {command.command: (command, str(command.description).splitlines()[0]) for command in COMMANDS}

    def start(self) -> None:
        """Run the chosen command, or say which there are."""
        super().start()
        self.print_help()
        self.exit(2 if self.extra_args else 0)
