"""``doctor``."""

from __future__ import annotations

from typing import Any

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.manager import Manager


class DoctorCommand(ManagerCommand):
    """Look for what is wrong."""

    command = "doctor"
    name = "jupyter-envs doctor"
    description = "Show where things are, and what is wrong with them."

    async def run(self, manager: Manager) -> Any:
        """Print the facts and the findings; the status is 1 when there are findings."""
        report = await manager.diagnose()
        for key, value in report.facts.items():
            self.say(f"{key:27} {value}")
        for finding in report.findings:
            self.say(f"! {finding.message} {finding.hint}")
        if not report.findings:
            self.say("Nothing is wrong.")
        return report.to_json()


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
