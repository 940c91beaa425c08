"""``search``."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from traitlets import Integer, List, Unicode

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.cli.terminal import size
from jupyter_envs.manager import Manager, Query


class SearchCommand(ManagerCommand):
    """Search the channels."""

    command = "search"
    name = "jupyter-envs search"
    arguments = ("text",)
    description = "Search the channels for packages by a part of their names."

    channel = List(Unicode(), help="Where to search; may be given several times.").tag(config=True)
    limit = Integer(20, help="How many packages to show.").tag(config=True)
    aliases = {
        **ManagerCommand.aliases,
        "channel": "SearchCommand.channel",
        "limit": "SearchCommand.limit",
    }

    async def run(self, manager: Manager) -> Any:
        """Print a table, or the HTTP interface's ``PackageSearch``."""
        (text,) = self.extra_args
        found = (await manager.search(Query(text, tuple(self.channel), self.limit))).to_json()
        if not self.json:
            self.print_table(found)
        return found

    def print_table(self, found: dict[str, Any]) -> None:
        """One line a package; for the package of exactly that name its versions too."""
        if not found["packages"]:
            print(f"No package in {', '.join(found['channels'])} has “{found['query']}” in its name.")
            return
        table = Table(box=None, pad_edge=False)
        for heading in ("Name", "Newest", "Versions", "Size", "Channel"):
            table.add_column(heading, justify="right" if heading in ("Versions", "Size") else "left")
        for item in found["packages"]:
            bytes_shown = "–" if item["size"] is None else size(item["size"])
            table.add_row(item["name"], item["version"], str(item["versions"]), bytes_shown, item["channel"])
        Console().print(table)
        if found["total"] > len(found["packages"]):
            print(f"and {found['total'] - len(found['packages'])} more")
        for item in found["packages"]:
            if item["version_list"]:
                print(f"Versions of {item['name']}: {', '.join(item['version_list'])}")
