"""``jupyter envs demo``: the whole story once, for real, on this machine."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from traitlets import Unicode

from jupyter_envs.cli import example
from jupyter_envs.cli.disk import DiskDocuments
from jupyter_envs.cli.example import FILES, NAME, NOTEBOOK
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.errors import EngineFailed, EnvsError, NotFound, Unreachable
from jupyter_envs.execution import execute
from jupyter_envs.files import disk
from jupyter_envs.lockfile import parse as parse_lock
from jupyter_envs.manager import CreateRequest, Manager
from jupyter_envs.verdicts import VerdictState


def jupyter() -> str:
    """How to call the ``jupyter`` that belongs to this interpreter."""
    own = Path(sys.executable).with_name("jupyter")
    found = shutil.which("jupyter")
    return "jupyter" if found and Path(found) == own else shlex.quote(str(own))


def cause(error: EnvsError) -> str:
    """What an engine says last is what happened first."""
    said = str(error.fields.get("cause") or error.message.splitlines()[-1])
    return said.strip().removeprefix("Caused by: ").removeprefix("cause: ").rstrip(".")


def neither(channel: str, no_channel: Unreachable, index: str, no_index: Unreachable) -> Unreachable:
    """The error where real packages are nowhere to be had."""
    hints = (
        f"The channel: {cause(no_channel)}.",
        *no_channel.hints,
        f"The index: {cause(no_index)}.",
        *no_index.hints,
        "The example needs real packages. A proxy is named by HTTPS_PROXY, and a mirror by Manager.default_channels or "
        "Manager.pypi_index.",
    )
    return Unreachable(f"Neither the channel {channel} nor the package index {index} can be reached.", hints=hints)


class DemoCommand(ManagerCommand):
    """Show the whole story on an example."""

    command = "demo"
    name = "jupyter-envs demo"
    description = "Create, run, pin, lock, delete and restore an example, for real, and show that nothing differs."

    folder = Unicode(help="Where to write the example; a new temporary folder by default.").tag(config=True)
    aliases = {**ManagerCommand.aliases, "folder": "DemoCommand.folder"}

    async def run(self, manager: Manager) -> Any:
        """All steps in order; the first that does not happen ends it with an error."""
        folder = self.scratch()
        documents = DiskDocuments(folder)
        await self.clear(manager)
        engine, reason = await self.create(manager, documents)
        await self.execute(manager, folder)
        pin = (await manager.pin(NOTEBOOK, NAME, documents)).pin
        assert pin is not None
        self.step(f"Pinned {NOTEBOOK}: {pin.file} and {pin.lock} are beside it.")
        before = await self.digest(manager)
        locked = parse_lock(await documents.read(pin.lock) or "").digest(manager.platform)
        with self.reporter("Deleting the environment") as reporter:
            await manager.remove(NAME, reporter, force=True)
        after_removal = await manager.read_pin(NOTEBOOK, documents)
        self.expect(after_removal.verdict.state is VerdictState.MISSING, "the environment is gone")
        self.step("Deleted the environment; the notebook says: " + after_removal.verdict.sentence)
        with self.reporter("Restoring it from the lock") as reporter:
            await manager.create(CreateRequest(pin=NOTEBOOK), documents, reporter)
        status = await manager.read_pin(NOTEBOOK, documents)
        self.expect(status.verdict.state is VerdictState.MATCH, "the restored environment matches the lock")
        after = await self.digest(manager)
        self.step(f"Restored it from the lock.\n    digest before {before}\n    digest after  {after}")
        self.expect(before == after == locked, "the digests are equal")
        await self.execute(manager, folder)
        self.say(f"\nOpen it: {jupyter()} lab {shlex.quote(str(folder / NOTEBOOK))}")
        chosen = {"engine": engine, "reason": reason}
        return {"folder": str(folder), **chosen, "digest_before": before, "digest_after": after}

    def scratch(self) -> Path:
        """The example's folder, with the notebook in it. Raises `FileExists` for files of somebody else's."""
        with disk("Writing the example"):
            folder = Path(self.folder or tempfile.mkdtemp(prefix="jupyter-envs-demo-")).absolute()
            folder.mkdir(parents=True, exist_ok=True)
            example.check_replaceable(folder)
            (folder / NOTEBOOK).write_text(example.notebook(), encoding="utf-8")
        self.step(f"Wrote an example into {folder}")
        return folder

    async def clear(self, manager: Manager) -> None:
        """Remove what an earlier demonstration left."""
        try:
            await manager.environment(NAME)
        except NotFound:
            return
        with self.reporter("Removing the earlier demonstration") as reporter:
            await manager.remove(NAME, reporter, force=True)

    async def create(self, manager: Manager, documents: DiskDocuments) -> tuple[str, str]:
        """Create the environment: which engine did it, and why that one. Raises `Unreachable`, naming both places."""
        channel = next(iter(manager.default_channels), "")
        if not channel:
            return "pypi", await self.create_of_pypi(manager, documents, "No channel is configured.")
        if manager.default_engine == "pypi":
            return "pypi", await self.create_of_pypi(manager, documents, "Manager.default_engine is pypi.")
        try:
            await self.create_from(manager, documents, "conda", example.environment_file(channel))
            return "conda", f"The channel {channel} answers."
        except Unreachable as error:
            no_channel = error
        reason = f"The channel {channel} cannot be reached: {cause(no_channel)}."
        try:
            return "pypi", await self.create_of_pypi(manager, documents, reason)
        except Unreachable as error:
            raise neither(channel, no_channel, manager.pypi_index or "PyPI", error) from error

    async def create_of_pypi(self, manager: Manager, documents: DiskDocuments, reason: str) -> str:
        """Create the environment without conda, and say the reason, which comes back. Raises `Unreachable`."""
        self.say(f"  {reason}\n  Taking a Python of this machine and packages from PyPI.")
        await self.create_from(manager, documents, "pypi", example.REQUIREMENTS)
        return reason

    async def create_from(self, manager: Manager, documents: DiskDocuments, engine: str, text: str) -> None:
        """Create what a file asks for, and keep the file."""
        request = CreateRequest(name=NAME, file=text, filename=FILES[engine])
        with self.reporter("Creating the environment") as reporter:
            summary = await manager.create(request, documents, reporter)
        await documents.write(FILES[engine], text)
        made = summary.to_json()
        self.step(f"Created {NAME}: {made['packages']} packages, Python {made['python']}, kernel {made['kernel']}.")

    async def execute(self, manager: Manager, folder: Path) -> None:
        """Run the notebook, and look whether it ran where it should."""
        detail = await manager.environment(NAME)
        with self.reporter("Running the notebook") as reporter:
            await execute(folder / NOTEBOOK, detail.summary.to_json()["kernel"], reporter)
        text = (folder / NOTEBOOK).read_text(encoding="utf-8")
        self.expect(str(detail.summary.prefix) in text, "the notebook ran in the environment")
        self.step(f"Ran {NOTEBOOK} in {detail.summary.prefix}")

    async def digest(self, manager: Manager) -> str:
        """The digest of what is really installed."""
        return (await manager.environment(NAME)).digest

    def step(self, line: str) -> None:
        """One thing that happened."""
        self.say(f"✓ {line}")

    def expect(self, happened: bool, what: str) -> None:
        """Raise `EngineFailed` unless it did."""
        if not happened:
            raise EngineFailed(f"The demonstration failed: not true that {what}.", hints=("jupyter envs doctor",))
