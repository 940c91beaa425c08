"""What further environments of the same packages cost: bytes of their own, and the first import in them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import uv

from jupyter_envs.engine import bytecode
from jupyter_envs.manager import Manager
from jupyter_envs.models import SilentReporter
from jupyter_envs.usage import Tally
from tests.support.lab import PROJECT

from .creation import create
from .measure import Result, Timing, timed

MOST_OF_A_COPY = 0.03
SLOWEST_IMPORT = 1.2
HEAVY = "import ipykernel.kernelapp"
PANDAS = "import pandas"
BUILD = """
import sys
from pathlib import Path
from tests.localchannel import build_channel
build_channel(Path(sys.argv[1]), ["ipykernel", "pandas"], samples=False)
"""


@dataclass(frozen=True)
class Bytes(Timing):
    """The same table, for bytes: ``seconds`` are kilobytes here."""

    def __str__(self) -> str:
        return f"{self.median:.0f} kB [{min(self.seconds):.0f} to {max(self.seconds):.0f}]"


async def measure(manager: Manager, runs: int) -> list[Result]:
    """The first environment's modules are compiled; then each run makes one more, and imports in it twice."""
    first = await create(manager, "shared")
    packages = list((await manager.environment("shared")).packages)
    await asyncio.to_thread(bytecode.compile_missing, packages, first, Path(manager.cache_dir))
    own, whole, cold, warm = [], [], [], []
    for number in range(runs):
        prefix = await create(manager, f"shared-{number}")
        tally = Tally(prefix)
        own.append(tally.own / 1000)
        whole.append(tally.total / 1000)
        cold.append(await asyncio.to_thread(seconds, prefix))
        warm.append(await asyncio.to_thread(seconds, prefix))
    for number in range(runs):
        await manager.remove(f"shared-{number}", SilentReporter())
    a_copy = Bytes(tuple(whole))
    return [
        Result("a further environment's own bytes", Bytes(tuple(own)), MOST_OF_A_COPY, a_copy, "a full copy"),
        Result(f"first {HEAVY}", Timing(tuple(cold)), SLOWEST_IMPORT, Timing(tuple(warm)), "second import"),
    ]


def channel_with_pandas(folder: Path) -> str:
    """The address of a channel with pandas and numpy of PyPI, which are fetched now, beside the usual packages.

    Called with the user's own environment, in which the settings of the package index may be.
    """
    site, place = folder / "site", folder / "channel"
    argv = [uv.find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(site), "pandas"]
    subprocess.run(argv, check=True)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(PROJECT)])}
    subprocess.run([sys.executable, "-c", BUILD, str(place)], check=True, env=env)
    return place.as_uri()


async def pandas(manager: Manager, runs: int) -> Result:
    """The first import in further environments of a lock whose modules are compiled, against the second one there."""
    packages = ("python", "ipykernel", "pandas")
    prefix = await create(manager, "pandas", packages)
    found = list((await manager.environment("pandas")).packages)
    await asyncio.to_thread(bytecode.compile_missing, found, prefix, Path(manager.cache_dir))
    cold, warm = [], []
    for number in range(runs):
        again = await create(manager, f"pandas-{number}", packages)
        cold.append(await asyncio.to_thread(seconds, again, PANDAS))
        warm.append(await asyncio.to_thread(seconds, again, PANDAS))
        await manager.remove(f"pandas-{number}", SilentReporter())
    return Result(f"first {PANDAS}", Timing(tuple(cold)), SLOWEST_IMPORT, Timing(tuple(warm)), "second import")


def seconds(prefix: Path, heavy: str = HEAVY) -> float:
    """How long a new interpreter takes to import much."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    argv = [str(prefix / "bin/python"), "-I", "-c", heavy]
    return timed(lambda: subprocess.run(argv, check=True, env=env))
