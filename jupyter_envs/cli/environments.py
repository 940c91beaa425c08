"""``list``, ``create``, ``remove``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from traitlets import Bool, Enum, Float, List, Unicode

from jupyter_envs import package_query
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.manager_command import SYSTEM_ALIASES, ManagerCommand
from jupyter_envs.cli.space import sentence
from jupyter_envs.cli.terminal import size
from jupyter_envs.errors import DiskTrouble, InvalidInput, NotFound
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.wording import counted

NO_ENVIRONMENT = "No environment yet. Make one: jupyter envs create NAME python numpy"
COLUMNS = ("Name", "Kernel", "Python", "Packages", "Own", "Shared", "State", "About")
WITH_PACKAGE = ("Name", "Has", "Kernel", "Python", "State", "About")


def read_file(name: str) -> str:
    """A file that the user named. Raises `NotFound`, `DiskTrouble`."""
    path = Path(name)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", hints=("Check its path.",), path=str(path)) from error
    except UnicodeDecodeError:
        return path.read_bytes().decode("utf-16", errors="replace")
    except OSError as error:
        raise DiskTrouble(f"{path} cannot be read: {error.strerror or error}.", path=str(path)) from error


class ListCommand(ManagerCommand):
    """List all environments."""

    command = "list"
    name = "jupyter-envs list"
    description = "List all environments, and those that other tools made."

    unused = Float(None, allow_none=True, help="List those that nothing has used or pinned for so many days.").tag(
        config=True
    )
    foreign = Bool(True, help="Also list what conda, pixi, venv, virtualenv, pipenv and uv made.").tag(config=True)
    package = List(
        Unicode(),
        help="List those that have a package: how its name begins, “numpy 1.26”, “numpy<2”; all, if repeated.",
    ).tag(config=True)
    aliases = {**ManagerCommand.aliases, "unused": "ListCommand.unused", "package": "ListCommand.package"}
    flags = {
        **ManagerCommand.flags,
        "foreign": ({"ListCommand": {"foreign": True}}, "Also list what other tools made (the default)."),
        "no-foreign": ({"ListCommand": {"foreign": False}}, "List only what Jupyter Envs made."),
    }

    async def run(self, manager: Manager) -> Any:
        """Print a table, or ``{"environments": […], "totals": {…}}``; without totals where packages are looked for."""
        if self.unused is not None:
            return await self.list_unused(manager, self.unused)
        queries = [package_query.parse(text) for text in self.package]
        found = await manager.listed(foreign=self.foreign, queries=queries)
        if not self.json:
            self.print_table(found)
        if queries:
            return {"environments": found}
        totals = manager.disk.totals()
        if totals:
            self.say(sentence(totals))
        return {"environments": found, "totals": totals}

    async def list_unused(self, manager: Manager, days: float) -> Any:
        """One line an environment, the longest unused first."""
        found = await manager.unused(days)
        for item in found:
            self.say(f"{item.name}: not used for {item.days} days; removing it frees {size(item.own)}.")
        if not found:
            self.say("All environments were used.")
        return {"environments": [item.to_json() for item in found]}

    def print_table(self, found: list[dict[str, Any]]) -> None:
        """One line an environment."""
        if not found:
            said = " and ".join(self.package)
            print(f"No environment has {said}." if said else NO_ENVIRONMENT)
            return
        columns = WITH_PACKAGE if self.package else COLUMNS
        table = Table(box=None, pad_edge=False)
        for heading in columns:
            table.add_column(heading, justify="right" if heading in ("Packages", "Own", "Shared") else "left")
        for item in found:
            cells = cells_of(item)
            table.add_row(*(escape(cells[heading]) for heading in columns))
        Console().print(table)


def cells_of(item: dict[str, Any]) -> dict[str, str]:
    """What stands in its line, by heading."""
    sizes = item["size"]
    return {
        "Name": item["name"],
        "Has": holding(item) if "holding" in item else "",
        "Kernel": item["kernel"] or "–",
        "Python": item["python"] or "–",
        "Packages": str(item["packages"]),
        "Own": "–" if item["foreign"] else size(sizes["own"]),
        "Shared": "–" if item["foreign"] else size(sizes["shared"]),
        "State": state(item),
        "About": about(item),
    }


def holding(item: dict[str, Any]) -> str:
    """What it has of the packages that were looked for."""
    named = item["holding"]["packages"]
    more = item["holding"]["count"] - len(named)
    said = ", ".join(f"{package['name']} {package['version']}".strip() for package in named)
    return f"{said} and {more} more" if more > 0 else said


def state(item: dict[str, Any]) -> str:
    """Whether it is whole, and whether kernels should be restarted."""
    older = item["older_kernels"]
    return f"{item['state']}, {older} to restart" if older else str(item["state"])


def about(item: dict[str, Any]) -> str:
    """Who made it, or the user's own words about it."""
    if item["foreign"]:
        return item["kind"] if item["kind"] == item["source"] else f"{item['kind']}, {item['source']}"
    engine = "PyPI" if item["engine"] == "pypi" else ""
    return " ".join(filter(None, [engine, *(f"#{tag}" for tag in item["tags"]), item["note"]]))


class CreateCommand(ManagerCommand):
    """Create an environment."""

    command = "create"
    name = "jupyter-envs create"
    more_arguments = True
    description = """Create an environment, which is a kernel at once.

    jupyter envs create NAME PACKAGE…  [--channel C]
    jupyter envs create [NAME] --file environment.yml
    jupyter envs create NAME --file requirements.txt
    jupyter envs create NAME REQUIREMENT… --pypi
    """

    file = Unicode(
        help="An environment.yml, requirements.txt, Pipfile, pixi.toml or pyproject.toml; or a lock: conda-lock.yml, "
        "Pipfile.lock, pylock.toml, pixi.lock, @EXPLICIT list."
    ).tag(config=True)
    environment = Unicode(
        help="Which environment of a pixi.lock (“default” if not given); which extras and groups of a pyproject.toml."
    ).tag(config=True)
    channel = List(Unicode(), help="Where packages come from; may be given several times.").tag(config=True)
    as_of = Unicode(help="A day or a time: only packages that were there by then.").tag(config=True)
    engine = Enum(
        ["conda", "pypi"], None, allow_none=True, help="Whose packages are named: conda's, or PyPI's alone."
    ).tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "pypi": ({"CreateCommand": {"engine": "pypi"}}, "The packages are PyPI's, and no conda package is needed."),
        "conda": ({"CreateCommand": {"engine": "conda"}}, "The packages are conda's."),
    }
    aliases = {
        **ManagerCommand.aliases,
        **SYSTEM_ALIASES,
        "file": "CreateCommand.file",
        "environment": "CreateCommand.environment",
        "channel": "CreateCommand.channel",
        "as-of": "CreateCommand.as_of",
    }

    async def run(self, manager: Manager) -> Any:
        """Plan, ask, create."""
        name = self.extra_args[0] if self.extra_args else None
        if name is None and not self.file:
            raise InvalidInput("usage: jupyter envs create NAME PACKAGE…, or create [NAME] --file FILE")
        place = Path(self.file)
        request = CreateRequest(
            name=name,
            packages=tuple(self.extra_args[1:]),
            channels=tuple(self.channel),
            file=read_file(self.file) if self.file else None,
            filename=place.name if self.file else None,
            environment=self.environment or None,
            as_of=self.as_of,
            engine="pypi" if self.engine == "pypi" else "conda" if self.engine == "conda" else "",
        )
        summary = await self.create_confirmed(manager, request, DiskDocuments(place.parent), name or self.file)
        answer = summary.to_json()
        self.say(
            f"{summary.name} is ready: {counted(answer['packages'], 'package')}, kernel {answer['kernel'] or 'none'}."
        )
        return answer
