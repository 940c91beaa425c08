"""A Jupyter server on a machine where no Python fits: see `standalone.START`. Run as a module."""

from __future__ import annotations

from jupyter_server.serverapp import main

from jupyter_envs.engine import process

from .standalone import START

if __name__ == "__main__":
    process.START = START
    main()
