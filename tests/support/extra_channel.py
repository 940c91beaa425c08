"""A conda channel of a test's own, beside the shared one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..localchannel.archive import Metadata, PackagedFile, write_package, write_repodata
from ..localchannel.platforms import current_subdir


def extra_channel(folder: Path, name: str, version: str, files: Mapping[str, str]) -> str:
    """The ``file://`` address of a channel with one noarch Python package that holds ``files``."""
    metadata = Metadata(name, version, "noarch", "py_0", ("python",), noarch="python", license="CC0-1.0")
    write_package(folder, metadata, [PackagedFile(path, text.encode()) for path, text in files.items()])
    for subdir in ("noarch", current_subdir()):
        write_repodata(folder, subdir)
    return folder.as_uri()
