"""The server's own time for a list of hundreds of environments."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Literal

from tests.support.client import API
from tests.support.lab import Lab

from .measure import Result, Timing

STARTS = 5
REQUESTS = 40
# app, environments, most seconds
CASES: tuple[tuple[Literal["jupyterlab", "jupyter_server"], int, float], ...] = (
    ("jupyter_server", 200, 0.020),
    ("jupyterlab", 200, 0.020),
    ("jupyter_server", 1000, 0.050),
)

# what somebody types, letter by letter: the first that is asked for, and the later ones
TYPED = ["nu", "num", "nump", "numpy", "ip", "ipykernel", "ipykernel%206", "py", "python%3C3", "absent"]

_SERVED = re.compile(r"200 GET /jupyter-envs/api/environments(\?package=\S*)? .*?([\d.]+)ms")


def measure(root_dir: Path, folder: Path) -> list[Result]:
    """The first list of a new server, and the later ones.

    ``root_dir`` holds one environment, which is multiplied: its record and what conda knows of it, not its files.
    """
    original = next(path.parent for path in root_dir.glob("*/environment.json"))
    results = []
    for app, environments, limit in CASES:
        many = folder / f"many-{environments}"
        for number in range(0 if many.exists() else environments):
            multiply(original, many / f"environment-{number:04}")
        served = [_served(app, many, environments, folder / f"{app}-{environments}-{start}") for start in range(STARTS)]
        lists, filtered = [lists for lists, _ in served], [filtered for _, filtered in served]
        what = f"GET of {environments} environments, {app}, server time"
        results += [
            Result(f"{what}, first", Timing(tuple(seconds[0] for seconds in lists)), limit),
            Result(f"{what}, later", Timing(tuple(second for seconds in lists for second in seconds[1:])), limit),
            Result(f"{what}, by package, first", Timing(tuple(seconds[0] for seconds in filtered)), 5 * limit),
            Result(
                f"{what}, by package", Timing(tuple(second for seconds in filtered for second in seconds[1:])), limit
            ),
        ]
    return results


def _served(
    app: Literal["jupyterlab", "jupyter_server"], root_dir: Path, count: int, home: Path
) -> tuple[list[float], list[float]]:
    """Seconds that a new server says it took for each of `REQUESTS` lists, then for each text of `TYPED`."""
    settings = {"Manager": {"root_dir": str(root_dir)}, "ServerApp": {"log_level": "DEBUG"}}
    with Lab(home, settings, app=app) as server:
        for _ in range(REQUESTS):
            assert len(server.get(f"{API}environments").json()["environments"]) == count
        for text in TYPED:
            server.get(f"{API}environments?package={text}").json()
    served = _SERVED.findall(server.log.read_text())
    lists = [float(seconds) / 1000 for package, seconds in served if not package]
    filtered = [float(seconds) / 1000 for package, seconds in served if package]
    assert (len(lists), len(filtered)) == (REQUESTS, len(TYPED)), server.log.read_text()[-2000:]
    return lists, filtered


def multiply(original: Path, copy: Path) -> None:
    """Another environment with the same record and what conda knows of it, without its files."""
    record = json.loads((original / "environment.json").read_text())
    prefix = Path("g", record["current"])
    shutil.copytree(original / prefix / "conda-meta", copy / prefix / "conda-meta", copy_function=os.link)
    (copy / "environment.json").write_text(json.dumps({**record, "name": copy.name}))
