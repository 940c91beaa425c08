"""Conda's name for the machine that this runs on."""

from __future__ import annotations

import platform
import sys

SYSTEMS = {"linux": "linux", "darwin": "osx", "win32": "win"}
MACHINES = {"x86_64": "64", "amd64": "64", "arm64": "arm64", "aarch64": "aarch64", "ppc64le": "ppc64le"}
# Windows and Linux disagree on the name of the same processor
WINDOWS_ARM = {"win-aarch64": "win-arm64", "linux-arm64": "linux-aarch64"}


def current_platform() -> str:
    """The platform's name in channels and locks (conda's "subdir"), such as ``linux-64`` or ``osx-arm64``."""
    machine = platform.machine().lower()
    name = f"{SYSTEMS.get(sys.platform, sys.platform)}-{MACHINES.get(machine, machine)}"
    return WINDOWS_ARM.get(name, name)
