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
LIMIT = 0.020

_SERVED = re.compile(r"200 GET /jupyter-envs/api/environments .*?([\d.]+)ms")


def measure(root_dir: Path, folder: Path, runs: int) -> Result:
    """``root_dir`` holds one environment, which is multiplied: its record and what conda knows of it, not its files."""
    many = folder / "many"
    original = next(path.parent for path in root_dir.glob("*/environment.json"))
    for number in range(ENVIRONMENTS):
        _multiply(original, many / f"environment-{number:03}")
    settings = {"Manager": {"root_dir": str(many)}, "ServerApp": {"log_level": "DEBUG"}}
    with Lab(folder / "server", settings, app="jupyter_server") as server:
        for _ in range(runs + 1):
            assert len(server.get(f"{API}environments").json()["environments"]) == ENVIRONMENTS
    served = [float(found) / 1000 for found in _SERVED.findall(server.log.read_text())]
    assert len(served) == runs + 1, server.log.read_text()[-2000:]
    return Result(f"GET of {ENVIRONMENTS} environments (server time)", Timing(tuple(served[1:])), LIMIT)


def _multiply(original: Path, copy: Path) -> None:
    record = json.loads((original / "environment.json").read_text())
    prefix = Path("g", record["current"])
    shutil.copytree(original / prefix / "conda-meta", copy / prefix / "conda-meta", copy_function=os.link)
    (copy / "environment.json").write_text(json.dumps({**record, "name": copy.name}))
