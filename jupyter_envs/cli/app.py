"""`EnvsApp`: which commands there are. Each is imported only when it is called."""

from __future__ import annotations

import sys

from jupyter_core.application import JupyterApp

from jupyter_envs._version import __version__

COMMANDS = {
    "list": ("environments.ListCommand", "List all environments."),
    "create": ("environments.CreateCommand", "Create an environment from packages or from a file."),
    "install": ("changing.InstallCommand", "Install packages into an environment."),
    "update": ("changing.UpdateCommand", "Update packages of an environment, or all of them."),
    "remove": ("changing.RemoveCommand", "Remove packages from an environment, or an environment and its kernel."),
    "history": ("changing.HistoryCommand", "Show the generations of an environment."),
    "rollback": ("changing.RollbackCommand", "Make an earlier generation of an environment current again."),
    "verify": ("changing.VerifyCommand", "Compare every file of an environment with its package."),
    "adopt-changes": ("changing.AdoptChangesCommand", "Write down what was changed in an environment by hand."),
    "clone": ("clone.CloneCommand", "Copy an environment, ours or another tool's, into one of ours."),
    "rename": ("naming.RenameCommand", "Give an environment another name."),
    "about": ("naming.AboutCommand", "Show or write the note and the tags of an environment."),
    "shell": ("activating.ShellCommand", "Open your own shell in an environment."),
    "exec": ("activating.ExecCommand", "Run a program in an environment, without a shell."),
    "path": ("activating.PathCommand", "Print where an environment or its interpreter is."),
    "adopt": ("foreign.AdoptCommand", "Use an environment of conda, pixi, venv, pipenv or uv as a kernel."),
    "search": ("search.SearchCommand", "Search the channels for packages."),
    "export": ("export.ExportCommand", "Write an environment down, as an environment file, a lock or a list."),
    "pack": ("pack.PackCommand", "Write an environment into one archive, for a machine without a network."),
    "lock": ("lock.LockCommand", "Lock an environment file, for several platforms at once."),
    "diff": ("diff.DiffCommand", "Show what differs between two environments, generations, locks or files."),
    "pin": ("notebooks.PinCommand", "Pin a notebook to an environment: writes file and lock beside it."),
    "unpin": ("notebooks.UnpinCommand", "Take the pin out of a notebook; its files stay."),
    "status": ("notebooks.StatusCommand", "Say whether a notebook runs in what it is pinned to."),
    "restore": ("notebooks.RestoreCommand", "Build a notebook's environment from its lock."),
    "run": ("notebooks.RunCommand", "Restore a notebook's environment if needed, and run the notebook in it."),
    "binder": ("binder.BinderCommand", "Write what Binder needs, look for what would go wrong there, make the link."),
    "convert": ("convert.ConvertCommand", "Make a file for conda of one for PyPI, or the other way round."),
    "parse": ("parse.ParseCommand", "Show how an environment file is read."),
    "disk": ("space.DiskCommand", "Count what environments and the package cache take."),
    "gc": ("space.CollectCommand", "Take away what nothing needs any more."),
    "doctor": ("doctor.DoctorCommand", "Show where things are and what is wrong with them, and mend it."),
    "unlock": ("doctor.UnlockCommand", "Free an environment whose writer is gone for good."),
    "demo": ("demo.DemoCommand", "Show the whole story on an example, for real."),
}


class EnvsApp(JupyterApp):
    """``jupyter envs``: help, and the way to each command."""

    name = "jupyter-envs"
    version = __version__
    description = "Environments as part of the notebook: create them, pin notebooks to them, build them again anywhere."
    subcommands = {name: (f"jupyter_envs.cli.{where}", help_text) for name, (where, help_text) in COMMANDS.items()}

    def start(self) -> None:
        """Run the chosen command, or say which there are."""
        super().start()
        if self.extra_args:
            print(f"error: there is no command “{self.extra_args[0]}”. See jupyter envs --help.", file=sys.stderr)
            self.exit(2)
        self.print_help()
