"""What is really in a prefix: conda's records, Python distributions, the interpreter's version, its history.

Reads files and writes one (`conda-meta/history`); never runs the interpreter. Works for any conda prefix.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from jupyter_envs import checkouts, conda_history, conda_records, origins
from jupyter_envs.models import Package
from jupyter_envs.origins import Origin
from jupyter_envs.redact import clean_text, clean_url

# a distribution's metadata directly in a site-packages folder, and its name
_IN_SITE = re.compile(r"/site-packages/([^/]+?)-[^/]*\.(?:dist|egg)-info(?:/(?:METADATA|PKG-INFO))?$")
_ONLY_EXTRA = re.compile(r";.*\bextra\s*==")
# the file of a distribution's folder that names it, by the folder's ending
METADATA = {"dist-info": "METADATA", "egg-info": "PKG-INFO"}


@dataclass(frozen=True)
class Contents:
    """All packages of a prefix, and by name the origins of those that pip has from no index."""

    packages: tuple[Package, ...]
    origins: Mapping[str, Origin]


def installed(prefix: Path, platform: str) -> list[Package]:
    """All packages of a prefix: conda's by its records, then those that only pip knows.

    Raises `DiskTrouble`, naming the file, when a record cannot be read.
    """
    return list(contents(prefix, platform).packages)


def contents(prefix: Path, platform: str) -> Contents:
    """`installed`, with where pip packages came from."""
    records = conda_records.read_all(prefix)
    owned = {path for record in records for path in record.metadata}
    pip: list[Package] = []
    found: dict[str, Origin] = {}
    for folder in distributions(prefix, owned):
        package = read_distribution(folder, platform)
        origin = read_origin(folder) if package else None
        if package and origin:
            package = replace(package, url=origin.address, sha256=origin.sha256)
            found[package.name] = origin
        pip += [package] if package else []
    others = {package.name for package in pip}
    conda = [conda_package(record.fields, platform) for record in records if not uninstalled(record, prefix, others)]
    return Contents((*conda, *pip), found)


def uninstalled(record: conda_records.Record, prefix: Path, others: Collection[str]) -> bool:
    """Whether the distributions that a conda package brought are gone, as after ``pip uninstall``; one stat for each.

    Where pip put another version in the place of one, the package counts as there, beside that of pip.
    """
    paths = [path for path in record.metadata if path.count("site-packages/") == 1 and _IN_SITE.search(path)]
    if not paths or any(os.path.exists(f"{prefix}/{path}") for path in paths):  # noqa: PTH110
        return False
    names = {canonicalize_name(match[1]) for path in paths if (match := _IN_SITE.search(path))}
    return not names & set(others)


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


def distributions(prefix: Path, owned: set[str]) -> Iterator[Path]:
    """The metadata of Python distributions that no conda record owns, as pip or uv installed them."""
    for site in sorted(prefix.glob("lib/python3*/site-packages")):
        inside = site.relative_to(prefix).as_posix()
        for name in sorted(entry.name for entry in os.scandir(site)):
            metadata = METADATA.get(name.rpartition(".")[2])
            if metadata and f"{inside}/{name}/{metadata}" not in owned:
                yield site / name


def read_distribution(folder: Path, platform: str) -> Package | None:
    """A `.dist-info` or `.egg-info` folder as a package; None for one without metadata."""
    try:
        path = folder / METADATA[folder.suffix.removeprefix(".")]
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    headers = HeaderParser().parsestr(text, headersonly=True)
    if not headers["Name"] or not headers["Version"]:
        return None
    return Package(canonicalize_name(headers["Name"]), headers["Version"], manager="pip", platform=platform)


def distribution_folders(prefix: Path) -> Iterator[tuple[str, Path]]:
    """The normalised name and the `.dist-info` folder of each distribution."""
    for folder in prefix.glob("lib/python3*/site-packages/*.dist-info"):
        yield canonicalize_name(folder.name.removesuffix(".dist-info").rpartition("-")[0]), folder


def distribution_folder(prefix: Path, name: str) -> Path | None:
    """The `.dist-info` folder of a distribution, by its normalised name."""
    return next((folder for found, folder in distribution_folders(prefix) if found == name), None)


def was_requested(prefix: Path, name: str) -> bool:
    """Whether somebody asked for a distribution by name, rather than that it came along (PEP 376).

    uv marks everything as requested; then what another distribution needs counts as having come along.
    """
    folder = distribution_folder(prefix, name)
    if folder is None or not (folder / "REQUESTED").exists():
        return False
    with contextlib.suppress(OSError):
        if (folder / "INSTALLER").read_text(encoding="utf-8").strip() == "pip":
            return True
    return not any(name in required(other) for other in folder.parent.glob("*.dist-info"))


def required(folder: Path, *, extras: bool = True) -> set[str]:
    """The names of what a distribution needs, whatever the conditions; without ``extras`` not what only those need."""
    with contextlib.suppress(OSError):
        text = (folder / "METADATA").read_text(encoding="utf-8", errors="replace")
        lines = HeaderParser().parsestr(text, headersonly=True).get_all("Requires-Dist") or []
        wanted = (line.strip() for line in lines if extras or not _ONLY_EXTRA.search(line))
        found = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line) for line in wanted)
        return {canonicalize_name(match[0]) for match in found if match}
    return set()


def with_needs(prefix: Path, packages: Iterable[Package]) -> list[Package]:
    """The packages, those of pip with the names of what they need; what only an extra needs is left out."""
    folders = dict(distribution_folders(prefix))
    return [
        replace(package, depends=tuple(sorted(required(folders[package.name], extras=False))))
        if package.manager == "pip" and package.name in folders
        else package
        for package in packages
    ]


def read_origin(folder: Path) -> Origin | None:
    """Where a distribution came from, if from no index; of an editable install the commit that is checked out."""
    try:
        origin = origins.parse((folder / "direct_url.json").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    if origin is None or not origin.folder:
        return origin
    return replace(origin, address=checkouts.describe(origin.folder))


def requested(prefix: Path, names: Iterable[str]) -> tuple[str, ...]:
    """The match specs that the prefix's history says were asked for, of packages that are still there."""
    try:
        text = (prefix / "conda-meta" / "history").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return conda_history.requested(text, names)


def variables(prefix: Path) -> dict[str, str]:
    """The variables that ``conda env config vars`` has set."""
    try:
        found = json.loads((prefix / "conda-meta" / "state").read_bytes()).get("env_vars", {})
        # conda's way to say that a variable was taken out again
        return {str(name): str(value) for name, value in found.items() if value != "***unset***"}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}


def with_hashes(
    found: Iterable[Package], locked: Iterable[Package], origins: Mapping[str, Origin] | None = None
) -> list[Package]:
    """Pip packages with the URL and hash of the lock where name and version agree: their own folder has none.

    With ``origins``, what was installed from a folder or a repository is not taken for what the lock means.
    """
    known = {(package.name, package.version): package for package in locked if package.manager == "pip"}
    others = {name for name, origin in (origins or {}).items() if not origin.archive}
    return [
        known.get((package.name, package.version), package)
        if package.manager == "pip" and package.name not in others
        else package
        for package in found
    ]


def python_version(packages: Iterable[Package]) -> str | None:
    """The version of the ``python`` package."""
    return next((package.version for package in packages if package.name == "python"), None)


def virtual_python(prefix: Path) -> str | None:
    """The version of the Python that a virtual environment is of, as it says itself."""
    try:
        text = (prefix / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^version(?:_info)? *= *(\S+)", text, re.MULTILINE)
    return found[1] if found else None


def write_history(prefix: Path, packages: Sequence[Package], specs: Sequence[str], when: datetime) -> None:
    """`conda-meta/history`, in the form that conda's `history.py` reads: what came in and was asked for, no secrets."""
    lines = [f"==> {when:%Y-%m-%d %H:%M:%S} <==", "# cmd: jupyter envs"]
    lines += [f"+{channel_and_subdir(package)}::{file_stem(package)}" for package in packages]
    lines.append(f"# update specs: {json.dumps([clean_text(spec) for spec in specs])}")
    path = prefix / "conda-meta" / "history"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def channel_and_subdir(package: Package) -> str:
    """The package's channel and folder, without file and secret: ``https://example.org/channel/linux-64``."""
    return clean_url(package.url)[0].rsplit("/", 1)[0]


def file_stem(package: Package) -> str:
    """``name-version-build``, as conda writes it."""
    stem = package.url.rsplit("/", 1)[-1]
    return re.sub(r"\.(conda|tar\.bz2)$", "", stem) or f"{package.name}-{package.version}-{package.build}"
