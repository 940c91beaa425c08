"""A lock of 500 packages read and written; an environment of 300 packages exported from its records on disk."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_envs import exports, lockfile
from jupyter_envs.manager.exporting import source_of_prefix
from jupyter_envs.models import Lock, Package

from .measure import Result, Timing, timed

LOCKED, INSTALLED, WHEELS = 500, 300, 30
LIMIT = 0.050
CHANNEL = "https://conda.example.org/forge"
PLATFORM = "linux-64"
# files of a package: the mean of an environment with Python, ipykernel, numpy and pandas
FILES = 350


def measure(folder: Path, runs: int) -> list[Result]:
    """The prefix is made below ``folder``; nothing but the system's file cache is kept from one run to the next."""
    packages = tuple(_package(number) for number in range(LOCKED))
    lock = Lock(packages, (CHANNEL,), (PLATFORM,), {PLATFORM: "0" * 64})
    text = lockfile.write(lock)
    assert lockfile.parse(text) == replace(lock, packages=lock.for_platform(PLATFORM))
    prefix = folder / "three-hundred"
    size = _fill(prefix, packages[:INSTALLED])
    results = [
        _result(f"lock of {LOCKED} packages, parse and write", lambda: lockfile.write(lockfile.parse(text)), runs),
        _result(f"lock of {LOCKED} packages, parse", lambda: lockfile.parse(text), runs),
        _result(f"lock of {LOCKED} packages, write", lambda: lockfile.write(lock), runs),
    ]
    for format in ("full", "from-history", "explicit", "conda-lock"):
        what = f"export {format}, {INSTALLED} packages ({size / 1e6:.0f} MB of records)"
        results.append(_result(what, partial(_export, prefix, format), runs))
    return results


def _export(prefix: Path, format: str) -> str:
    source = source_of_prefix(prefix, PLATFORM)
    if format == "conda-lock":
        # wheels have no hash on disk
        source = replace(source, packages=source.of("conda"))
    text = exports.write(source, format).text
    assert text.count("\n") > (INSTALLED if format != "from-history" else 10)
    return text


def _result(what: str, action: Callable[[], object], runs: int) -> Result:
    action()
    return Result(what, Timing(tuple(timed(action) for _ in range(runs))), LIMIT)


def _package(number: int) -> Package:
    name, build = f"package-{number:03}", f"py312h{number:07x}_{number % 4}"
    depends = tuple(f"package-{(number + 37 * step) % LOCKED:03} >=1.{step},<2.0a0" for step in range(2, 8))
    file = f"{name}-1.{number}.0-{build}.conda"
    digest = hashlib.sha256(file.encode()).hexdigest()
    return Package(
        name=name,
        version=f"1.{number}.0",
        platform=PLATFORM,
        build=build,
        build_number=number % 4,
        subdir=PLATFORM,
        url=f"{CHANNEL}/{PLATFORM}/{file}",
        sha256=digest,
        md5=digest[:32],
        size=1000 * number,
        depends=depends,
    )


def _fill(prefix: Path, packages: tuple[Package, ...]) -> int:
    """Records as conda writes them, a history, and some wheels; how many bytes the records have."""
    meta = prefix / "conda-meta"
    meta.mkdir(parents=True)
    chance = random.Random(7)
    for package in packages:
        record = _record(package, round(chance.expovariate(1 / FILES)) + 1)
        path = meta / f"{package.name}-{package.version}-{package.build}.json"
        path.write_text(json.dumps(record, indent=2, sort_keys=True))
        # a package whose Python distribution is gone counts as uninstalled
        metadata = prefix / record["files"][0]
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\n")
    specs = json.dumps([package.name for package in packages[:20]])
    (meta / "history").write_text(f"==> 2024-05-01 10:00:00 <==\n# cmd: conda create\n# update specs: {specs}\n")
    site = prefix / "lib/python3.12/site-packages"
    for number in range(WHEELS):
        folder = site / f"wheel_{number}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: wheel-{number}\nVersion: 1.0\n\n{'text ' * 2000}"
        )
    return sum(path.stat().st_size for path in meta.iterdir())


def _record(package: Package, count: int) -> dict[str, Any]:
    inside = "lib/python3.12/site-packages"
    module = package.name.replace("-", "_")
    files = [f"{inside}/{module}-{package.version}.dist-info/METADATA"]
    files += [f"{inside}/{module}/sub{number % 9}/module_{number}.py" for number in range(count)]
    paths = [
        {
            "_path": path,
            "path_type": "hardlink",
            "sha256": package.sha256,
            "sha256_in_prefix": package.sha256,
            "size_in_bytes": 1234,
        }
        for path in files
    ]
    return {
        "arch": "x86_64",
        "build": package.build,
        "build_number": package.build_number,
        "channel": f"{CHANNEL}/{PLATFORM}",
        "constrains": [],
        "depends": list(package.depends),
        "extracted_package_dir": f"/opt/pkgs/{package.name}",
        "features": "",
        "files": files,
        "fn": package.url.rpartition("/")[2],
        "license": "BSD-3-Clause",
        "link": {"source": f"/opt/pkgs/{package.name}", "type": 1},
        "md5": package.md5,
        "name": package.name,
        "package_tarball_full_path": f"/opt/pkgs/{package.name}.conda",
        "paths_data": {"paths": paths, "paths_version": 1},
        "requested_spec": "None",
        "sha256": package.sha256,
        "size": package.size,
        "subdir": PLATFORM,
        "timestamp": 1714550400000,
        "track_features": "",
        "url": package.url,
        "version": package.version,
    }
