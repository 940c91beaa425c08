"""Conda's name for the machine that this runs on, and where its user is at home."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

SYSTEMS = {"linux": "linux", "darwin": "osx", "win32": "win"}
MACHINES = {"x86_64": "64", "amd64": "64", "arm64": "arm64", "aarch64": "aarch64", "ppc64le": "ppc64le"}
# Windows and Linux disagree on the name of the same processor
WINDOWS_ARM = {"win-aarch64": "win-arm64", "linux-arm64": "linux-aarch64"}


def current_platform() -> str:
    """The platform's name in channels and locks (conda's "subdir"), such as ``linux-64`` or ``osx-arm64``."""
    machine = platform.machine().lower()
    name = f"{SYSTEMS.get(sys.platform, sys.platform)}-{MACHINES.get(machine, machine)}"
    return WINDOWS_ARM.get(name, name)


def homes() -> tuple[str, ...]:
    """The user's home folder: as it is called, and where that leads if it is a link."""
    home = str(Path.home())
    return tuple(dict.fromkeys((home, os.path.realpath(home))))
