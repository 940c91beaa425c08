"""``lock``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from traitlets import Bool, List, Unicode

from jupyter_envs import formats, lockfile
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import SYSTEM_ALIASES, ManagerCommand
from jupyter_envs.cli.parse import read
from jupyter_envs.differences import Change
from jupyter_envs.errors import Conflict, InvalidInput, PlanChanged
from jupyter_envs.formats import Limits
from jupyter_envs.manager import LockPlan, LockRequest, Manager, include, outdated
from jupyter_envs.models import Lock
from jupyter_envs.wording import counted

# what other files are, by the end of their name, and what to do with them
OTHERS = {
    ".ipynb": "a notebook: lock the environment.yml that it is pinned to",
    ".lock": "a lock: name the environment.yml that it was made from",
    "conda-lock.yml": "a lock: name the environment.yml that it was made from",
    "conda-lock.yaml": "a lock: name the environment.yml that it was made from",
}
MARKS = {"added": "+", "removed": "-", "up": "↑", "down": "↓", "rebuilt": "~"}


class LockCommand(ManagerCommand):
    """Lock an environment file."""

    command = "lock"
    name = "jupyter-envs lock"
    arguments = ("file",)
    description = """Write the lock of an environment file, for several platforms at once.

    jupyter envs lock environment.yml [--platform linux-64 …] [--update NAME …]
    jupyter envs lock requirements.txt   (writes pylock.toml)
    jupyter envs lock pixi.toml  (or a pyproject.toml with [tool.pixi])

    Versions that are locked stay, unless --update names them (“all” for all of them). What changes is shown first.
    """

    platform = List(Unicode(), help="A platform to lock for; may be given several times.").tag(config=True)
    update = List(Unicode(), help="A package whose version need not stay, or “all”; several times.").tag(config=True)
    output = Unicode(help="The lock; beside the file if left out.").tag(config=True)
    as_of = Unicode(help="A day or a time: only packages that were there by then; “none” for today.").tag(config=True)
    check = Bool(False, help="Only say whether the lock is what the file asks for.").tag(config=True)
    aliases = {
        **ManagerCommand.aliases,
        **SYSTEM_ALIASES,
        "platform": "LockCommand.platform",
        "update": "LockCommand.update",
        "output": "LockCommand.output",
        "as-of": "LockCommand.as_of",
    }
    flags = {
        **ManagerCommand.flags,
        "check": ({"LockCommand": {"check": True}}, "Only say whether the lock is what the file asks for."),
    }

    async def run(self, manager: Manager) -> Any:
        """Check, or plan, ask, write."""
        file = Path(self.extra_args[0])
        place = Path(self.output) if self.output else beside(file)
        documents = DiskDocuments(place.parent)
        before = await documents.read(place.name)
        request = await self.request(file, place, before, manager)
        if self.check:
            return self.compare(request, manager, file, place)
        with self.reporter(f"Locking {file}") as reporter:
            plan = await manager.plan_lock(request, reporter)
        written = await self.write(plan, before, plan.text(relative(file, place.parent), place.name), place)
        return {"file": str(file), "lock": str(place), "written": written, **plan.to_json()}

    async def request(self, file: Path, place: Path, before: str | None, manager: Manager) -> LockRequest:
        """What is asked for, with the files read. Raises `InvalidInput`, `NotFound`."""
        refuse_others(file)
        limits = manager.limits
        found = formats.read(read(file), source=str(file), limits=limits)
        if found.spec is None:
            raise InvalidInput(f"{file} is {OTHERS['.lock']}.", key="file")
        return LockRequest(
            spec=await include(found.spec, file.name, DiskDocuments(file.parent), limits),
            old=None if before is None else old_lock(before, place, limits),
            platforms=tuple(self.platform),
            update=tuple(self.update),
            as_of=self.as_of,
            notes=found.notes,
        )

    def compare(self, request: LockRequest, manager: Manager, file: Path, place: Path) -> Any:
        """Say whether the lock is outdated. Raises `Conflict` with exit status 1 if so."""
        found = outdated(request.spec, request.old, manager.platform, manager.system)
        if not found:
            self.say(f"{place} is what {file} asks for.")
            return {"file": str(file), "lock": str(place), "outdated": []}
        what = f"is outdated for {', '.join(found)}" if request.old else "is not there"
        raise Outdated(f"{place} {what}.", hints=(f"jupyter envs lock {file}",), lock=str(place), outdated=list(found))

    async def write(self, plan: LockPlan, before: str | None, text: str, place: Path) -> bool:
        """Show what changes, ask, write; False where the file says just that already. Raises `PlanChanged`."""
        for line in (*plan.notes, *described(plan)):
            self.say(line)
        if before == text:
            self.say(f"{place} stays as it is.")
            return False
        self.ask(f"Write {place}?")
        documents = DiskDocuments(place.parent)
        if await documents.read(place.name) != before:
            raise PlanChanged(f"{place} was changed in the meantime; it is left alone.", hints=("Lock again.",))
        await documents.write(place.name, text)
        self.say(f"{place} is written.")
        return True


def old_lock(text: str, place: Path, limits: Limits) -> Lock:
    """The lock that there is. Raises `InvalidFile`."""
    return lockfile.parse(text, source=str(place), limit=limits.lock, max_depth=limits.depth)


class Outdated(Conflict):
    """The lock is not what the file asks for."""

    code = "outdated"
    exit_status = 1


def beside(file: Path) -> Path:
    """The lock of an environment file: ``environment.conda-lock.yml`` for ``environment.yml``.

    That of a requirements file or a Pipfile has the name that PEP 751 wants: ``pylock.toml``, ``pylock.dev.toml``.
    """
    if file.name == "Pipfile":
        return file.with_name("pylock.toml")
    if file.suffix in (".txt", ".in"):
        more = re.sub(r"\A-?requirements-?|-requirements\Z", "", file.stem).replace(".", "-")
        return file.with_name(f"pylock.{more}.toml" if more else "pylock.toml")
    stem = file.stem if file.suffix in (".yml", ".yaml", ".toml") else file.name
    return file.with_name(f"{stem}.conda-lock.yml")


def relative(file: Path, folder: Path) -> str:
    """The file's path as one from the folder, with slashes, as a lock names its sources."""
    return Path(os.path.relpath(file, folder)).as_posix()


def refuse_others(file: Path) -> None:
    """Raise `InvalidInput` for a file whose name says that it is no environment file."""
    for ending, what in OTHERS.items():
        if file.name.endswith(ending):
            raise InvalidInput(
                f"{file} is {what}.",
                hints=("jupyter envs lock reads environment.yml, requirements.txt and pixi.toml.",),
                key="file",
            )


def described(plan: LockPlan) -> Iterator[str]:
    """The plan for people, platform by platform."""
    changes = {platform: list(group) for platform, group in groupby(plan.changes, lambda change: change.platform)}
    for platform in plan.platforms:
        count = len(plan.lock.for_platform(platform))
        found = [] if plan.is_new else changes.get(platform, [])
        yield f"{platform}: {counted(count, 'package')}" + ("" if plan.is_new else f", {len(found)} changed")
        yield from map(change_line, found)
    for platform in plan.lock.platforms:
        if platform not in plan.platforms:
            yield f"{platform}: stays as it is"


def change_line(change: Change) -> str:
    """``↑ numpy 1.26.0 → 1.26.4``."""
    versions = " → ".join(version for version in (change.before, change.after) if version)
    origin = " (PyPI)" if change.manager == "pip" else ""
    return f"  {MARKS[change.kind]} {change.name} {versions}{origin}"
