"""The server's own time for a list of 200 environments."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from tests.support.client import API
from tests.support.lab import Lab

from .measure import Result, Timing

ENVIRONMENTS = 200
STARTS = 5
REQUESTS = 40
LIMIT = 0.020

_SERVED = re.compile(r"200 GET /jupyter-envs/api/environments .*?([\d.]+)ms")


def measure(root_dir: Path, folder: Path) -> list[Result]:
    """The first list of a new server, and the later ones.

    ``root_dir`` holds one environment, which is multiplied: its record and what conda knows of it, not its files.
    """
    original = next(path.parent for path in root_dir.glob("*/environment.json"))
    for number in range(ENVIRONMENTS):
        _multiply(original, folder / "many" / f"environment-{number:03}")
    served = [_served(folder / "many", folder / f"server-{number}") for number in range(STARTS)]
    first = Timing(tuple(seconds[0] for seconds in served))
    later = Timing(tuple(second for seconds in served for second in seconds[1:]))
    what = f"GET of {ENVIRONMENTS} environments, server time"
    return [Result(f"{what}, first", first, LIMIT), Result(f"{what}, later", later, LIMIT)]


def _served(root_dir: Path, home: Path) -> list[float]:
    """Seconds that a new server says it took for each of `REQUESTS` lists."""
    settings = {"Manager": {"root_dir": str(root_dir)}, "ServerApp": {"log_level": "DEBUG"}}
    with Lab(home, settings, app="jupyter_server") as server:
        for _ in range(REQUESTS):
            assert len(server.get(f"{API}environments").json()["environments"]) == ENVIRONMENTS
    served = [float(found) / 1000 for found in _SERVED.findall(server.log.read_text())]
    assert len(served) == REQUESTS, server.log.read_text()[-2000:]
    return served


def _multiply(original: Path, copy: Path) -> None:
    record = json.loads((original / "environment.json").read_text())
    prefix = Path("g", record["current"])
    shutil.copytree(original / prefix / "conda-meta", copy / prefix / "conda-meta", copy_function=os.link)
    (copy / "environment.json").write_text(json.dumps({**record, "name": copy.name}))
