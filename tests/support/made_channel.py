"""A channel of names, versions and times, for what only solves: nothing in it can be downloaded.

It has several platforms, so that locks for machines that are not here have something to be solved from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

PLATFORMS = ("linux-64", "osx-arm64", "win-64")

# version of a package to what it needs
GLIBCS = {"1.0": "2.17", "1.1": "2.28", "1.2": "2.39"}
MACOSES = {"1.0": "11", "1.1": "13", "1.2": "15"}


@dataclass(frozen=True)
class Made:
    """One package; ``year`` is when it was built, None for a record that states no time."""

    name: str
    version: str
    depends: Sequence[str] = ()
    subdir: str = "noarch"
    year: float | None = 2024
    build: str = "0"
    constrains: Sequence[str] = field(default=())

    @property
    def file_name(self) -> str:
        return f"{self.name}-{self.version}-{self.build}.conda"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.subdir}/{self.file_name}".encode()).hexdigest()

    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "build_number": 0,
            "depends": list(self.depends),
            "constrains": list(self.constrains),
            "subdir": self.subdir,
            "sha256": self.sha256,
            "md5": hashlib.md5(self.file_name.encode(), usedforsecurity=False).hexdigest(),
            "size": 1000,
        }
        if self.year is not None:
            start = datetime(int(self.year), 1, 1, tzinfo=timezone.utc).timestamp()
            record["timestamp"] = int((start + self.year % 1 * 31_557_600) * 1000)
        return record


def write_channel(folder: Path, packages: Iterable[Made]) -> str:
    """Write the channel's data, also over older data; its ``file://`` address."""
    by_subdir: dict[str, dict[str, Any]] = {subdir: {} for subdir in ("noarch", *PLATFORMS)}
    for package in packages:
        by_subdir.setdefault(package.subdir, {})[package.file_name] = package.record()
    for subdir, records in by_subdir.items():
        (folder / subdir).mkdir(parents=True, exist_ok=True)
        data = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": records, "repodata_version": 1}
        (folder / subdir / "repodata.json").write_text(json.dumps(data), encoding="utf-8")
    return folder.as_uri()


def everywhere(name: str, version: str, depends: Sequence[str] = (), **more: Any) -> list[Made]:
    """One package for each of `PLATFORMS`."""
    return [Made(name, version, depends, subdir=platform, **more) for platform in PLATFORMS]


def usual() -> list[Made]:
    """A Python and an ipykernel for each platform, and packages that show something; newest last."""
    return [
        *everywhere("python", "3.11.5", year=2022),
        *everywhere("python", "3.12.1", year=2024),
        Made("ipykernel", "4.1", ["python"], year=2015),
        Made("ipykernel", "6.20", ["python"], year=2022),
        Made("ipykernel", "6.29", ["python"], year=2024),
        Made("pure", "1.0", ["python"], year=2021),
        Made("pure", "2.0", ["python", "helper >=1"], year=2023),
        Made("helper", "1.0", year=2021),
        Made("helper", "1.1", year=2023),
        Made("undated", "1.0", year=None),
        Made("undated", "2.0", year=None),
        Made("onlylinux", "1.0", subdir="linux-64"),
        Made("onlywin", "1.0", ["__win"], subdir="win-64"),
        *(Made("glibcful", version, [f"__glibc >={glibc}"], "linux-64") for version, glibc in GLIBCS.items()),
        *(Made("mac", version, [f"__osx >={macos}"], "osx-arm64") for version, macos in MACOSES.items()),
        Made("gpu", "1.0", build="cpu"),
        *(Made("gpu", "1.1", ["__cuda >=12"], subdir=subdir, build="cuda") for subdir in ("linux-64", "win-64")),
        Made("fast", "1.0", ["__archspec 1 x86_64"], subdir="linux-64"),
    ]  # fmt: skip
