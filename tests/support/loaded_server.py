"""A Jupyter server that writes down how late its event loop is, in ``~/stalls``, and whose engine can flood its log.

Each line of the file is one second: by how many milliseconds each of its callbacks was late. Run as a module.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_server.serverapp import ServerApp

from jupyter_envs.engine import process

START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from tests.support.loaded_worker import main; main()"
TICK = 0.005


class LoadedApp(ServerApp):
    """The server, watched."""

    def start_ioloop(self) -> None:
        self.io_loop.add_callback(watch)
        super().start_ioloop()


async def watch() -> None:
    """Measure for ever."""
    loop, late, since = asyncio.get_running_loop(), list[float](), 0.0
    with (Path.home() / "stalls").open("a") as file:
        while True:
            before = loop.time()
            await asyncio.sleep(TICK)
            took = loop.time() - before
            late.append(1000 * (took - TICK))
            since += took
            if since >= 1:
                file.write(" ".join(f"{one:.1f}" for one in late) + "\n")
                file.flush()
                late, since = [], 0.0


if __name__ == "__main__":
    process.START = START
    LoadedApp.launch_instance()
