"""Writes conda packages (``.tar.bz2``) and the ``repodata.json`` of a channel folder.

The same files give the same bytes: members are sorted, and owners, modes and times are fixed. Nothing here looks
into a Python installation, and nothing checks that a package is harmless.
"""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

PLACEHOLDER = "/opt/" + "_placehold" * 25
"""Stands for the prefix in packaged files; 255 characters, the longest prefix that fits into a binary file."""

TIMESTAMP = 1_577_836_800
"""Modification time of every member and build time of every package, in seconds: 2020-01-01. Not 0, which zip files
cannot say."""

FileMode = Literal["text", "binary"]


@dataclass(frozen=True)
class PackagedFile:
    """One file of a package.

    ``path`` is relative to the prefix, POSIX style. A file with a ``target`` is a symbolic link and has no content.
    ``file_mode`` says how `PLACEHOLDER` in the content is replaced when the package is installed; None: not at all.
    """

    path: str
    content: bytes = b""
    executable: bool = False
    file_mode: FileMode | None = None
    target: str | None = None

    @property
    def sha256(self) -> str:
        """Hash (hex) of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Metadata:
    """What ``info/index.json`` says of a package.

    ``entry_points`` (``command = module:function``) are for ``noarch: python`` packages, whose commands the installer
    writes. ``site_packages`` is for the interpreter. ``timestamp`` is the build time in seconds since 1970.
    """

    name: str
    version: str
    subdir: str
    build: str
    depends: tuple[str, ...] = ()
    noarch: Literal["python", "generic"] | None = None
    entry_points: tuple[str, ...] = ()
    license: str | None = None
    site_packages: str | None = None
    timestamp: int = TIMESTAMP
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """Name of the archive in the channel folder."""
        return f"{self.name}-{self.version}-{self.build}.tar.bz2"

    def index(self) -> dict[str, Any]:
        """The content of ``info/index.json``."""
        index: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "build_number": 0,
            "depends": list(self.depends),
            "constrains": [],
            "subdir": self.subdir,
            "timestamp": self.timestamp * 1000,
        }
        optional = {"noarch": self.noarch, "license": self.license, "python_site_packages_path": self.site_packages}
        return {**index, **{key: value for key, value in optional.items() if value is not None}, **self.extra}


def write_package(channel: Path, metadata: Metadata, files: Iterable[PackagedFile]) -> Path:
    """Write one package into its folder of ``channel``.

    Returns the archive's path. Raises OSError when it cannot be written.
    """
    folder = channel / metadata.subdir
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / metadata.file_name
    content = sorted(files, key=lambda file: file.path)
    with bz2.open(path, "wb", compresslevel=1) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for file in [*_info(metadata, content), *content]:
            _add(archive, file)
    return path


def write_repodata(channel: Path, subdir: str) -> None:
    """Write ``repodata.json`` over the packages in one folder of ``channel``, which may have none."""
    folder = channel / subdir
    folder.mkdir(parents=True, exist_ok=True)
    packages = {path.name: _record(path) for path in sorted(folder.glob("*.tar.bz2"))}
    repodata = {
        "info": {"subdir": subdir},
        "packages": packages,
        "packages.conda": {},
        "removed": [],
        "repodata_version": 1,
    }
    (folder / "repodata.json").write_text(json.dumps(repodata, indent=1, sort_keys=True), encoding="utf-8")


def _record(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    with tarfile.open(path, "r:bz2") as archive:
        # it is the first member; asking for it by name would unpack all the others
        member = archive.next()
        stream = archive.extractfile(member) if member else None
        index: dict[str, Any] = json.load(stream) if stream else {}
    return {
        **index,
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }


def _info(metadata: Metadata, files: list[PackagedFile]) -> list[PackagedFile]:
    documents: dict[str, Any] = {
        "index": metadata.index(),
        "paths": {"paths": [_path_entry(file) for file in files], "paths_version": 1},
    }
    if metadata.noarch == "python":
        points = {"type": "python", "entry_points": list(metadata.entry_points)}
        documents["link"] = {"noarch": points, "package_metadata_version": 1}
    listing = "".join(f"{file.path}\n" for file in files)
    return [
        *(_json_file(f"info/{name}.json", document) for name, document in documents.items()),
        PackagedFile("info/files", listing.encode()),
    ]


def _json_file(path: str, document: Any) -> PackagedFile:
    return PackagedFile(path, json.dumps(document, indent=1, sort_keys=True).encode())


def _path_entry(file: PackagedFile) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "_path": file.path,
        "path_type": "hardlink" if file.target is None else "softlink",
        "sha256": file.sha256,
        "size_in_bytes": len(file.content),
    }
    if file.file_mode is not None:
        entry |= {"prefix_placeholder": PLACEHOLDER, "file_mode": file.file_mode}
    return entry


def _add(archive: tarfile.TarFile, file: PackagedFile) -> None:
    member = tarfile.TarInfo(file.path)
    member.mtime = TIMESTAMP
    member.mode = 0o755 if file.executable else 0o644
    if file.target is None:
        member.size = len(file.content)
    else:
        member.type = tarfile.SYMTYPE
        member.linkname = file.target
    archive.addfile(member, io.BytesIO(file.content))
