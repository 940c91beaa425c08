"""``python -m jupyter_envs``."""

from jupyter_envs.cli import main

main()
