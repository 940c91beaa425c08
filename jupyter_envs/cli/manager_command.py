"""Commands that work on environments: a manager, progress, a plan and a question before anything is built."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from traitlets import Float

from jupyter_envs.cli.command import Command
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.terminal import confirm, print_plan, terminal_reporter
from jupyter_envs.errors import Cancelled, EnvironmentBusy, InvalidInput
from jupyter_envs.manager import CreateRequest, Manager, Summary
from jupyter_envs.models import Plan, Reporter, SilentReporter

SECONDS_BETWEEN = 0.5
# what a solve should take for granted of the machine
SYSTEM_ALIASES = {"cuda": "Manager.cuda", "glibc": "Manager.glibc", "macos": "Manager.macos"}


class ManagerCommand(Command):
    """A command that needs a manager. Subclasses write `run`."""

    classes = [Manager]

    wait = Float(
        0.0, min=0.0, help="Seconds to wait for an environment that another process is changing; 0 does not wait."
    ).tag(config=True)
    aliases = {**Command.aliases, "wait": "ManagerCommand.wait"}

    async def run(self, manager: Manager) -> Any:
        """Do it; what comes back is printed as JSON with ``--json``. Raises `EnvsError`."""
        raise NotImplementedError

    async def carry_out(self) -> Any:
        """`run`, with a manager that is closed afterwards."""
        manager = Manager(parent=self)
        manager.work_in_background(detached=True)
        # a shell may stand in a folder that is gone
        with suppress(OSError):
            manager.others.projects = (Path.cwd(),)
        try:
            return await self.run_in_turn(manager)
        finally:
            await manager.close()

    async def run_in_turn(self, manager: Manager) -> Any:
        """`run`, again from its beginning while the environment is busy: what it was going to do may be another by now.

        Raises `EnvironmentBusy` when `wait` is over.
        """
        loop = asyncio.get_running_loop()
        end, told = loop.time() + self.wait, False
        while True:
            try:
                return await self.run(manager)
            except EnvironmentBusy as busy:
                if loop.time() >= end:
                    raise
                if not told:
                    print(f"{busy.message} Waiting up to {self.wait:g} s.", file=sys.stderr, flush=True)
                told = True
                await asyncio.sleep(SECONDS_BETWEEN)

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

    def say_notes(self, notes: Iterable[str]) -> None:
        """Say on standard error what has to be known of a result, which may go into a file."""
        for note in notes:
            print(f"note: {note}", file=sys.stderr)

    async def deliver(self, text: str, output: str) -> None:
        """Write a text to a file, or without one to standard output; with ``--json`` it is in the answer."""
        if output:
            path = Path(output)
            await DiskDocuments(path.parent).write(path.name, text)
        elif not self.json:
            sys.stdout.write(text)

    @contextmanager
    def reporter(self, title: str) -> Iterator[Reporter]:
        """Who shows progress while the body runs: nobody with ``--json``."""
        if self.json:
            yield SilentReporter()
        else:
            with terminal_reporter(title) as reporter:
                yield reporter

    def ask(self, question: str) -> None:
        """Go on only with a yes, from ``--yes`` or from a person. Raises `Cancelled` or `InvalidInput`."""
        if self.answer_yes:
            return
        if self.json or not sys.stdin.isatty():
            raise InvalidInput(f"{question} There is nobody to ask.", hints=("Say --yes to go on without asking.",))
        if not confirm(question):
            raise Cancelled("Nothing was changed.")
