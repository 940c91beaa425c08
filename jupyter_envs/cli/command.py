"""What all commands share: arguments, the manager, errors as one message, ``--json`` and ``--yes``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from jupyter_core.application import JupyterApp
from traitlets import Bool, default

from jupyter_envs._version import __version__
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.terminal import confirm, print_plan, terminal_reporter
from jupyter_envs.errors import Cancelled, EnvsError, InvalidInput
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.models import Plan, Reporter, SilentReporter


class Command(JupyterApp):
    """One command. Subclasses name it, say which arguments it takes, and write `run`."""

    command: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]] = ()
    more_arguments: ClassVar[bool] = False
    version = __version__
    classes = [Manager]

    json = Bool(False, help="Print one JSON object instead of text.").tag(config=True)

    flags = {
        "json": ({"Command": {"json": True}}, "Print one JSON object instead of text."),
        "yes": ({"JupyterApp": {"answer_yes": True}}, "Do not ask."),
        "debug": JupyterApp.flags["debug"],
    }
    aliases = {"config": "JupyterApp.config_file"}

    @default("log_level")
    def _quiet(self) -> int:
        return logging.WARNING

    async def run(self, manager: Manager) -> Any:
        """Do it; what comes back is printed as JSON with ``--json``. Raises `EnvsError`."""
        raise NotImplementedError

    def start(self) -> None:
        """Run and exit with a status that tells how it went."""
        super().start()
        sys.exit(self.outcome())

    def outcome(self) -> int:
        """Run; errors that are meant to be shown become one message and their exit status."""
        try:
            self.check_arguments()
            result = asyncio.run(self.with_manager())
        except KeyboardInterrupt:
            return self.tell(Cancelled("Cancelled; nothing was changed."))
        except EnvsError as error:
            return self.tell(error)
        if self.json and result is not None:
            print(json.dumps(result, indent=2, ensure_ascii=False))
        return 0

    async def with_manager(self) -> Any:
        """`run`, with a manager that is closed afterwards."""
        manager = Manager(parent=self)
        try:
            return await self.run(manager)
        finally:
            await manager.close()

    def tell(self, error: EnvsError) -> int:
        """Print an error and return its exit status."""
        if self.json:
            print(json.dumps({"error": error.to_json()}, ensure_ascii=False))
        print(f"error: {error.message}", file=sys.stderr)
        for hint in error.hints:
            print(f"  {hint}", file=sys.stderr)
        return error.exit_status

    def check_arguments(self) -> None:
        """Raise `InvalidInput` unless the right number of arguments is there."""
        few, many = len(self.extra_args) < len(self.arguments), len(self.extra_args) > len(self.arguments)
        if few or (many and not self.more_arguments):
            usage = " ".join(argument.upper() for argument in self.arguments)
            raise InvalidInput(f"usage: jupyter envs {self.command} {usage} [options]", hints=("See --help-all.",))

    def say(self, line: str) -> None:
        """Text for people; nothing with ``--json``."""
        if not self.json:
            print(line)

    @contextmanager
    def reporter(self, title: str) -> Iterator[Reporter]:
        """Who shows progress while the body runs: nobody with ``--json``."""
        if self.json:
            yield SilentReporter()
        else:
            with terminal_reporter(title) as reporter:
                yield reporter

    async def create_confirmed(
        self, manager: Manager, request: CreateRequest, documents: DiskDocuments, title: str
    ) -> Summary:
        """Show the plan, ask, and do exactly that. Raises `Cancelled` when the answer is no."""
        with self.reporter(f"Planning {title}") as reporter:
            plan = await manager.plan(request, documents, reporter)
        self.confirm_plan(plan)
        with self.reporter(f"Building {title}") as reporter:
            return await manager.create(request, documents, reporter, confirmed=plan.hash)

    def confirm_plan(self, plan: Plan) -> None:
        """Show a plan and wait for a yes."""
        if not self.json:
            print_plan(plan)
        self.ask(f"Build {plan.environment}?")

    def ask(self, question: str) -> None:
        """Go on only with a yes, from ``--yes`` or from a person. Raises `Cancelled` or `InvalidInput`."""
        if self.answer_yes:
            return
        if self.json or not sys.stdin.isatty():
            raise InvalidInput(f"{question} There is nobody to ask.", hints=("Say --yes to go on without asking.",))
        if not confirm(question):
            raise Cancelled("Nothing was changed.")
