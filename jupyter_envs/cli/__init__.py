"""The command line: ``jupyter envs …``, the same manager and the same configuration as the server's."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name, and exit with its status; 1 where nobody reads its output any more."""
    from jupyter_envs.cli.app import EnvsApp  # noqa: PLC0415  # nothing else needs it, and it takes time to import

    try:
        EnvsApp.launch_instance()
        sys.stdout.flush()
    except BrokenPipeError:
        # who reads has seen enough; Python must not complain about it once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
