"""What load costs a server: memory, and how late its event loop is. ``python -m tests.benchmarks.load``.

A table of moments: the server's resident memory, and by how much callbacks that were due every 5 ms were late in each
part: the median, the 99th percentile and the worst. The first line is the idle server on the same machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.localchannel import build_channel
from tests.support.http_server import FileServer
from tests.support.lab import Lab
from tests.support.load import JOBS, Load, put, settings

IDLE_SECONDS = 20.0


class Watch:
    """Prints a line for each part of the load."""

    def __init__(self, server: Lab) -> None:
        self._server = server
        self._seen = 0
        self._since = time.monotonic()

    def moment(self, what: str) -> None:
        if what == "idle":
            time.sleep(IDLE_SECONDS)
        stalls = [float(line) for line in (self._server.home / "stalls").read_text().split()][self._seen :]
        self._seen += len(stalls)
        seconds, self._since = time.monotonic() - self._since, time.monotonic()
        ordered = sorted(stalls) or [0.0]
        high = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
        stall = f"{statistics.median(ordered):.1f} / {high:.0f} / {ordered[-1]:.0f} ms"
        print(f"| {what} | {seconds:.0f} s | {resident(self._server.process.pid):.0f} MB | {stall} |", flush=True)


def resident(pid: int) -> float:
    """Megabytes of memory that a process has now."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200, help="the flood (200)")
    parser.add_argument("--run", type=int, default=20, help=f"of {JOBS} jobs, how many are not cancelled (20)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        channel = build_channel(Path(folder, "channel"), ["ipykernel"], samples=True)
        home = Path(folder, "home")
        home.mkdir()
        with FileServer(channel.path) as served:
            app = Lab(home, settings(served.url, home), app="tests.support.loaded_server")
            with app as server:
                print("| what was done | time | memory | loop late: median / p99 / worst |\n|---|---|---|---|")
                put(server, served, Load(JOBS - options.run, options.megabytes), Watch(server).moment)


if __name__ == "__main__":
    main()
