"""``doctor``, ``unlock``."""

from __future__ import annotations

from typing import Any

from traitlets import Bool

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.errors import Conflict, EnvsError
from jupyter_envs.manager import Manager
from jupyter_envs.manager.diagnosis import Report


class DoctorCommand(ManagerCommand):
    """Look for what is wrong, and mend it if asked to."""

    command = "doctor"
    name = "jupyter-envs doctor"
    description = """Show where things are, and what is wrong with them.

    With --repair, mend what can be mended, after a question. Nothing that an environment uses is deleted.
    """

    repair = Bool(False, help="Mend what can be mended.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "repair": ({"DoctorCommand": {"repair": True}}, "Mend what can be mended."),
    }

    async def run(self, manager: Manager) -> Any:
        """Print the facts and the findings; with ``--repair``, what was done. Raises `Conflict` if that failed."""
        report = await self.report(manager)
        for key, value in report.facts.items():
            self.say(f"{key:27} {value}")
        for finding in report.findings:
            self.say(f"! {finding.message} {finding.mends if self.repair and finding.mends else finding.hint}")
        if not report.findings:
            self.say("Nothing is wrong.")
        mendable = [finding for finding in report.findings if finding.mends]
        if not self.repair or not mendable:
            if mendable:
                self.say(f"{len(mendable)} of these can be mended: jupyter envs doctor --repair")
            return {**report.to_json(), "mended": []}
        self.ask(f"Mend {len(mendable)} of these?")
        return await self.mend(manager)

    async def report(self, manager: Manager) -> Report:
        """What the manager finds, with what solves take for granted; an engine that does not answer is a finding."""
        report = await manager.diagnose()
        try:
            return report.with_facts(await manager.granted())
        except EnvsError as error:
            # a wrong .condarc stops the engine, too, and is known already
            known = error.message in {finding.message for finding in report.findings}
            return report if known else report.with_findings("machine", [(error.message, " ".join(error.hints))])

    async def mend(self, manager: Manager) -> Any:
        """Mend, and say what was mended and what was not."""
        with self.reporter("Mending") as reporter:
            done = await manager.repair(reporter)
        for mended in done:
            self.say(
                f"{'✗' if mended.trouble else '✓'} {mended.finding.message} {mended.trouble or mended.lost}".rstrip()
            )
        failed = [mended.finding.subject for mended in done if mended.trouble]
        if failed:
            raise Conflict(
                f"{len(failed)} of {len(done)} could not be mended: {', '.join(failed)}.",
                hints=[mended.trouble for mended in done if mended.trouble],
                mended=[mended.to_json() for mended in done],
            )
        return {**(await self.report(manager)).to_json(), "mended": [mended.to_json() for mended in done]}


class UnlockCommand(ManagerCommand):
    """Free an environment whose writer is gone."""

    command = "unlock"
    name = "jupyter-envs unlock"
    arguments = ("name",)
    description = """Free the lock of an environment, because the process that holds it is gone for good.

    Needed only where that cannot be proved: the process ran on another machine or in another container.
    """

    async def run(self, manager: Manager) -> Any:
        """Say who holds it, ask, free it."""
        (name,) = self.extra_args
        self.ask(f"Free the lock of {name}? {manager.who_writes(name)}")
        await manager.unlock(name)
        self.say(f"{name} is free.")
        return {"unlocked": name}
