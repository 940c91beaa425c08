"""What all commands share: arguments, errors as one message, ``--json`` and ``--yes``.

Imports nothing heavy: a command that only reads a file must be quick.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any, ClassVar

from jupyter_core.application import JupyterApp
from traitlets import Bool, default
from traitlets.config.loader import KVArgParseConfigLoader

from jupyter_envs._version import __version__
from jupyter_envs.errors import Cancelled, EnvsError, InvalidInput
from jupyter_envs.redact import redact, told


class Loader(KVArgParseConfigLoader):
    """Refuses an option that a command does not have; traitlets would warn and go on without it."""

    def _handle_unrecognized_alias(self, arg: str) -> None:
        self.parser.error(f"there is no option --{arg}")


class Command(JupyterApp):
    """One command. Subclasses name it, say which arguments it takes, and write `carry_out`."""

    command: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]] = ()
    more_arguments: ClassVar[bool] = False
    version = __version__

    json = Bool(False, help="Print one JSON object instead of text.").tag(config=True)

    flags = {
        "json": ({"Command": {"json": True}}, "Print one JSON object instead of text."),
        "yes": ({"JupyterApp": {"answer_yes": True}}, "Do not ask."),
        "debug": JupyterApp.flags["debug"],
    }
    aliases = {"config": "JupyterApp.config_file"}

    @default("config_file_name")
    def _same_file_as_the_server(self) -> str:
        return "jupyter_envs_config"

    @default("log_level")
    def _quiet(self) -> int:
        return logging.WARNING

    async def carry_out(self) -> Any:
        """Do it; what comes back is printed as JSON with ``--json``. Raises `EnvsError`."""
        raise NotImplementedError

    def start(self) -> None:
        """Run and exit with a status that tells how it went."""
        super().start()
        status = self.outcome()
        sys.stdout.flush()
        sys.exit(status)

    def outcome(self) -> int:
        """Run; errors that are meant to be shown become one message and their exit status."""
        try:
            self.check_arguments()
            result = asyncio.run(self.carry_out())
        except KeyboardInterrupt:
            return self.tell(Cancelled("Cancelled; nothing was changed."))
        except EnvsError as error:
            return self.tell(error)
        if self.json and result is not None:
            print(json.dumps(result, indent=2, ensure_ascii=False))
        return self.status_of(result)

    def status_of(self, result: Any) -> int:
        """The exit status after `carry_out` has answered: 0, unless the answer itself says that something is wrong."""
        return 0

    def tell(self, error: EnvsError) -> int:
        """Print an error and return its exit status."""
        if self.json:
            print(json.dumps({"error": told(error)}, ensure_ascii=False))
        print(f"error: {redact(error.message)}", file=sys.stderr)
        for hint in map(redact, error.hints):
            print(f"  {hint}", file=sys.stderr)
        return error.exit_status

    def _create_loader(self, argv: Any, aliases: Any, flags: Any, classes: Any) -> Loader:
        return Loader(argv, aliases, flags, classes=classes, log=self.log, subcommands=self.subcommands)

    def check_arguments(self) -> None:
        """Raise `InvalidInput` unless the right number of arguments is there, and only settings that exist."""
        known = {one.__name__: one.class_trait_names(config=True) for one in self._classes_inc_parents()}
        for section, values in self.cli_config.items():
            unknown = sorted(set(values) - set(known.get(section, ())))
            if unknown:
                raise InvalidInput(f"There is no setting {section}.{unknown[0]}.", hints=("See --help-all.",))
        few, many = len(self.extra_args) < len(self.arguments), len(self.extra_args) > len(self.arguments)
        if few or (many and not self.more_arguments):
            usage = " ".join(argument.upper() for argument in self.arguments)
            raise InvalidInput(f"usage: jupyter envs {self.command} {usage} [options]", hints=("See --help-all.",))

    def say(self, line: str) -> None:
        """Text for people; nothing with ``--json``."""
        if not self.json:
            print(line, flush=True)
