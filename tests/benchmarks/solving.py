"""Solves on a made-up channel of conda-forge's size: 30,000 names, 600,000 records.

Run alone by ``python -m tests.benchmarks.solving``.
Nothing in it is real: names, versions and dependencies come from a generator with a fixed seed. Each package needs up
to five others, mostly of a small set that many need, with lower and upper bounds on their versions. The channel is
served on 127.0.0.1, so what is measured is reading and solving, and hardly any network.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from jupyter_envs.engine.client import Engine
from jupyter_envs.engine.session import Session
from jupyter_envs.models import SilentReporter
from tests.support.http_server import FileServer

from .measure import Result, Timing, table

NAMES = 30_000
VERSIONS = 20
PLATFORM = "linux-64"
SEED = 20240501
# what is asked for: packages of the upper half, which need many others
WANTED = tuple(f"package-{number:05}" for number in range(20_000, 30_000, 1_000))
COLD_LIMIT = 5.0
WARM_LIMIT = 2.0
AGAIN_LIMIT = 0.5


def write_channel(folder: Path, names: int = NAMES, versions: int = VERSIONS) -> Path:
    """The channel's data, half of the names for the platform and half of them for all; the same for the same sizes."""
    chance = random.Random(SEED)
    needs = [_needs(chance, number) for number in range(names)]
    for subdir, remainder in ((PLATFORM, 0), ("noarch", 1)):
        (folder / subdir).mkdir(parents=True)
        with (folder / subdir / "repodata.json").open("w", encoding="utf-8") as file:
            file.write(f'{{"info":{{"subdir":"{subdir}"}},"packages":{{}},"packages.conda":{{')
            records = _records(subdir, range(remainder, names, 2), needs, versions)
            file.writelines(f"{',' if number else ''}\n{record}" for number, record in enumerate(records))
            file.write('},"removed":[],"repodata_version":1}')
    return folder


def _needs(chance: random.Random, number: int) -> list[int]:
    """The packages that one needs, all of them before it, so that nothing needs itself."""
    if number < 10:
        return []
    # of small numbers there are many: the cube leans towards them
    return sorted({int(number * chance.random() ** 3) for _ in range(chance.randint(1, 5))})


def _records(subdir: str, numbers: Sequence[int], needs: Sequence[list[int]], versions: int) -> Iterator[str]:
    for number in numbers:
        name = f"package-{number:05}"
        for version in range(versions):
            bounds = f">=1.{max(0, version - 4)},<1.{version + 2}"
            depends = json.dumps([f"package-{other:05} {bounds}" for other in needs[number]])
            digest = f"{number:05}{version:03}".rjust(64, "0")
            yield (
                f'"{name}-1.{version}-h0_0.conda":{{"build":"h0_0","build_number":0,"depends":{depends},'
                f'"md5":"{digest[32:]}","name":"{name}","sha256":"{digest}","size":100000,"subdir":"{subdir}",'
                f'"timestamp":{1_500_000_000_000 + 1_000_000_000 * version},"version":"1.{version}"}}'
            )


async def measure(folder: Path, runs: int) -> list[Result]:
    """Cold: nothing known of the channel. Warm: its data on disk, a new process. Again: the same process."""
    channel = await asyncio.to_thread(write_channel, folder / "channel")
    cold, warm, again, peaks = [], [], [], []
    with FileServer(channel) as server:
        for number in range(runs):
            cache = folder / f"cache-{number}"
            seconds, peak = await _solves(cache, server.url, 1)
            cold.append(seconds[0])
            seconds, warm_peak = await _solves(cache, server.url, 2)
            warm.append(seconds[0])
            again.append(seconds[1])
            peaks.append((peak, warm_peak))
    cold_peak, warm_peak = (max(column) // 1024 for column in zip(*peaks, strict=True))
    return [
        Result(f"solve of {NAMES * VERSIONS} records, cold, at most {cold_peak} MB", Timing(tuple(cold)), COLD_LIMIT),
        Result(f"the same, data on disk, at most {warm_peak} MB", Timing(tuple(warm)), WARM_LIMIT),
        Result("the same, second solve of a process", Timing(tuple(again)), AGAIN_LIMIT),
    ]


async def _solves(cache: Path, channel: str, times: int) -> tuple[list[float], int]:
    """Seconds of each solve in one new worker, which is ready before; and the worker's peak memory in kB."""
    found: list[float] = []
    engine = Engine(cache, standby=False)
    async with engine.session(SilentReporter()) as session:
        await session.pending([])
        for _ in range(times):
            start = time.perf_counter()
            solution = await session.solve([channel], WANTED, PLATFORM)
            found.append(time.perf_counter() - start)
            assert len(solution.packages) > len(WANTED)
        return found, _peak(session)


def _peak(session: Session) -> int:
    status = Path(f"/proc/{session._worker.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s*(\d+)", status)
    assert found is not None
    return int(found[1])


def main() -> None:
    """Only these, without a kernel or a server: prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.solving")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        results = asyncio.run(measure(Path(folder) / "solving", options.runs))
    print(table(results))
    sys.exit(0 if all(result.reached for result in results) else 1)


if __name__ == "__main__":
    main()
