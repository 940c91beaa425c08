"""``pin``, ``unpin``, ``status``, ``restore``, ``run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import SYSTEM_ALIASES, ManagerCommand
from jupyter_envs.errors import Conflict, InvalidInput, NotFound
from jupyter_envs.execution import execute
from jupyter_envs.manager import CreateRequest, Manager, PinLock, PinStatus
from jupyter_envs.verdicts import VerdictState


class NotebookCommand(ManagerCommand):
    """A command about one notebook."""

    arguments = ("notebook",)

    def say_status(self, status: PinStatus) -> None:
        """The verdict as a sentence, and what differs."""
        self.say(status.verdict.sentence)
        for difference in status.verdict.differences:
            self.say(f"  {difference.name}: {difference.before or 'absent'} → {difference.after or 'absent'}")
        if status.beside and status.beside.made:
            self.say(f"{status.beside.environment} has what {status.beside.file} asks for.")
        elif status.beside:
            file, name = status.beside.file, status.beside.environment
            itself = file.endswith(".ipynb")  # of other notebooks nobody makes environments
            what = "It says itself what it needs" if itself else f"{file} lies beside it"
            self.say(f"{what}: jupyter envs create {name} --file {file}")


class PinCommand(NotebookCommand):
    """Pin a notebook to an environment."""

    command = "pin"
    name = "jupyter-envs pin"
    description = "Pin a notebook to an environment: writes environment.yml and the lock beside it."

    environment = Unicode(help="The environment to pin to.").tag(config=True)
    all_platforms = Bool(False, help="Lock for the other platforms of the file as well.").tag(config=True)
    aliases = {**ManagerCommand.aliases, **SYSTEM_ALIASES, "environment": "PinCommand.environment"}
    flags = {
        **ManagerCommand.flags,
        "all-platforms": ({"PinCommand": {"all_platforms": True}}, "Lock for the other platforms of the file as well."),
    }

    async def run(self, manager: Manager) -> Any:
        """Write files and metadata."""
        if not self.environment:
            raise InvalidInput("Pin to which environment?", hints=("Say --environment NAME.",))
        documents, path = DiskDocuments.beside(self.extra_args[0])
        status = await manager.pin(path, self.environment, documents)
        if self.all_platforms:
            with self.reporter(f"Locking {path}") as reporter:
                status = await manager.lock_pin(path, documents, reporter, PinLock("others"))
        self.say_status(status)
        return answer(status)


class UnpinCommand(NotebookCommand):
    """Take the pin out of a notebook."""

    command = "unpin"
    name = "jupyter-envs unpin"
    description = "Take the pin out of a notebook; its files stay."

    async def run(self, manager: Manager) -> Any:
        """Change the metadata."""
        documents, path = DiskDocuments.beside(self.extra_args[0])
        status = await manager.unpin(path, documents)
        self.say_status(status)
        return answer(status)


class StatusCommand(NotebookCommand):
    """Say whether a notebook's environment still matches."""

    command = "status"
    name = "jupyter-envs status"
    description = "Say whether a notebook runs in what it is pinned to. Starts and changes nothing."

    async def run(self, manager: Manager) -> Any:
        """Read and compare."""
        documents, path = DiskDocuments.beside(self.extra_args[0])
        status = await manager.read_pin(path, documents)
        self.say_status(status)
        return answer(status)


class RestoreCommand(NotebookCommand):
    """Make a notebook's environment what its lock says."""

    command = "restore"
    name = "jupyter-envs restore"
    description = "Build a notebook's environment from its lock, here and now."

    update = Bool(False, help="Solve the edited environment file again, and write lock and pin anew.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "update": ({"RestoreCommand": {"update": True}}, "Solve the edited file again; write lock and pin anew."),
    }

    async def run(self, manager: Manager) -> Any:
        """Mend whatever the verdict says."""
        documents, path = DiskDocuments.beside(self.extra_args[0])
        status = await restore(self, manager, documents, path, update=self.update)
        self.say_status(status)
        return answer(status)


class RunCommand(NotebookCommand):
    """Restore a notebook's environment if needed, and run the notebook in it."""

    command = "run"
    name = "jupyter-envs run"
    description = "Restore a notebook's environment if needed, run the notebook in it, and save the outputs."

    async def run(self, manager: Manager) -> Any:
        """Restore, execute, save."""
        documents, path = DiskDocuments.beside(self.extra_args[0])
        status = await restore(self, manager, documents, path, update=False)
        environment = status.environment
        kernel = environment.to_json()["kernel"] if environment else None
        if environment is None or kernel is None:
            raise NotFound(
                f"The environment of {path} has no kernel.", hints=("Add ipykernel to its file, and restore it.",)
            )
        manager.disk.used(environment.name)
        with self.reporter(f"Running {path}") as reporter:
            cells = await execute(Path(self.extra_args[0]), kernel, reporter)
        self.say(f"{path}: {cells} cells ran in {environment.name}.")
        return {**answer(status), "cells": cells, "kernel": kernel}


async def restore(
    command: ManagerCommand, manager: Manager, documents: DiskDocuments, path: str, *, update: bool
) -> PinStatus:
    """Bring a notebook's environment in step with its lock (or its file). Raises `NotFound`, `Conflict`, …"""
    status = await manager.read_pin(path, documents)
    state = status.verdict.state
    if status.pin is None:
        raise NotFound(f"{path} is not pinned.", hints=("jupyter envs pin NOTEBOOK --environment NAME",), path=path)
    if state is VerdictState.OUTDATED and not update:
        hints = (f"jupyter envs restore {path} --update solves it again.",)
        raise Conflict(status.verdict.sentence, hints=hints, path=path)
    if state is VerdictState.MATCH:
        return status
    if state is VerdictState.UNLOCKED:
        command.ask(f"{status.verdict.sentence} Lock for this machine?")
        with command.reporter(f"Locking {status.pin.file}") as reporter:
            await manager.lock_pin(path, documents, reporter)
    request = CreateRequest(pin=path, update=update)
    await command.create_confirmed(manager, request, documents, status.pin.environment)
    return await manager.read_pin(path, documents)


def answer(status: PinStatus) -> dict[str, Any]:
    """``{"verdict": state, "sentence", "differences", "pin", "environment"}``."""
    data = status.to_json()
    verdict = data.pop("verdict")
    return {**data, "verdict": verdict["state"], "sentence": verdict["sentence"], "differences": verdict["differences"]}
