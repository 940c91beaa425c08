"""``rename`` and ``about``."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, List, Unicode

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.manager import Manager


class RenameCommand(ManagerCommand):
    """Give an environment another name."""

    command = "rename"
    name = "jupyter-envs rename"
    arguments = ("old", "new")
    description = """Give an environment another name.

    It is made again from its lock under the new name, without a download, and its history begins anew. Notebooks that
    are pinned to the old name keep that name: pin them again.
    """

    force = Bool(False, help="Rename it although its kernels run, and end them.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "force": ({"RenameCommand": {"force": True}}, "Rename it although its kernels run, and end them."),
    }

    async def run(self, manager: Manager) -> Any:
        """Ask, then rename."""
        old, new = self.extra_args
        await manager.require_own(old)
        self.ask(f"Rename {old} to {new}? Its earlier generations go.")
        with self.reporter(f"Renaming {old}") as reporter:
            renamed = await manager.rename(old, new, reporter, force=self.force)
        self.say(f"{old} is {new} now.")
        return renamed.to_json()


class AboutCommand(ManagerCommand):
    """Show or write a note and tags."""

    command = "about"
    name = "jupyter-envs about"
    arguments = ("name",)
    description = """Show what you wrote about an environment, or write it.

    jupyter envs about NAME
    jupyter envs about NAME --note TEXT --tag TAG --tag TAG   (what is not given stays; --clear empties both first)
    """

    note = Unicode(None, allow_none=True, help="A note, shown in the list.").tag(config=True)
    tag = List(Unicode(), help="A tag; may be given several times, and replaces the tags there were.").tag(config=True)
    clear = Bool(False, help="Empty note and tags first.").tag(config=True)
    aliases = {**ManagerCommand.aliases, "note": "AboutCommand.note", "tag": "AboutCommand.tag"}
    flags = {
        **ManagerCommand.flags,
        "clear": ({"AboutCommand": {"clear": True}}, "Empty note and tags first."),
    }

    async def run(self, manager: Manager) -> Any:
        """Write, if there is something to write; then show."""
        (name,) = self.extra_args
        found = (await manager.environment(name)).summary.to_json()
        if self.note is not None or self.tag or self.clear:
            note = self.note if self.note is not None else "" if self.clear else found["note"]
            tags = self.tag or ([] if self.clear else found["tags"])
            found = (await manager.describe(name, note, tags)).to_json()
        self.say(found["note"] or "There is no note.")
        if found["tags"]:
            self.say("Tags: " + ", ".join(found["tags"]))
        return {"name": name, "note": found["note"], "tags": found["tags"]}
