"""Makes an interpreter that is linked against a shared libpython movable.

Such an interpreter may look for its library in one absolute folder, and a copy of it would go on loading the
original. Only ``patchelf`` is asked to change that; where there is none, None is the answer, not a guess.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_TIMEOUT = 60.0
"""Seconds that patchelf, or fetching it, may take."""

MOVABLE_RPATH = "$ORIGIN/../lib"


def movable(executable: Path) -> bytes | None:
    """The content of ``executable`` with the library search path `MOVABLE_RPATH`.

    None when neither an installed ``patchelf`` nor one fetched by uv does it.
    """
    with tempfile.TemporaryDirectory(prefix="relocate-") as folder:
        copy = Path(folder) / executable.name
        for command in _patchelf_commands():
            shutil.copyfile(executable, copy)
            if _runs([*command, "--set-rpath", MOVABLE_RPATH, str(copy)]):
                return copy.read_bytes()
    return None


def _patchelf_commands() -> Iterator[list[str]]:
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    patchelf = shutil.which("patchelf", path=search)
    if patchelf:
        yield [patchelf]
    uv = shutil.which("uv", path=search)
    if uv:
        yield [uv, "tool", "run", "--quiet", "patchelf"]


def _runs(command: list[str]) -> bool:
    environment = {"UV_HTTP_TIMEOUT": "5", "UV_HTTP_RETRIES": "0", **os.environ}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
