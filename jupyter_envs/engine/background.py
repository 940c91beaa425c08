"""What is done after an environment is usable: its modules are compiled for all later environments, and what
everything takes on disk is measured.

A request is a file in ``CACHE/background/``, so that it outlives whoever made it; one process at a time works them off,
at the lowest priority, and may be ended at any moment. Nobody waits for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_envs import usage
from jupyter_envs.engine import bytecode, cache, current
from jupyter_envs.engine.messages import packages_from_json, packages_to_json
from jupyter_envs.errors import EnvsError
from jupyter_envs.files import write_atomically
from jupyter_envs.models import Package

LOWEST = 19
# as a worker starts, but without anything on its pipes
START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from jupyter_envs.engine.background import main
main()
"""


class Background:
    """Requests for one cache, and the processes that were started for them."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, env: Mapping[str, str]) -> None:
        """See that somebody works off what was asked for; returns at once."""
        self._started = [process for process in self._started if process.poll() is None]
        argv = [sys.executable, "-I", "-c", START, json.dumps([path for path in sys.path if path])]
        silent = subprocess.DEVNULL
        process = subprocess.Popen(
            [*argv, str(self._cache_dir)], stdin=silent, stdout=silent, stderr=silent, env=env, start_new_session=True
        )
        self._started.append(process)

    def wait(self) -> None:
        """Wait until what was started here has done all that was asked for."""
        for process in self._started:
            process.wait()

    def end(self) -> None:
        """End what was started here; what is still asked for waits for the next request."""
        for process in self._started:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._started = []


def requests_dir(cache_dir: Path) -> Path:
    """Where requests wait."""
    return cache_dir / "background"


def ask_compile(cache_dir: Path, prefix: Path, packages: Sequence[Package], shared: Sequence[Path] = ()) -> None:
    """Ask for the compiled modules of a prefix; the ``shared`` caches may have some already."""
    folders = [str(folder) for folder in shared]
    ask(cache_dir, {"prefix": str(prefix), "packages": packages_to_json(packages), "shared_caches": folders})


def ask_measure(
    cache_dir: Path, environments: Mapping[str, Sequence[Path]], result: Path, shared: Sequence[Path] = ()
) -> None:
    """Ask for a measurement of the environments, the cache and what else they share, to be left in ``result``."""
    listed = {name: [str(prefix) for prefix in prefixes] for name, prefixes in environments.items()}
    ask(cache_dir, {"environments": listed, "result": str(result), "shared": [str(folder) for folder in shared]})


def ask(cache_dir: Path, request: Mapping[str, object]) -> None:
    """Leave a request."""
    folder = requests_dir(cache_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.time_ns():020}-{secrets.token_hex(4)}.json"
    write_atomically(path, json.dumps(request), lasting=False)


def run(cache_dir: Path) -> None:
    """Work until nothing is asked for any more, unless another process does."""
    folder = requests_dir(cache_dir)
    while any(folder.glob("*.json")):
        # who came while the lock was held has left, and relies on this look at the folder
        try:
            with FileLock(folder / ".lock", timeout=0):
                for request in pending(folder):
                    # one that a crash of the machine has left damaged asks for nothing
                    with contextlib.suppress(EnvsError, OSError, ValueError, KeyError, TypeError):
                        carry_out(request, cache_dir)
                    request.unlink(missing_ok=True)
        except Timeout:
            return


def pending(folder: Path) -> Iterator[Path]:
    """The requests, until there are none."""
    while found := sorted(folder.glob("*.json")):
        yield from found


def carry_out(request: Path, cache_dir: Path) -> None:
    """Do what a request asks for."""
    content = json.loads(request.read_bytes())
    if "result" in content:
        listed = {name: [Path(prefix) for prefix in found] for name, found in content["environments"].items()}
        usage.save(usage.measure(listed, cache_dir, *map(Path, content["shared"])), Path(content["result"]))
    else:
        current.share(content.get("shared_caches", ()))
        compile_modules(Path(content["prefix"]), packages_from_json(content["packages"]), cache_dir)


def compile_modules(prefix: Path, packages: Sequence[Package], cache_dir: Path) -> None:
    """Compile what is missing, then give it to the environment that was the reason, too."""
    if prefix.is_dir():
        with cache.in_use(cache_dir):
            bytecode.compile_missing(packages, prefix, cache_dir)
            bytecode.link(packages, prefix, cache_dir)


def main() -> None:
    """The program of a background process; its argument is the cache."""
    if hasattr(os, "nice"):
        os.nice(LOWEST)
    run(Path(sys.argv[2]))
