"""Making, publishing and taking away generations; the store's only writer."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_envs import envfile, lockfile
from jupyter_envs.conda_list import list_for_conda
from jupyter_envs.environment_record import to_json
from jupyter_envs.errors import EnvsError
from jupyter_envs.files import disk, write_atomically, write_together
from jupyter_envs.models import Environment, Generation, Intent, Lock, Spec
from jupyter_envs.removal import opened, put_aside, throw_away
from jupyter_envs.store.listing import Listing
from jupyter_envs.usage import Tally


@dataclass(frozen=True)
class Draft:
    """A generation in the making: nothing lists it yet. ``folder`` names the prefix if it is an earlier one's."""

    name: str
    id: str
    prefix: Path
    folder: str = ""


class Store(Listing):
    """All environments below one root, and the ways to change them."""

    def writing(self, name: str) -> AbstractContextManager[None]:
        """The right to change one environment; a holder that dies loses it. Raises `EnvironmentBusy`, at once."""
        return self.rights.writing(name)

    def draft(self, name: str, shared: str | None = None) -> Draft:
        """A place for a new generation, or the place of the generation ``shared``; `discard` it unless published."""
        self.require_inside(name)
        identity = secrets.token_hex(4)
        if shared is not None:
            prefix = self.prefix(name, shared)
            return Draft(name, identity, prefix, prefix.name)
        with disk("Preparing the environment", self.root):
            draft = Draft(name, identity, Path(self.root, name, "g", identity))
            draft.prefix.parent.mkdir(parents=True, exist_ok=True)
        return draft

    def discard(self, draft: Draft) -> None:
        """Remove a draft and its listing; an environment that it would have been the first generation of is gone.

        Goes as far as the disk allows; what is left is no environment, and `leftovers` finds it.
        """
        with contextlib.suppress(EnvsError, OSError):
            self._withdraw(draft)
        with contextlib.suppress(OSError):
            self.settle(draft)
        shutil.rmtree(self.records(draft.name, draft.id), ignore_errors=True)
        if draft.folder or any(known.id == draft.id for known in self.listed(draft.name)):
            return
        shutil.rmtree(draft.prefix, ignore_errors=True)
        with contextlib.suppress(OSError):
            list_for_conda(draft.prefix, present=False)
        folder = self.root / draft.name
        for empty in (folder / "g", folder / "records", folder):
            with contextlib.suppress(OSError):
                empty.rmdir()

    def _withdraw(self, draft: Draft) -> None:
        """Take a published draft out of `environment.json` again."""
        if not self.exists(draft.name):
            return
        environment = self.get(draft.name)
        kept = tuple(known for known in environment.generations if known.id != draft.id)
        folder, before = self.root / draft.name, self._record_before(draft)
        if not kept:
            (folder / "environment.json").unlink()
            (folder / "current").unlink(missing_ok=True)
        elif len(kept) < len(environment.generations):
            if before.exists():
                before.replace(folder / "environment.json")
                point(folder / "current", self.prefix(draft.name, self.get(draft.name).current))
            else:
                self._write(replace(environment, current=kept[-1].id, generations=kept))

    def record(self, draft: Draft, spec: Spec, lock: Lock) -> None:
        """Write down what made the draft."""
        with disk("Writing the lock", self.root):
            folder = self.records(draft.name, draft.id)
            folder.mkdir(parents=True, exist_ok=True)
            texts = {"environment.yml": envfile.write(spec), "conda-lock.yml": lockfile.write(lock)}
            write_together({folder / name: text for name, text in texts.items()})

    def record_again(self, name: str, generation: str, *, spec: Spec | None = None, lock: Lock | None = None) -> None:
        """Replace what was damaged of what was written down of a generation."""
        with disk("Writing the lock", self.root):
            folder = self.records(name, generation)
            folder.mkdir(parents=True, exist_ok=True)
            file = {folder / "environment.yml": envfile.write(spec)} if spec else {}
            locked = {folder / "conda-lock.yml": lockfile.write(lock)} if lock else {}
            write_together({**file, **locked})

    def publish(self, draft: Draft, generation: Generation, size: tuple[int, int] | None = None) -> Environment:
        """Make the draft the current generation, by one atomic write. Raises `EnvironmentBusy`, `DiskTrouble`.

        ``size`` is ``(own, shared)`` where that is known; else every file is looked at.
        """
        self.rights.require(draft.name)
        with disk("Publishing the environment", self.root):
            own, shared = size or sizes(draft.prefix)
            made = replace(generation, id=draft.id, folder=draft.folder, own=own, shared=shared)
            before = self.get(draft.name) if self.exists(draft.name) else Environment(draft.name, draft.id, ())
            environment = replace(before, current=draft.id, generations=(*before.generations, made), pending=None)
            self._keep_record(draft)
            self._write(environment)
            if (draft.prefix / "conda-meta").is_dir():
                list_for_conda(draft.prefix, present=True)
            if before.pending is not None and before.pending.id != draft.id:
                shutil.rmtree(self.records(draft.name, before.pending.id), ignore_errors=True)
        return environment

    def intend(self, draft: Draft, reason: str) -> None:
        """Say that packages are about to be linked into the draft's prefix, which is in use: the journal's entry.

        What the draft is to become must be recorded before.
        """
        with disk("Writing the intent", self.root):
            self._write(replace(self.get(draft.name), pending=Intent(draft.id, reason)))

    def pending(self, name: str) -> Draft | None:
        """The draft of an addition that was not finished; None where there is none."""
        environment = self.get(name)
        if environment.pending is None:
            return None
        prefix = self.prefix(name, environment.current)
        return Draft(name, environment.pending.id, prefix, prefix.name)

    def settle(self, draft: Draft) -> None:
        """What was published stays: forget the record that was before."""
        self._record_before(draft).unlink(missing_ok=True)

    def _keep_record(self, draft: Draft) -> None:
        """A second name for the record that is about to be replaced: going back to it needs no room on the disk."""
        before = self._record_before(draft)
        before.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.link(self._record(draft.name), before)

    def _record_before(self, draft: Draft) -> Path:
        return Path(self.root, draft.name, f".environment.json.{draft.id}")

    def describe(self, name: str, note: str, tags: tuple[str, ...]) -> Environment:
        """Write the user's own words about an environment. Raises `NotFound`, `DiskTrouble`."""
        environment = replace(self.get(name), note=note, tags=tags)
        with disk("Writing the note", self.root):
            self._write(environment)
        return environment

    def rewrite(self, environment: Environment) -> None:
        """Replace a record that was damaged or lost."""
        with disk("Writing the record", self.root):
            self._write(environment)

    def _write(self, environment: Environment) -> None:
        folder = self.root / environment.name
        write_atomically(folder / "environment.json", json.dumps(to_json(environment), indent=1))
        point(folder / "current", self.prefix(environment.name, environment.current))

    def forget(self, name: str, generations: Collection[str]) -> None:
        """Take earlier generations off the list; their folders are the caller's to take away."""
        environment = self.get(name)
        kept = tuple(known for known in environment.generations if known.id not in generations)
        remaining = {self.prefix(name, known.id) for known in kept}
        for prefix in {self.prefix(name, identity) for identity in generations} - remaining:
            list_for_conda(prefix, present=False)
        self._write(replace(environment, generations=kept))

    def remove(self, name: str, between: Callable[[], None] = lambda: None) -> None:
        """Take an environment away, also a damaged one: first its listing, then its files. Links are never followed.

        ``between`` is called when nothing is in its place any more, and before files go.
        """
        self.require(name)
        with disk("Removing the environment"), opened(self.root) as root:
            prefixes = sorted((self.root / name / "g").glob("*"))
            aside = put_aside(root, name)
            for prefix in prefixes:
                list_for_conda(prefix, present=False)
            self._read.pop(name, None)
            between()
            throw_away(root, aside)


def sizes(prefix: Path) -> tuple[int, int]:
    """``(own, shared)`` bytes of a prefix: files that only it has, and files with further links elsewhere."""
    tally = Tally(prefix)
    return tally.own, tally.shared


def point(link: Path, target: Path) -> None:
    """Make ``link`` point to ``target``, replacing what it pointed to before in one step."""
    part = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    part.symlink_to(target)
    part.replace(link)
