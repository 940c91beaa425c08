"""The extension as people install it: its wheel in a virtual environment of its own. Needs an index of packages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import uv

from .lab import PROJECT


def built(folder: Path) -> Path:
    """The wheel, with the front end that is built in the working tree."""
    subprocess.run([uv.find_uv_bin(), "build", "--wheel", "-q", "-o", str(folder), str(PROJECT)], check=True)
    (found,) = folder.glob("*.whl")
    return found


def installed(venv: Path, *packages: str) -> Path:
    """The interpreter of a new virtual environment with these packages."""
    python = venv / "bin" / "python"
    for command in (["venv", "-q", str(venv)], ["pip", "install", "-q", "--python", str(python), *packages]):
        subprocess.run([uv.find_uv_bin(), *command], check=True)
    return python
