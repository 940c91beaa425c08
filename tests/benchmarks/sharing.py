"""What further environments of the same packages cost: bytes of their own, and the first import in them."""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jupyter_envs.engine import bytecode
from jupyter_envs.manager import Manager
from jupyter_envs.models import SilentReporter
from jupyter_envs.usage import Tally

from .creation import create
from .measure import Result, Timing, timed

MOST_OF_A_COPY = 0.03
SLOWEST_IMPORT = 1.2
HEAVY = "import ipykernel.kernelapp"


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


def seconds(prefix: Path) -> float:
    """How long a new interpreter takes to import much."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    argv = [str(prefix / "bin/python"), "-I", "-c", HEAVY]
    return timed(lambda: subprocess.run(argv, check=True, env=env))
