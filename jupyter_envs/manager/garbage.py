"""What nothing needs any more, and taking it away without getting in the way of anybody who works.

In the store: generations beyond the configured number and age from which nothing runs, prefixes that a crash left
behind, what a removal left, and downloaded Pythons on which no prefix stands. In the package cache: packages that no
environment has, compiled modules that no environment has, and downloads that were broken off.
Everything is moved aside while the right lock is held, and deleted
afterwards. What somebody works on is left alone, and the notes say so.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jupyter_envs import pythons
from jupyter_envs.engine import cache
from jupyter_envs.errors import Conflict, EnvsError
from jupyter_envs.files import disk
from jupyter_envs.models import Environment
from jupyter_envs.running import running_from
from jupyter_envs.store import Store
from jupyter_envs.usage import Tally

SECONDS_A_DAY = 86_400.0
CACHE_BUSY = "The package cache is in use, so it was left alone. Try again when nothing is being installed."


@dataclass(frozen=True)
class Policy:
    """How much is kept.

    ``generations`` is how many earlier generations stay besides the current one, ``days`` how old they may become (0:
    any age). What is younger than ``seconds`` is never taken: a lock that does not work must not do harm.
    """

    generations: int
    days: float
    seconds: float


@dataclass(frozen=True)
class Item:
    """One thing to take away; ``bytes`` is what that alone would free, None where only doing it tells."""

    kind: str
    name: str
    path: str
    reason: str
    bytes: int | None = None


@dataclass(frozen=True)
class Collection:
    """What can be taken away, or was; ``freed`` counts files that several items share once."""

    items: tuple[Item, ...] = ()
    freed: int = 0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The HTTP interface's ``Collection``."""
        return {"items": [asdict(item) for item in self.items], "freed": self.freed, "notes": list(self.notes)}


@dataclass
class Sweep:
    """One look, or with ``really`` one collection, at a store and its cache."""

    store: Store
    cache_dir: Path
    policy: Policy
    really: bool = False
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)
    _pending: list[Path] = field(default_factory=list)
    _aside: list[Path] = field(default_factory=list)

    def run(self) -> Collection:
        """Look at everything, take it away if that is wanted, and say what it was."""
        with disk("Collecting what is not needed"):
            try:
                for name in self._names():
                    self._environment(name)
                self._trash()
                self._cache()
            finally:
                for folder in self._aside:
                    shutil.rmtree(folder, ignore_errors=True)
        return Collection(tuple(self.items), self._tally.own, tuple(self.notes))

    def _names(self) -> list[str]:
        """Also folders of environments that never came to be."""
        found = {path.parent.name for path in self.store.root.glob("*/g") if not path.is_symlink()}
        return sorted(name for name in found if not (self.store.root / name).is_symlink())

    def _environment(self, name: str) -> None:
        """Old generations and unlisted prefixes of one environment, with nobody changing it meanwhile.

        Who wants to change an environment must not find it locked by somebody who only looks, so one without anything
        to take is not locked at all.
        """
        if not (self._expired(name) or self._unlisted_prefixes(name) or self._is_shell(name)):
            return
        try:
            with self.store.writing(name):
                self._old_generations(name)
                self._unlisted(name)
        except Conflict:
            self.notes.append(f"{name} is being changed, so it was left alone.")

    def _old_generations(self, name: str) -> None:
        old = self._expired(name)
        if not old:
            return
        environment = self.store.get(name)
        busy = running_from([self.store.prefix(name, identity) for identity in old])
        gone = [identity for identity in old if self.store.prefix(name, identity) not in busy]
        kept = {self.store.prefix(name, known.id) for known in environment.generations if known.id not in gone}
        for identity in gone:
            prefix = self.store.prefix(name, identity)
            reason = f"an earlier generation of {name}, from which nothing runs"
            paths = [self.store.records(name, identity), *([] if prefix in kept else [prefix])]
            self._found("generation", f"{name} {identity}", [path for path in paths if path.exists()], reason)
        if self.really and gone:
            self.store.forget(name, gone)
        self._move_aside(self.store.root / ".trash")

    def _expired(self, name: str) -> list[str]:
        try:
            return expired(self.store.get(name), self.policy, time.time())
        except EnvsError:
            return []

    def _unlisted_prefixes(self, name: str) -> list[Path]:
        listed = set(self.store.prefixes(name))
        found = sorted((self.store.root / name / "g").glob("*"))
        return [prefix for prefix in found if prefix not in listed and self._is_old(prefix)]

    def _is_shell(self, name: str) -> bool:
        """Whether there are only the empty folders of an environment that never came to be."""
        folder = self.store.root / name
        inner = list(folder.glob("*"))
        empty = all(one.name in ("g", "records") and not one.is_symlink() and not any(one.glob("*")) for one in inner)
        return empty and all(map(self._is_old, inner))

    def _unlisted(self, name: str) -> None:
        listed, folder = set(self.store.prefixes(name)), self.store.root / name
        if not listed and (self.store.exists(name) or (folder / "current").is_symlink()):
            # doctor finds it, and what was written down of it
            self.notes.append(f"The record of {name} is damaged or gone, so its files were left alone.")
            return
        if self._is_shell(name):
            self._found("prefix", name, [folder], f"left of {name}, whose creation was broken off")
        for prefix in self._unlisted_prefixes(name):
            if not running_from([prefix]):
                self._found("prefix", prefix.name, [prefix], f"left in {name} by something that was broken off")
        self._move_aside(self.store.root / ".trash")
        if self.really and not self.store.exists(name):
            for part in ("g", "records", "."):
                with contextlib.suppress(OSError):
                    (folder / part).rmdir()

    def _trash(self) -> None:
        """What a removal could not finish; while one is at work, its environment is locked."""
        for folder in sorted((self.store.root / ".trash").glob("*")):
            with contextlib.suppress(Conflict), self.store.writing(folder.name.rpartition("-")[0]):
                if folder not in self._aside and self._is_old(folder):
                    self._found("trash", folder.name, [folder], "left by a removal that was broken off")
                    self._move_aside(self.store.root / ".trash")

    def _cache(self) -> None:
        try:
            with cache.exclusive(self.cache_dir):
                for item, path in [*self._packages(), *self._bytecode()]:
                    self._found(item.kind, item.name, [path], item.reason)
                self._move_aside(self.cache_dir)
                # who installs holds the cache's lock, too, so nobody is about to stand on one
                self._pythons()
        except Conflict:
            self.notes.append(CACHE_BUSY)

    def _packages(self) -> Iterator[tuple[Item, Path]]:
        used = {record.stem for record in self.store.root.glob("*/g/*/conda-meta/*.json")}
        for entry in sorted(cache.packages_dir(self.cache_dir).glob("*")):
            broken_off = entry.name.startswith((".fetch-", ".gone-"))
            if not entry.is_dir() or not self._is_old(entry):
                continue
            if broken_off:
                yield Item("download", entry.name, "", "left by a download that was broken off"), entry
            elif entry.name not in used and is_unshared(entry):
                yield Item("package", entry.name, "", "no environment has this package"), entry

    def _pythons(self) -> None:
        folder = pythons.home(self.store.root)
        for path in pythons.unused(self.store.root):
            if self._is_old(path):
                self._found("python", path.name, [path], "no environment stands on this Python")
        if not pythons.is_busy(folder):
            for path in pythons.leftovers(folder):
                if self._is_old(path):
                    self._found("download", path.name, [path], "left by a download that was broken off")
        self._move_aside(folder)

    def _bytecode(self) -> Iterator[tuple[Item, Path]]:
        for entry in sorted((self.cache_dir / "bytecode").glob("*/*")):
            if not self._is_old(entry):
                continue
            if entry.name.startswith((".part-", ".gone-")):
                yield Item("bytecode", entry.name, "", "left by a compilation that was broken off"), entry
            elif is_unshared(entry):
                yield Item("bytecode", entry.name[:12], "", "no environment has these compiled modules"), entry

    def _is_old(self, path: Path) -> bool:
        try:
            status = path.lstat()
        except OSError:
            return False
        return time.time() - max(status.st_mtime, status.st_ctime) >= self.policy.seconds

    def _found(self, kind: str, name: str, paths: Sequence[Path], reason: str) -> None:
        alone = Tally(*paths)
        self._tally.merge(alone)
        self.items.append(Item(kind, name, str(paths[-1]) if paths else "", reason, alone.own))
        self._pending += paths

    def _move_aside(self, folder: Path) -> None:
        """Take what was found out of everybody's way, in one step each, on its own disk."""
        pending, self._pending = self._pending, []
        for path in pending if self.really else ():
            folder.mkdir(exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix=".gone-", dir=folder))
            self._aside.append(aside)
            with contextlib.suppress(FileNotFoundError):
                cache.lock_path(path).unlink()
            path.rename(aside / path.name)


def expired(environment: Environment, policy: Policy, now: float) -> list[str]:
    """The ids of the generations that the policy does not keep, the oldest first."""
    earlier = [known for known in environment.generations if known.id != environment.current]
    beyond = earlier[: max(0, len(earlier) - policy.generations)]
    return [
        known.id
        for known in earlier
        if now - made_at(known.created) >= policy.seconds
        and (known in beyond or (policy.days and now - made_at(known.created) > policy.days * SECONDS_A_DAY))
    ]


def made_at(created: str) -> float:
    """Seconds since the epoch; a time that cannot be read counts as now."""
    try:
        return datetime.fromisoformat(created).timestamp()
    except ValueError:
        return time.time()


def is_unshared(folder: Path) -> bool:
    """Whether no file below has a name anywhere else."""
    files = (path.lstat() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return all(status.st_nlink == 1 for status in files)
