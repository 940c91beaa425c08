"""``adopt``: environments of other tools as kernels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from traitlets import Bool

from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.errors import NotFound
from jupyter_envs.manager import Manager


async def named(manager: Manager, text: str) -> str:
    """The name of the environment that the user named or gave the folder of. Raises `NotFound`, `InvalidName`."""
    if os.sep not in text and text not in (".", ".."):
        return text
    return (await manager.others.at(Path(text))).name


class AdoptCommand(ManagerCommand):
    """Use another tool's environment as a kernel."""

    command = "adopt"
    name = "jupyter-envs adopt"
    arguments = ("name",)
    description = """Use an environment of conda, pixi, venv, virtualenv, pipenv or uv as a kernel.

    jupyter envs adopt NAME    (as “jupyter envs list” names it)
    jupyter envs adopt FOLDER

    Its folder is never changed. Activation scripts of a conda environment run once, to find out what they set.
    """

    undo = Bool(False, help="Remove the kernel again; the environment stays.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "undo": ({"AdoptCommand": {"undo": True}}, "Remove the kernel again; the environment stays."),
    }

    async def run(self, manager: Manager) -> Any:
        """Register the kernel, or remove it."""
        (text,) = self.extra_args
        if self.undo:
            return await self.take_back(manager, text)
        name = await named(manager, text)
        with self.reporter(f"Adopting {name}") as reporter:
            adopted = await manager.adopt(name, reporter)
        answer = adopted.to_json()
        self.say(f"{name} is the kernel {answer['kernel']} now: {answer['prefix']}.")
        return answer

    async def take_back(self, manager: Manager, text: str) -> Any:
        """Also where the environment is gone by now."""
        try:
            name = await named(manager, text)
        except NotFound:
            name = Path(text).name
        await manager.release(name)
        self.say(f"{name} is no kernel any more; its folder is as it was.")
        return {"released": name}
