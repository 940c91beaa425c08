"""What `jupyter envs doctor` looks for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jupyter_envs import kernelspec
from jupyter_envs._version import __version__
from jupyter_envs.discovery import Problem
from jupyter_envs.errors import EnvsError
from jupyter_envs.store import Store


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and how to mend it."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True)
class Report:
    """Facts by name, and findings."""

    facts: Mapping[str, str]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """``{"facts": {…}, "findings": [{code, message, hint}]}``."""
        return {"facts": dict(self.facts), "findings": [asdict(finding) for finding in self.findings]}

    def with_findings(self, code: str, found: Iterable[tuple[str, str]]) -> Report:
        """The same report with some more findings, each a message and a hint."""
        return replace(self, findings=(*self.findings, *(Finding(code, *each) for each in found)))


def examine(
    store: Store, cache_dir: Path, subdir: str, facts: Mapping[str, str], problems: Sequence[Problem] = ()
) -> Report:
    """Look at everything; change nothing. ``problems`` are those of environments of other tools."""
    known = {
        "jupyter-envs": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "platform": subdir,
        "py-rattler": version("py-rattler"),
        "uv": version("uv"),
        "environments": str(store.root),
        "package cache": str(cache_dir),
        "kernels": str(kernelspec.kernels_dir()),
        **facts,
    }
    findings = (*damaged(store), *unlisted(store), *dead_kernels(), *apart(store.root, cache_dir), *others(problems))
    return Report(known, findings)


def damaged(store: Store) -> Iterator[Finding]:
    """Environments whose record or prefix is not what it should be."""
    for name in store.names():
        try:
            environment = store.get(name)
        except EnvsError as error:
            yield Finding("damaged-record", error.message, " ".join(error.hints))
            continue
        if not store.prefix(name, environment.current).is_dir():
            hint = "Restore it from a notebook that is pinned to it, or remove it."
            yield Finding("no-prefix", f"The files of the environment {name} are gone.", hint)


def unlisted(store: Store) -> Iterator[Finding]:
    """Folders that a crash left behind."""
    for folder in store.unlisted():
        yield Finding("unlisted", f"{folder} belongs to no environment.", "Nothing uses it; it may be deleted.")


def dead_kernels() -> Iterator[Finding]:
    """Kernels of ours whose interpreter is gone."""
    for name, program in kernelspec.published():
        if not program.exists():
            hint = f"Remove it: jupyter kernelspec remove {name}"
            yield Finding("dead-kernel", f"The kernel {name} starts {program}, which is not there.", hint)


def others(problems: Iterable[Problem]) -> Iterator[Finding]:
    """Environments of other tools that cannot be used. They are not ours to mend."""
    for problem in problems:
        hint = "Mend or remove it with the tool that made it; Jupyter Envs leaves it out."
        yield Finding("foreign-broken", problem.message, hint)


def apart(root: Path, cache_dir: Path) -> Iterator[Finding]:
    """Environments and cache on different file systems cannot share files."""
    if root.exists() and cache_dir.exists() and root.stat().st_dev != cache_dir.stat().st_dev:
        yield Finding(
            "no-hard-links",
            "The environments and the package cache are on different file systems, so nothing is shared.",
            "Set Manager.root_dir and Manager.cache_dir to folders on one file system.",
        )
