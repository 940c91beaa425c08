"""The drift check of an environment of 300 packages: in a fresh process, as each command line call is, and again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jupyter_envs import conda_records, lockfile, prefix
from jupyter_envs.models import Lock

from .measure import Result, Timing
from .writing import CHANNEL, INSTALLED, PLATFORM, _fill, _package

LIMIT = 0.030
PROGRAM = """
import os, sys, time
from pathlib import Path
from jupyter_envs import lockfile, prefix
from jupyter_envs.pin import differences
def check():
    start = time.perf_counter()
    locked = lockfile.parse_again(Path(sys.argv[2]).read_text()).packages
    found = prefix.contents(Path(sys.argv[1]), sys.argv[3])
    assert not differences(locked, prefix.with_hashes(found.packages, locked, found.origins))
    return time.perf_counter() - start
print(check(), check())
"""


def measure(folder: Path, runs: int) -> list[Result]:
    """Lock and records read and compared; what Python imports before is not counted."""
    packages = tuple(_package(number) for number in range(INSTALLED))
    place = folder / "drift"
    _fill(place, packages)
    lock = folder / "drift.yml"
    found = [package for package in prefix.installed(place, PLATFORM) if package.manager == "conda"]
    for wheel in (place / "lib/python3.12/site-packages").glob("wheel_*"):
        (wheel / "METADATA").unlink()
        wheel.rmdir()
    lock.write_text(lockfile.write(Lock(tuple(found), (CHANNEL,), (PLATFORM,), {PLATFORM: "0" * 64})))
    conda_records.write_index(place)
    argv = [sys.executable, "-c", PROGRAM, str(place), str(lock), PLATFORM]
    seconds = []
    for _ in range(runs):
        done = subprocess.run(argv, check=True, capture_output=True, text=True)
        seconds.append([float(word) for word in done.stdout.split()])
    first, again = (Timing(column) for column in zip(*seconds, strict=True))
    what = f"drift check, {INSTALLED} packages"
    return [Result(f"{what}, fresh process", first, LIMIT), Result(f"{what}, again", again, LIMIT)]
