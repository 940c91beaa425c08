"""A kernel started by our kernelspec against the same interpreter started without one."""

from __future__ import annotations

import subprocess
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from .measure import Result, alternately, timed

LIMIT = 1.05


def measure(kernel: str, prefix: Path, runs: int) -> Result:
    """``kernel`` is the name of the environment in ``prefix``; started means that it answers."""

    def by_kernelspec(number: int) -> float:
        return _seconds(KernelManager(kernel_name=kernel))

    def directly(number: int) -> float:
        manager = KernelManager()
        argv = [str(prefix / "bin/python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        # the place where the manager keeps the kernelspec that it has found
        manager._kernel_spec = KernelSpec(argv=argv, display_name="direct", language="python")
        return _seconds(manager)

    by_kernelspec(0), directly(0)
    ours, theirs = alternately(runs, by_kernelspec, directly)
    return Result("kernel start", ours, LIMIT, theirs, "same interpreter")


def _seconds(manager: KernelManager) -> float:
    client = manager.blocking_client()

    def start() -> None:
        manager.start_kernel(stderr=subprocess.DEVNULL)
        client.load_connection_info(manager.get_connection_info())
        client.start_channels()
        client.wait_for_ready(timeout=60)

    try:
        return timed(start)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
