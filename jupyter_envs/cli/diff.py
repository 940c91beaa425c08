"""``diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.parse import read
from jupyter_envs.comparison import Comparison
from jupyter_envs.manager import Manager
from jupyter_envs.manager.comparing import Side

STYLES = {"added": "green", "removed": "red", "up": "cyan", "down": "yellow", "rebuilt": "magenta", "changed": "blue"}


def side(name: str) -> Side:
    """An argument: a file where there is one, else a name."""
    path = Path(name)
    return Side(path.name, read(path), DiskDocuments(path.parent)) if path.is_file() else Side(name)


class DiffCommand(ManagerCommand):
    """Show what differs."""

    command = "diff"
    name = "jupyter-envs diff"
    arguments = ("before", "after")
    description = """Show what has to change to get from one side to the other.

    jupyter envs diff BEFORE AFTER

    Each is an environment's name, NAME@GENERATION, a lock, an environment file, or the folder of a conda environment.
    Files that the pip section of an environment file names with -r and -c are read as well.
    """

    async def run(self, manager: Manager) -> Any:
        """Print a table for each platform, or JSON."""
        before, after = self.extra_args
        found = await manager.diff(side(before), side(after))
        if not self.json:
            self.print_tables(found)
        return {"before": before, "after": after, **found.to_json()}

    def print_tables(self, found: Comparison) -> None:
        """One line a change."""
        console = Console(highlight=False)
        platforms = found.to_json()["platforms"]
        for group in platforms:
            table = Table(box=None, pad_edge=False, title=group["platform"] or None, title_justify="left")
            for heading in ("Change", "Package", "Before", "After"):
                table.add_column(heading)
            for change in group["changes"]:
                name = change["name"] if change["manager"] == "conda" else f"{change['name']} (pip)"
                before, after = (self.cell(change[key]) for key in ("before", "after"))
                table.add_row(Text(change["kind"], STYLES[change["kind"]]), Text(name), before, after)
            console.print(table)
        if not platforms:
            print("No package differs.")
        for note in found.notes:
            print(note)

    def cell(self, text: str | None) -> Text:
        """A version; an absent package has a dash, one that may have any version a star."""
        return Text("–" if text is None else text or "*")
