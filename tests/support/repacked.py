"""Wheels made again from the distributions that are installed beside the tests: real packages without a network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath

from ..localchannel.distribution import closure
from .wheels import PypiFile, pack_wheel

_LINUX = re.compile(r"(?:many|musl)linux[^.]*?_(x86_64|aarch64)(?:\..*)?\Z")
_NOT_OF_THE_WHEEL = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


@cache
def repacked(*names: str) -> tuple[PypiFile, ...]:
    """The named distributions and all they need on this machine, as wheels."""
    return tuple(_wheel(distribution) for distribution in closure(names).values())


def _wheel(distribution: Distribution) -> PypiFile:
    files = dict(_files(distribution))
    (folder,) = {path.split("/")[0] for path in files if path.split("/")[0].endswith(".dist-info")}
    stem = folder.removesuffix(".dist-info")
    tags = _tags(distribution)
    return pack_wheel(distribution.name.lower().replace("_", "-"), f"{stem}-{tags}.whl", folder, files)


def _files(distribution: Distribution) -> Iterator[tuple[str, bytes]]:
    """Path in the wheel and content; scripts are made by who installs it."""
    stem = next(path.parts[0] for path in distribution.files or () if path.parts[0].endswith(".dist-info"))
    for path in distribution.files or ():
        found = Path(str(distribution.locate_file(path)))
        if path.suffix == ".pyc" or path.name in _NOT_OF_THE_WHEEL or "bin" in path.parts or not found.is_file():
            continue
        yield _inside(path, stem.removesuffix(".dist-info")), found.read_bytes()


def _inside(path: PurePosixPath, stem: str) -> str:
    """What lies outside of site-packages goes through the wheel's folder of data."""
    rest = [part for part in path.parts if part != ".."]
    return "/".join([f"{stem}.data", "data", *rest]) if rest != list(path.parts) else str(path)


def _tags(distribution: Distribution) -> str:
    lines = (distribution.read_text("WHEEL") or "").splitlines()
    tags = [line.partition(":")[2].strip().split("-") for line in lines if line.startswith("Tag:")]
    python, abi, platform = (".".join(_once(tag[place] for tag in tags)) for place in range(3))
    # these run where the tests run, whatever its glibc
    return "-".join([python, abi, _LINUX.sub(r"linux_\1", platform)])


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
