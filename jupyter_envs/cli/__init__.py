"""The command line: ``jupyter envs …``, the same manager and the same configuration as the server's."""


def main() -> None:
    """Run the command that the arguments name, and exit with its status."""
    from jupyter_envs.cli.app import EnvsApp  # noqa: PLC0415  # nothing else needs it, and it takes time to import

    EnvsApp.launch_instance()
