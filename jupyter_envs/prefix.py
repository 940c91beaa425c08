"""What is really in a prefix: conda's records, Python distributions, the interpreter's version, its history.

Reads files and writes one (`conda-meta/history`); never runs the interpreter. Works for any conda prefix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from jupyter_envs import conda_records
from jupyter_envs.models import Package


def installed(prefix: Path, platform: str) -> list[Package]:
    """All packages of a prefix: conda's by its records, then those that only pip knows.

    Raises `DiskTrouble`, naming the file, when a record cannot be read.
    """
    records = conda_records.read_all(prefix)
    conda = [conda_package(record.fields, platform) for record in records]
    owned = {path for record in records for path in record.metadata}
    return conda + list(distributions(prefix, platform, owned))


def conda_package(record: dict[str, Any], platform: str) -> Package:
    """A conda record as a package."""
    return Package(
        name=record["name"],
        version=str(record.get("version", "")),
        manager="conda",
        platform=platform,
        build=str(record.get("build", "")),
        build_number=int(record.get("build_number", 0)),
        subdir=str(record.get("subdir", "")),
        url=str(record.get("url", "")),
        sha256=str(record.get("sha256") or ""),
        md5=str(record.get("md5") or ""),
        size=record.get("size"),
        depends=tuple(record.get("depends", ())),
    )


def distributions(prefix: Path, platform: str, owned: set[str]) -> Iterable[Package]:
    """Python distributions that no conda record owns, as pip or uv installed them."""
    for site in sorted(prefix.glob("lib/python3*/site-packages")):
        for folder in sorted(site.glob("*.dist-info")):
            if (folder / "METADATA").relative_to(prefix).as_posix() not in owned:
                yield from read_distribution(folder, platform)


def read_distribution(folder: Path, platform: str) -> Iterable[Package]:
    """A `.dist-info` folder as a package; nothing for one without metadata."""
    try:
        text = (folder / "METADATA").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    headers = HeaderParser().parsestr(text, headersonly=True)
    if headers["Name"] and headers["Version"]:
        name = canonicalize_name(headers["Name"])
        yield Package(name, headers["Version"], manager="pip", platform=platform)


def with_hashes(found: Iterable[Package], locked: Iterable[Package]) -> list[Package]:
    """Pip packages with the URL and hash of the lock where name and version agree: their own folder has none."""
    known = {(package.name, package.version): package for package in locked if package.manager == "pip"}
    return [
        known.get((package.name, package.version), package) if package.manager == "pip" else package
        for package in found
    ]


def python_version(packages: Iterable[Package]) -> str | None:
    """The version of the ``python`` package."""
    return next((package.version for package in packages if package.name == "python"), None)


def write_history(prefix: Path, packages: Sequence[Package], specs: Sequence[str], when: datetime) -> None:
    """`conda-meta/history`, in the form that conda's `history.py` reads: what came in, what was asked for."""
    lines = [f"==> {when:%Y-%m-%d %H:%M:%S} <==", "# cmd: jupyter envs"]
    lines += [f"+{channel_and_subdir(package)}::{file_stem(package)}" for package in packages]
    lines.append(f"# update specs: {json.dumps(list(specs))}")
    path = prefix / "conda-meta" / "history"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def channel_and_subdir(package: Package) -> str:
    """The package's channel and folder, without the file: ``https://example.org/channel/linux-64``."""
    return package.url.rsplit("/", 1)[0]


def file_stem(package: Package) -> str:
    """``name-version-build``, as conda writes it."""
    stem = package.url.rsplit("/", 1)[-1]
    return re.sub(r"\.(conda|tar\.bz2)$", "", stem) or f"{package.name}-{package.version}-{package.build}"
