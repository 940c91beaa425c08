"""``shell``, ``exec``, ``path``: an environment outside of a notebook."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traitlets import Bool, Unicode

from jupyter_envs.cli.foreign import named
from jupyter_envs.cli.manager_command import ManagerCommand
from jupyter_envs.errors import InvalidInput, NotFound
from jupyter_envs.manager import Activation, Manager
from jupyter_envs.models import SilentReporter

# What a shell reads of the user's own, and then ours; each file removes its folder, since the shell takes our place.
BASH = '[ -f ~/.bashrc ] && . ~/.bashrc\n{exports}PS1={prompt}"$PS1"\n{cleanup}'
ZSH = (
    "export ZDOTDIR={zdotdir}\n"
    'for file in .zshenv .zshrc; do [ -f "$ZDOTDIR/$file" ] && . "$ZDOTDIR/$file"; done\n'
    '{exports}PS1={prompt}"$PS1"\n{cleanup}'
)
FISH = (
    "{exports}functions -c fish_prompt _jupyter_envs_prompt\n"
    "function fish_prompt; echo -n {prompt}; _jupyter_envs_prompt; end\n{cleanup}"
)


class ActivatedCommand(ManagerCommand):
    """A command that becomes another program, in an environment's activation."""

    become: tuple[list[str], dict[str, str]] | None = None

    def outcome(self) -> int:
        """Find out everything, end the manager, and only then become the program: its exit status is ours."""
        status = super().outcome()
        if status or self.become is None:
            return status
        argv, environ = self.become
        try:
            os.execvpe(argv[0], argv, environ)
        except OSError as error:
            hints = ("Check its name, and that it is installed in the environment.",)
            return self.tell(NotFound(f"{argv[0]} cannot be started: {error.strerror}.", hints=hints))

    async def activated(self, manager: Manager, text: str) -> Activation:
        """The activation of the environment that the user named."""
        return await manager.activation(await named(manager, text), os.environ, SilentReporter())


class ExecCommand(ActivatedCommand):
    """Run a program in an environment."""

    command = "exec"
    name = "jupyter-envs exec"
    arguments = ("name", "command")
    more_arguments = True
    description = """Run a program with an environment's activation, without a shell.

    jupyter envs exec NAME -- PROGRAM ARGUMENT…

    Its exit status is passed on.
    """

    def parse_command_line(self, argv: Sequence[str] | None = None) -> None:
        """Everything behind ``--`` is the program's own."""
        words = list(argv or ())
        place = words.index("--") if "--" in words else len(words)
        super().parse_command_line(words[:place])
        self.extra_args = [*self.extra_args, *words[place + 1 :]]

    async def run(self, manager: Manager) -> Any:
        """Activate."""
        activation = await self.activated(manager, self.extra_args[0])
        self.become = (self.extra_args[1:], dict(activation.environ))


class ShellCommand(ActivatedCommand):
    """Open a shell in an environment."""

    command = "shell"
    name = "jupyter-envs shell"
    arguments = ("name",)
    description = """Open your own shell (bash, zsh, fish or another) with an environment's activation.

    The prompt shows the environment's name. The shell's exit status is passed on.
    """

    shell = Unicode(help="The shell to start; $SHELL by default.").tag(config=True)
    aliases = {**ManagerCommand.aliases, "shell": "ShellCommand.shell"}

    async def run(self, manager: Manager) -> Any:
        """Activate, and write what the shell reads first."""
        if self.json:
            raise InvalidInput("A shell cannot be printed as JSON.", hints=("Leave out --json.",))
        activation = await self.activated(manager, self.extra_args[0])
        shell = self.shell or os.environ.get("SHELL") or "/bin/sh"
        self.become = started(shell, activation)


class PathCommand(ManagerCommand):
    """Print where an environment is."""

    command = "path"
    name = "jupyter-envs path"
    arguments = ("name",)
    description = """Print an environment's folder, or with --interpreter its Python.

    For an environment of ours this is the link “current”, which stays the same when the environment changes.
    """

    interpreter = Bool(False, help="Print the path of its interpreter.").tag(config=True)
    flags = {
        **ManagerCommand.flags,
        "interpreter": ({"PathCommand": {"interpreter": True}}, "Print the path of its interpreter."),
    }

    async def run(self, manager: Manager) -> Any:
        """Print one line."""
        place = await manager.location(await named(manager, self.extra_args[0]))
        if self.interpreter and place.interpreter is None:
            raise NotFound(f"{place.name} has no Python.", name=place.name)
        self.say(str(place.interpreter if self.interpreter else place.folder))
        return place.to_json()


def started(shell: str, activation: Activation) -> tuple[list[str], dict[str, str]]:
    """``(argv, environment)`` of an interactive shell, with the activation also after its own start files."""
    environ, kind = dict(activation.environ), Path(shell).name
    if kind not in ("bash", "zsh", "fish") or shutil.which(shell) is None:
        return [shell], {**environ, "PS1": f"({activation.name}) $ "}
    folder = tempfile.mkdtemp(prefix="jupyter-envs-shell-")
    file = Path(folder, ".zshrc" if kind == "zsh" else "start")
    file.write_text(start_file(kind, activation, folder, environ.get("ZDOTDIR")), encoding="utf-8")
    if kind == "bash":
        return [shell, "--rcfile", str(file), "-i"], environ
    if kind == "zsh":
        return [shell, "-i"], {**environ, "ZDOTDIR": folder}
    return [shell, "-i", "--init-command", f"source {shlex.quote(str(file))}"], environ


def start_file(kind: str, activation: Activation, folder: str, zdotdir: str | None) -> str:
    """What the shell reads: the user's own file, the activation again, the prompt."""
    template = {"bash": BASH, "zsh": ZSH, "fish": FISH}[kind]
    return template.format(
        exports=exports(kind, activation.changes),
        prompt=shlex.quote(f"({activation.name}) "),
        zdotdir=shlex.quote(zdotdir) if zdotdir else '"$HOME"',
        cleanup=f"rm -rf {shlex.quote(folder)}\n",
    )


def exports(kind: str, changes: Mapping[str, str]) -> str:
    """One line for each variable, in front of what the user's own start file made of it where activation says so."""
    lines = []
    for key, value in sorted(changes.items()):
        own = "${" + key + "}"
        # every other dollar sign of a template is doubled
        text, refers = value.removesuffix(own).replace("$$", "$"), value.endswith(own)
        if kind == "fish":
            words = f"{shlex.quote(text.rstrip(':'))} ${key}" if refers else shlex.quote(text)
            lines.append(f"set -gx {key} {words}\n")
        else:
            lines.append(f"export {key}={shlex.quote(text)}" + (f'"${key}"' if refers else "") + "\n")
    return "".join(lines)
