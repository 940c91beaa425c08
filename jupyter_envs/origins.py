"""Where a pip package came from that is from no index: ``direct_url.json`` (PEP 610), text to value."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_COMMIT = re.compile(r"[0-9a-f]{40,64}\Z")
# git's own short form of an SSH address: git@host:owner/repository.git
_SHORT_SSH = re.compile(r"(?P<user>[A-Za-z0-9_.-]+)@(?P<host>[A-Za-z0-9.-]+):(?P<path>[^/\s][^\s]*)\Z")


@dataclass(frozen=True)
class Origin:
    """``address`` is what pip takes (``git+https://…@commit``, ``https://…/x.whl``), empty for this machine's files.

    ``archive`` says that it is one file, such as a wheel, and not a folder or a repository. ``folder`` is what an
    editable install points to, on this machine, and ``file`` the address of an archive that was a file of it; neither
    means anything elsewhere.
    """

    address: str = ""
    sha256: str = ""
    editable: bool = False
    folder: str = ""
    archive: bool = False
    file: str = ""


def parse(text: str) -> Origin | None:
    """The origin that ``direct_url.json`` tells; None if it is none that can be understood."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not isinstance(values.get("url"), str):
        return None
    url = values["url"]
    if vcs := _mapping(values, "vcs_info"):
        return Origin(_repository(str(vcs.get("vcs", "git")), url, str(vcs.get("commit_id", "")), values))
    if "dir_info" in values:
        editable = _mapping(values, "dir_info").get("editable") is True
        return Origin(editable=editable, folder=url if editable else "")
    local = url.startswith("file:")
    sha256 = _sha256(_mapping(values, "archive_info"))
    return Origin("" if local else url, sha256, archive=True, file=url if local else "")


def checkout(remote: str, commit: str) -> str:
    """The address of a git checkout's commit; empty where the remote is a folder or no commit is known."""
    if short := _SHORT_SSH.match(remote):
        remote = f"ssh://{short['user']}@{short['host']}/{short['path']}"
    if not re.match(r"(?:https?|ssh|git)://", remote) or not _COMMIT.match(commit):
        return ""
    return f"git+{remote}@{commit}"


def _mapping(values: dict[str, Any], key: str) -> dict[str, Any]:
    found = values.get(key)
    return found if isinstance(found, dict) else {}


def _repository(vcs: str, url: str, commit: str, values: dict[str, Any]) -> str:
    """Empty for a repository that is a folder of this machine."""
    if url.startswith("file:"):
        return ""
    subdirectory = values.get("subdirectory")
    return f"{vcs}+{url}@{commit}" + (f"#subdirectory={subdirectory}" if isinstance(subdirectory, str) else "")


def _sha256(archive: dict[str, Any]) -> str:
    """From ``hashes``, or from the older ``hash``."""
    known = _mapping(archive, "hashes").get("sha256") or str(archive.get("hash", "")).removeprefix("sha256=")
    return known if isinstance(known, str) and re.fullmatch(r"[0-9a-f]{64}", known) else ""
