"""What `jupyter envs doctor` looks for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jupyter_envs import conda_records, kernelspec, leftovers, pythons
from jupyter_envs._version import __version__
from jupyter_envs.conda_list import conda_lines
from jupyter_envs.discovery import Problem
from jupyter_envs.engine import shared
from jupyter_envs.engine.cache_check import damaged_entries
from jupyter_envs.errors import EnvsError
from jupyter_envs.manager import written_again
from jupyter_envs.models import Environment
from jupyter_envs.naming import NAME
from jupyter_envs.store import Store

FROM_LOCK = "Build it again from its lock."
FROM_RECORDS = "Write the record again from what is there."
SECONDS_OF_SILENCE = 300.0
WRITTEN = {
    written_again.DAMAGED_LOCK: "Write the lock again from others or from what is installed.",
    written_again.DAMAGED_FILE: "Write the file again from others or from what is installed.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and how to mend it; ``mends`` says what ``doctor --repair`` would do, if anything.

    ``subject`` is the environment, kernel or path that it is about.
    """

    code: str
    message: str
    hint: str
    subject: str = ""
    mends: str = ""


@dataclass(frozen=True)
class Report:
    """Facts by name, and findings."""

    facts: Mapping[str, str]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """``{"facts": {…}, "findings": [{code, message, hint, subject, mends}]}``."""
        return {"facts": dict(self.facts), "findings": [asdict(finding) for finding in self.findings]}

    def with_facts(self, facts: Mapping[str, str]) -> Report:
        """The same report with some more facts."""
        return replace(self, facts={**self.facts, **facts})

    def with_findings(self, code: str, found: Iterable[tuple[str, str]]) -> Report:
        """The same report with some more findings, each a message and a hint."""
        return replace(self, findings=(*self.findings, *(Finding(code, *each) for each in found)))


def examine(
    store: Store,
    cache_dir: Path,
    subdir: str,
    facts: Mapping[str, str],
    problems: Sequence[Problem] = (),
    *,
    shared_folders: Sequence[Path] = (),
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
        "shared package caches": ", ".join(map(str, shared_folders)) or "none",
        "kernels": str(kernelspec.kernels_dir()),
        "downloaded pythons": ", ".join(one.version for one in pythons.whole(pythons.home(store.root))) or "none",
        **facts,
    }
    own = [finding for name in store.names() for finding in environment(store, name, subdir)]
    findings = [
        *own,
        *lost(store),
        *left(store),
        *half_pythons(store),
        *dead_kernels(without_python(store, own)),
        *locks(store),
        *conda_list(store),
        *cache(cache_dir),
        *shared_caches(shared_folders),
        *apart(store.root, cache_dir),
        *others(problems),
    ]
    return Report(known, tuple(findings))


def environment(store: Store, name: str, subdir: str) -> Iterator[Finding]:
    """What is wrong with one environment: its record, its locks, its files, its link, its kernels."""
    try:
        record = store.get(name)
    except EnvsError as error:
        yield Finding("damaged-record", error.message, " ".join(error.hints), name, FROM_RECORDS)
        return
    written = [Finding(*found, WRITTEN[found[0]]) for found in documents(store, record, subdir)]
    yield from written
    if any(finding.subject == f"{name}/{record.current}" for finding in written):
        # all that follows is mended by what is written down
        return
    place = store.prefix(name, record.current)
    wrong = files(name, place)
    if wrong is not None:
        yield wrong
        return
    if record.pending is not None:
        message = f"An addition to {name} was interrupted: {record.pending.reason}."
        yield Finding("unfinished", message, "The next change finishes it.", name, "Finish it, or undo it.")
        return
    link = store.root / name / "current"
    if not link.is_symlink() or link.resolve() != place.resolve():
        hint = "Only people and “conda activate” use it."
        yield Finding("wrong-link", f"{link} does not lead to the current generation.", hint, name, "Set the link.")
    yield from kernels(record, place)


def documents(store: Store, record: Environment, subdir: str) -> Iterator[tuple[str, str, str, str]]:
    """Environment files and locks of generations that are damaged."""
    hint = "Without it, the environment cannot be changed, cloned or built again."
    earlier = "Nobody can go back to this generation."
    for code, message, subject in written_again.damaged(store, record, subdir):
        yield code, message, hint if subject.endswith(f"/{record.current}") else earlier, subject


def files(name: str, place: Path) -> Finding | None:
    """The prefix of an environment, as far as packages say what belongs there."""
    hint = "Restore it from a notebook that is pinned to it, or remove it."
    if not place.is_dir():
        return Finding("no-prefix", f"The files of the environment {name} are gone.", hint, name, FROM_LOCK)
    try:
        conda_records.read_all(place)
    except EnvsError as error:
        return Finding("damaged-packages", error.message, hint, name, FROM_LOCK)
    if pythons.has_lost_its_ground(place):
        message = f"The Python that the environment {name} stands on is gone: it was in {pythons.ground(place)}."
        return Finding("no-python", message, "Install it again, or build the environment again.", name, FROM_LOCK)
    return None


def kernels(record: Environment, place: Path) -> Iterator[Finding]:
    """Kernels that an environment should have, and that are not there or belong to other files."""
    for name in record.generation.kernels:
        found = kernelspec.mark_of(kernelspec.kernels_dir() / name)
        if found is None or found.get("prefix") != str(place):
            hint = f"Without it, Jupyter does not offer {record.name} as it is now."
            mends = "Write the kernel."
            yield Finding("no-kernel", f"The kernel {name} does not start {record.name}.", hint, record.name, mends)
            return


def lost(store: Store) -> Iterator[Finding]:
    """Environments that were published once and whose record is not there any more."""
    for link in sorted(store.root.glob("*/current")):
        name = link.parent.name
        if link.is_symlink() and NAME.fullmatch(name) and not link.parent.is_symlink() and not store.exists(name):
            message = f"The record of the environment {name} is gone."
            yield Finding("lost-record", message, "Its files are still there.", name, FROM_RECORDS)


def left(store: Store) -> Iterator[Finding]:
    """Folders and files that a crash left behind."""
    for leftover in leftovers.find(store):
        if leftover.name.lower() not in store.rights.living():
            hint = "Nothing uses it; it may be deleted."
            message = f"{leftover.path} belongs to no environment."
            yield Finding("unlisted", message, hint, str(leftover.path), "Delete it.")


def locks(store: Store) -> Iterator[Finding]:
    """Locks whose holder is dead, and those whose holder has been silent for long."""
    for name, seen in store.rights.held().items():
        if seen.dead:
            message = f"The process that was changing {name} is dead."
            yield Finding("stale-lock", message, "The next one who wants the lock gets it.", name, "Free the lock.")
        elif seen.silent > SECONDS_OF_SILENCE:
            where = seen.holder.host if seen.holder else "an unknown machine"
            message = f"The process on {where} that is changing {name} was last heard of {seen.silent:.0f} s ago."
            yield Finding("silent-lock", message, f"If it is gone for good: jupyter envs unlock {name}", name)


def half_pythons(store: Store) -> Iterator[Finding]:
    """Downloads of Pythons that were broken off."""
    folder = pythons.home(store.root)
    for path in [] if pythons.is_busy(folder) else pythons.leftovers(folder):
        message = f"{path} is left of the download of a Python."
        yield Finding("half-python", message, "Nothing uses it; it may be deleted.", str(path), "Delete it.")


def conda_list(store: Store) -> Iterator[Finding]:
    """Lines for conda tools about environments of ours that are gone."""
    for line in conda_lines():
        if Path(line).is_relative_to(store.root) and not Path(line).is_dir():
            hint = "conda lists an environment that is not there."
            message = f"~/.conda/environments.txt names {line}, which is gone."
            yield Finding("gone-listed", message, hint, line, "Take the line out.")


def cache(cache_dir: Path) -> Iterator[Finding]:
    """Entries of the package cache that are not whole."""
    for entry, reason in damaged_entries(cache_dir):
        hint = "It is fetched again when it is needed."
        yield Finding("damaged-cache", f"{entry} in the package cache: {reason}.", hint, str(entry), "Delete it.")


def shared_caches(folders: Sequence[Path]) -> Iterator[Finding]:
    """Package caches of an administrator that are not used, or should not be as they are. Not ours to mend."""
    for folder in folders:
        wrong = shared.trouble(folder)
        if wrong is not None:
            message = f"The shared package cache {folder} is left out: {wrong}."
            yield Finding("shared-cache", message, "Mend it, or take it out of Manager.shared_caches.", str(folder))
            continue
        for warning in shared.warnings(folder):
            message = f"The shared package cache {folder}: {warning}."
            yield Finding("shared-cache", message, "Let only its administrator write to it.", str(folder))


def without_python(store: Store, findings: Iterable[Finding]) -> frozenset[str]:
    """The kernels that come back when the Python of their environment does."""
    names = [finding.subject for finding in findings if finding.code == "no-python"]
    return frozenset(kernel for name in names for kernel in store.get(name).generation.kernels)


def dead_kernels(told: frozenset[str]) -> Iterator[Finding]:
    """Kernels of ours whose interpreter is gone, but those of whom another finding has ``told``."""
    for name, program in kernelspec.published():
        if name not in told and not program.exists():
            hint = f"Remove it: jupyter kernelspec remove {name}"
            message = f"The kernel {name} starts {program}, which is not there."
            yield Finding("dead-kernel", message, hint, name, "Remove the kernel.")


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
