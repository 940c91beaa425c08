"""What goes into `Manager.binder` and what comes out."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from jupyter_envs.binder import Badge, Estimate, Link, Mode, Repository, State, badge
from jupyter_envs.manager.requests import Documents

LONGEST_DIFFERENCE = 400  # lines


class Places(Documents, Protocol):
    """`Documents` that are, or may be, folders of a disk."""

    def place(self, path: str) -> Path | None:
        """Where a path is on the disk; None if it is on none. Links are resolved."""

    async def exists(self, path: str) -> bool:
        """Whether there is a file."""

    async def make_folder(self, path: str) -> None:
        """Make a folder if it is not there; its parent must be."""


@dataclass(frozen=True)
class BinderRequest:
    """Notebooks of one repository, and what is wanted for them.

    ``write`` writes the files, if ``confirmed`` is the `BinderReport.hash` that was shown; those that people wrote only
    with ``overwrite`` and that hash. Without ``confirmed`` nothing was shown, and what people wrote is kept.
    ``ref`` is a commit, branch or tag of the checkout (its head if empty), ``repository`` where it is published if that
    is not the remote. ``base_image`` asks for a Dockerfile as well. ``content`` is a git repository to be pulled into
    the environment by nbgitpuller. Empty texts stand for what is configured.
    """

    notebooks: tuple[str, ...]
    mode: Mode = "locked"
    write: bool = False
    confirmed: str = ""
    overwrite: bool = False
    hub: str = ""
    ref: str = ""
    repository: str = ""
    dockerfile: bool = False
    base_image: str = ""
    content: str = ""


@dataclass(frozen=True)
class Finding:
    """Something that Binder would stumble over: a code, one sentence, and what to do."""

    code: str
    message: str
    fix: str
    path: str = ""


@dataclass(frozen=True)
class Change:
    """A file to write (path relative to the repository's top), and what is there."""

    path: str
    text: str
    before: str | None
    state: State

    @property
    def difference(self) -> str:
        """A unified difference, cut if it is long."""
        old = (self.before or "").splitlines()
        found = list(difflib.unified_diff(old, self.text.splitlines(), self.path, self.path, lineterm=""))
        more = len(found) - LONGEST_DIFFERENCE
        return "\n".join([*found[:LONGEST_DIFFERENCE], *([f"… {more} more lines"] if more > 0 else [])])

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``BinderFile``."""
        return {"path": self.path, "state": self.state.value, "difference": self.difference}


@dataclass(frozen=True)
class BinderReport:
    """The preflight's outcome; ``links`` (one for each notebook) is empty where nobody can say what they would open.

    ``followed``: builds on this hub can be followed.
    """

    notebooks: tuple[str, ...]
    mode: Mode
    hub: str
    repository: Repository | None
    commit: str
    links: tuple[Link, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    changes: tuple[Change, ...]
    written: tuple[str, ...]
    estimate: Estimate
    followed: bool = False

    @property
    def link(self) -> Link | None:
        """The link to the first notebook."""
        return self.links[0] if self.links else None

    @property
    def badge(self) -> Badge | None:
        """The link as a badge."""
        return badge(self.link) if self.link else None

    @property
    def hash(self) -> str:
        """SHA-256 over what is there and what would be written."""
        content = [(change.path, change.before, change.text) for change in self.changes]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``BinderReport``."""
        repository = self.repository
        return {
            "notebooks": list(self.notebooks),
            "mode": self.mode,
            "hub": self.hub,
            "repository": {"provider": repository.provider, "name": repository.name} if repository else None,
            "commit": self.commit,
            "link": self.link.url if self.link else None,
            "badge": self.badge.to_json() if self.badge else None,
            "links": [
                {"notebook": notebook, "url": link.url, "badge": badge(link).to_json()}
                for notebook, link in zip(self.notebooks, self.links, strict=False)
            ],
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
            "files": [change.to_json() for change in self.changes],
            "written": list(self.written),
            "estimate": self.estimate.to_json(),
            "followed": self.followed,
            "hash": self.hash,
        }
