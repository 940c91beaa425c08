"""Virtual packages of machines that are not this one: what a solve for another platform may take for granted. Pure.

The table holds what people's machines have today, not what the newest ones have: a lock that asks for less runs on
more of them. Reasons:

===============  ========  ==================================================================================
``__linux``      4.18      the kernel of the enterprise distributions of 2019, the oldest that are maintained
``__glibc``      2.28      theirs as well, and what uv is told for wheels (``manylinux_2_28``)
``__osx``        13.0      what uv takes for wheels; older systems get no security updates any more
``__win``        0         conda packages ask only whether it is Windows
``__archspec``   lowest    x86_64 (not v3 or v4), aarch64, m1: the instructions that every such machine has
``__cuda``       –         only where it is asked for: most machines have none, and such builds are large
===============  ========  ==================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import InvalidInput

GLIBC = "2.28"
LINUX = "4.18"
MACOS = "13.0"
PROCESSORS = {
    "64": "x86_64",
    "32": "x86",
    "aarch64": "aarch64",
    "arm64": "aarch64",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}
KNOWN = (
    "linux-64", "linux-aarch64", "linux-ppc64le", "linux-s390x", "linux-riscv64", "linux-32",
    "osx-64", "osx-arm64", "win-64", "win-arm64", "win-32",
)  # fmt: skip

_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}\Z")

Virtual = tuple[str, str, str]

# conda's own variables, which count for the machine that they are set on
VARIABLES = {
    "__cuda": "CONDA_OVERRIDE_CUDA",
    "__glibc": "CONDA_OVERRIDE_GLIBC",
    "__osx": "CONDA_OVERRIDE_OSX",
    "__archspec": "CONDA_OVERRIDE_ARCHSPEC",
}


@dataclass(frozen=True)
class System:
    """What a solve should take for granted instead: versions of CUDA, glibc and macOS; an empty one is not said."""

    cuda: str = ""
    glibc: str = ""
    macos: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no version. Raises `InvalidInput`."""
        for name, version in (("cuda", self.cuda), ("glibc", self.glibc), ("macos", self.macos)):
            if version and not _VERSION.match(version):
                raise InvalidInput(
                    f"“{version[:40]}” is no version of {name}.",
                    hints=("Write digits and points, such as 12.4.",),
                    key=name,
                )

    def overrides(self, platform: str) -> dict[str, str]:
        """Virtual package to version, of what is said and concerns ``platform``."""
        system = platform.partition("-")[0]
        said = {
            "__cuda": self.cuda if system in ("linux", "win") else "",
            "__glibc": self.glibc if system == "linux" else "",
            "__osx": self.macos if system == "osx" else "",
        }
        return {name: version for name, version in said.items() if version}

    def in_words(self, platform: str) -> str:
        """`overrides` as one text, as a lock keeps it; empty where nothing is said."""
        return " ".join(f"{name}={version}" for name, version in sorted(self.overrides(platform).items()))


THIS_SYSTEM = System()


def check_platform(platform: str) -> str:
    """``platform`` itself. Raises `InvalidInput` unless conda has such a platform."""
    if platform not in KNOWN:
        raise InvalidInput(
            f"“{platform[:40]}” is not a platform.", hints=(f"One of {', '.join(KNOWN)}.",), key="platforms"
        )
    return platform


def of_platform(platform: str, system: System) -> tuple[Virtual, ...]:
    """Name, version and build of the virtual packages of another machine."""
    name, _, processor = platform.partition("-")
    versions = {
        "linux": {"__unix": "0", "__linux": LINUX, "__glibc": GLIBC},
        "osx": {"__unix": "0", "__osx": MACOS},
        "win": {"__win": "0"},
    }[name]
    architecture = "m1" if platform == "osx-arm64" else PROCESSORS[processor]
    packages = with_overrides(((one, version, "0") for one, version in versions.items()), platform, system)
    return (*packages, ("__archspec", "1", architecture))


def with_overrides(packages: Iterable[Virtual], platform: str, system: System) -> tuple[Virtual, ...]:
    """The packages with the versions that ``system`` says for ``platform``."""
    said = system.overrides(platform)
    kept = (package for package in packages if package[0] not in said)
    return (*kept, *((name, version, "0") for name, version in said.items()))
