"""``disk``, ``gc``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traitlets import Bool

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.terminal import size
from jupyter_envs.manager import Manager
from jupyter_envs.manager.garbage import Collection

SHOWN = 20


def sentence(totals: Mapping[str, Any]) -> str:
    """What everything takes, and what it would take without sharing."""
    taken, cache, total, copies = (size(totals[key]) for key in ("taken", "cache", "total", "copies"))
    return (
        f"All environments take {taken} and the package cache {cache}, together {total}; "
        f"one copy per environment would take {copies}. Counted {totals['measured']}."
    )


class DiskCommand(ManagerCommand):
    """Count bytes."""

    command = "disk"
    name = "jupyter-envs disk"
    description = "Count what environments and the package cache take on disk; each file once, whatever its names."

    async def run(self, manager: Manager) -> Any:
        """Print a line an environment and the sum, or ``{"environments": {name: {own, shared}}, …}``."""
        usage = await manager.disk.measure()
        for name, (own, shared) in usage.environments.items():
            self.say(f"{name}: {size(own)} of its own, {size(shared)} shared")
        self.say(sentence(usage.totals()))
        environments = {name: {"own": own, "shared": shared} for name, (own, shared) in usage.environments.items()}
        return {**usage.totals(), "environments": environments}


class CollectCommand(ManagerCommand):
    """Free disk space."""

    command = "gc"
    name = "jupyter-envs gc"
    description = "Take away what nothing needs any more: old generations, unused packages, what a crash left."

    dry_run = Bool(False, help="Only show what would be taken away.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "dry-run": ({"CollectCommand": {"dry_run": True}}, "Only show what would be taken away."),
    }

    async def run(self, manager: Manager) -> Any:
        """Show what would go, ask, take it away, and say what was freed."""
        found = await manager.disk.collectable()
        self.show(found)
        if self.dry_run or not found.items:
            return found.to_json()
        self.ask("Take it away?")
        with self.reporter("Freeing disk space") as reporter:
            done = await manager.disk.collect(reporter)
        self.say(f"{size(done.freed)} freed.")
        return done.to_json()

    def show(self, found: Collection) -> None:
        """The largest things, and the sum."""
        largest = sorted(found.items, key=lambda item: -(item.bytes or 0))
        for item in largest[:SHOWN]:
            self.say(f"  {item.kind} {item.name}: {'?' if item.bytes is None else size(item.bytes)}, {item.reason}")
        if len(largest) > SHOWN:
            self.say(f"  and {len(largest) - SHOWN} more")
        for note in found.notes:
            self.say(note)
        self.say(f"{size(found.freed)} can be freed." if found.items else "There is nothing to take away.")
