"""``install``, ``update``, ``remove``, ``history``, ``rollback``, ``verify``, ``adopt-changes``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from traitlets import Bool, List, Unicode

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.environments import read_file
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.terminal import print_plan
from jupyter_envs.errors import Damaged, InvalidInput
from jupyter_envs.integrity import Damage
from jupyter_envs.manager import ChangeRequest, Manager, Summary, to_json
from jupyter_envs.models import Plan
from jupyter_envs.wording import counted

FILES_SHOWN = 5
AS_OF_HELP = (
    "A day or a time: only packages that were there by then. Left out: the environment's own date; “none” for today."
)


class PlannedCommand(ManagerCommand):
    """A command that shows a plan, asks, and does just that."""

    dry_run = Bool(False, help="Show the plan and do nothing.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "dry-run": ({"PlannedCommand": {"dry_run": True}}, "Show the plan and do nothing."),
    }

    async def confirmed(self, plan: Plan, question: str, act: Callable[[str], Awaitable[Summary]]) -> dict[str, Any]:
        """Show ``plan``, ask, then ``act`` on its hash. Raises `Cancelled` when the answer is no."""
        if not self.json:
            print_plan(plan)
        if self.dry_run:
            return to_json(plan)
        self.ask(question)
        summary = await act(plan.hash)
        answer = {**summary.to_json(), "plan": to_json(plan)}
        self.say(f"{summary.name} has {counted(answer['packages'], 'package')} now.")
        if answer.get("older_kernels"):
            self.say(f"Restart the kernels that run ({answer['older_kernels']}) to have them use these.")
        return answer

    async def change(
        self, manager: Manager, request: ChangeRequest, documents: DiskDocuments | None = None
    ) -> dict[str, Any]:
        """Plan a change, ask, carry it out; ``documents`` is the folder of an edited file."""
        name = request.environment
        with self.reporter(f"Planning {name}") as reporter:
            plan = await manager.plan_change(request, reporter, documents=documents)

        async def act(seen: str) -> Summary:
            with self.reporter(f"Changing {name}") as reporter:
                return await manager.change(request, reporter, confirmed=seen, documents=documents)

        return await self.confirmed(plan, f"Change {name}?", act)


class InstallCommand(PlannedCommand):
    """Install packages into an environment."""

    command = "install"
    name = "jupyter-envs install"
    arguments = ("name",)
    more_arguments = True
    description = """Install packages into an environment; what is there keeps its version where that is possible.

    jupyter envs install NAME PACKAGE… [--pip REQUIREMENT]
    jupyter envs install NAME --file environment.yml
    """

    pip = List(Unicode(), help="A PyPI requirement; may be given several times.").tag(config=True)
    file = Unicode(help="An edited environment.yml or pixi.toml that the environment is to follow.").tag(config=True)
    as_of = Unicode(help=AS_OF_HELP).tag(config=True)
    aliases = {
        **PlannedCommand.aliases,
        "pip": "InstallCommand.pip",
        "file": "InstallCommand.file",
        "as-of": "InstallCommand.as_of",
    }

    async def run(self, manager: Manager) -> Any:
        """Plan, ask, install."""
        name, *packages = self.extra_args
        if not packages and not self.pip and not self.file:
            raise InvalidInput("usage: jupyter envs install NAME PACKAGE… [options]", hints=("See --help-all.",))
        request = ChangeRequest(name, tuple(packages), tuple(self.pip), as_of=self.as_of)
        if not self.file:
            return await self.change(manager, request)
        path = Path(self.file)
        edited = replace(request, file=read_file(self.file), filename=path.name)
        return await self.change(manager, edited, DiskDocuments(path.parent))


class UpdateCommand(PlannedCommand):
    """Update packages of an environment, or all of them."""

    command = "update"
    name = "jupyter-envs update"
    arguments = ("name",)
    more_arguments = True
    description = "Update packages of an environment, or all of them: jupyter envs update NAME [PACKAGE…]"

    as_of = Unicode(help=AS_OF_HELP).tag(config=True)
    aliases = {**PlannedCommand.aliases, "as-of": "UpdateCommand.as_of"}

    async def run(self, manager: Manager) -> Any:
        """Plan, ask, update."""
        name, *packages = self.extra_args
        request = ChangeRequest(name, update=tuple(packages), update_all=not packages, as_of=self.as_of)
        return await self.change(manager, request)


class RemoveCommand(PlannedCommand):
    """Remove packages from an environment, or an environment."""

    command = "remove"
    name = "jupyter-envs remove"
    arguments = ("name",)
    more_arguments = True
    description = "Remove packages from an environment; or, with no package named, the environment and its kernel."

    force = Bool(False, help="Remove it although its kernels run, and end them.").tag(config=True)
    flags = {
        **PlannedCommand.flags,
        "force": ({"RemoveCommand": {"force": True}}, "Remove it although its kernels run, and end them."),
    }

    async def run(self, manager: Manager) -> Any:
        """Ask, then remove."""
        name, *packages = self.extra_args
        if packages:
            return await self.change(manager, ChangeRequest(name, remove=tuple(packages)))
        await manager.environment(name)
        self.ask(f"Remove {name}?")
        with self.reporter(f"Removing {name}") as reporter:
            await manager.remove(name, reporter, force=self.force)
        self.say(f"{name} is removed.")
        return {"removed": name}


class HistoryCommand(ManagerCommand):
    """Show the generations of an environment."""

    command = "history"
    name = "jupyter-envs history"
    arguments = ("name",)
    description = "Show the generations of an environment: when each was made, and why."

    async def run(self, manager: Manager) -> Any:
        """Print a table, the newest first."""
        (name,) = self.extra_args
        history = (await manager.environment(name)).to_json()["history"]
        if not self.json:
            table = Table(box=None, pad_edge=False)
            for heading in ("", "Generation", "Made", "Packages", "Why"):
                table.add_column(heading, justify="right" if heading == "Packages" else "left")
            for item in history:
                mark = "*" if item["current"] else ""
                table.add_row(mark, item["id"], item["created"], str(item["packages"]), item["reason"])
            Console().print(table)
        return {"name": name, "history": history}


class RollbackCommand(ManagerCommand):
    """Go back to an earlier generation."""

    command = "rollback"
    name = "jupyter-envs rollback"
    arguments = ("name",)
    more_arguments = True
    description = "Make an earlier generation of an environment current again: jupyter envs rollback NAME [GENERATION]"

    async def run(self, manager: Manager) -> Any:
        """Ask, go back."""
        name, *rest = self.extra_args
        if len(rest) > 1:
            raise InvalidInput("usage: jupyter envs rollback NAME [GENERATION] [options]")
        generation = rest[0] if rest else None
        with self.reporter(f"Planning {name}") as reporter:
            plan = await manager.plan_roll_back(name, reporter, generation=generation)
        if not self.json:
            print_plan(plan)
        self.ask(f"Roll {name} back?")
        with self.reporter(f"Rolling {name} back") as reporter:
            summary = await manager.roll_back(name, reporter, generation=generation, confirmed=plan.hash)
        self.say(f"{name} is {summary.to_json()['reason']}.")
        return summary.to_json()


class VerifyCommand(ManagerCommand):
    """Compare every file of an environment with its package."""

    command = "verify"
    name = "jupyter-envs verify"
    arguments = ("name",)
    description = "Compare every file of an environment with the hash that its package states."

    async def run(self, manager: Manager) -> Any:
        """Compare; exit with a status that says whether all is well."""
        (name,) = self.extra_args
        with self.reporter(f"Verifying {name}") as reporter:
            found = await manager.verify(name, reporter)
        for damage in found.damaged:
            self.say_damage(damage)
        if found.damaged:
            raise Damaged(
                f"{len(found.damaged)} of {counted(found.packages, 'package')} of {name}: not as installed.",
                hints=("jupyter envs rollback NAME GENERATION makes a generation again from its lock.",),
                damaged=[asdict(damage) for damage in found.damaged],
            )
        self.say(
            f"{counted(found.files, 'file')} of {counted(found.packages, 'package')}: all are as they were installed."
        )
        return found.to_json()

    def say_damage(self, damage: Damage) -> None:
        """The package and the first of its files."""
        self.say(f"{damage.name} {damage.version}:")
        files = [*(f"changed  {path}" for path in damage.changed), *(f"missing  {path}" for path in damage.missing)]
        for line in files[:FILES_SHOWN]:
            self.say(f"  {line}")
        if len(files) > FILES_SHOWN:
            self.say(f"  and {len(files) - FILES_SHOWN} more")


class AdoptChangesCommand(PlannedCommand):
    """Write down what was changed by hand."""

    command = "adopt-changes"
    name = "jupyter-envs adopt-changes"
    arguments = ("name",)
    description = "Write what pip, uv, conda or a hand changed in an environment into its file and its lock."

    async def run(self, manager: Manager) -> Any:
        """Plan, ask, write."""
        (name,) = self.extra_args
        with self.reporter(f"Looking at {name}") as reporter:
            plan = await manager.plan_adoption(name, reporter)

        async def act(seen: str) -> Summary:
            with self.reporter(f"Writing {name} down") as reporter:
                return await manager.adopt_changes(name, reporter, confirmed=seen)

        return await self.confirmed(plan, f"Write this down for {name}?", act)
