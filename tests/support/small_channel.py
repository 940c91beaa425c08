"""A conda channel of packages that are quick to install and have what a crash can damage: a kernel, many files."""

from __future__ import annotations

import json
from pathlib import Path

from ..localchannel.archive import Metadata, PackagedFile, write_package, write_repodata
from ..localchannel.platforms import current_subdir

FILES = 200


def small_channel(folder: Path, files: int = FILES) -> str:
    """Its ``file://`` address: ``kern`` 1.0 and 2.0 are a kernel, ``extra`` and ``more`` are just files."""
    spec = {"argv": ["kern", "{connection_file}"], "display_name": "Kern", "language": "sh"}
    kernel = PackagedFile("share/jupyter/kernels/kern/kernel.json", json.dumps(spec).encode())
    program = PackagedFile("bin/kern", b'#!/bin/sh\nenv > "$1.env"\nsleep 600\n', executable=True)
    for version in ("1.0", "2.0"):
        _package(folder, "kern", version, [kernel, program, *_many("kern", version, files)])
    for name in ("extra", "more"):
        _package(folder, name, "1.0", _many(name, "1.0", files))
    for subdir in ("noarch", current_subdir()):
        write_repodata(folder, subdir)
    return folder.as_uri()


def _many(name: str, version: str, count: int) -> list[PackagedFile]:
    return [PackagedFile(f"share/{name}/{number}", f"{name} {version} {number}\n".encode()) for number in range(count)]


def _package(folder: Path, name: str, version: str, files: list[PackagedFile]) -> None:
    write_package(folder, Metadata(name, version, current_subdir(), "0", (), license="CC0-1.0"), files)
