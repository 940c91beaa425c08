"""A Jupyter server that writes down how late its event loop is, in ``~/stalls``, and whose engine can flood its log.

Each line of the file is one second: the longest delay of a callback in it, in milliseconds. Run as a module.
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
    loop, worst, since = asyncio.get_running_loop(), 0.0, 0.0
    with (Path.home() / "stalls").open("a") as file:
        while True:
            before = loop.time()
            await asyncio.sleep(TICK)
            late = loop.time() - before - TICK
            worst, since = max(worst, late), since + late + TICK
            if since >= 1:
                file.write(f"{1000 * worst:.1f}\n")
                file.flush()
                worst, since = 0.0, 0.0


if __name__ == "__main__":
    process.START = START
    LoadedApp.launch_instance()
