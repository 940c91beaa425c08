"""One writer at a time, also over a network file system: a folder of numbered files, of which the highest counts.

``7`` is held by the process that is written in it, ``7.free`` was released. Who wants the lock makes ``8``, as a
link to a file that is complete already, and making a name that exists is what fails for all but one. Nothing else is
asked of the file system, so nothing here waits for it; `flock` only helps to prove, on a local disk, that a holder in
another container is dead. A lock is taken over only if its holder is dead for sure (`holders`), or by `unlock`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from jupyter_envs.flocks import is_local, try_flock
from jupyter_envs.holders import Holder, from_json, is_dead, is_here, this_process

HEARTBEAT = 10.0
# a file whose content is not complete after this time will never be: its maker checks, before it goes on
SECONDS_TO_WRITE = 10.0
SECONDS_OF_PARTS = 3600.0
ATTEMPTS = 20
ENTRY = re.compile(r"(\d{1,18})(\.free)?")
NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES})


class Held(Exception):
    """Somebody else has the lock: ``holder``, if that can be read, last heard of ``silent`` seconds ago.

    Not for people: the caller knows what it is that is locked.
    """

    def __init__(self, holder: Holder | None, silent: float) -> None:
        super().__init__("the lock is held")
        self.holder = holder
        self.silent = silent


@dataclass(frozen=True)
class State:
    """The highest file of a lock's folder; number 0 stands for an empty folder."""

    number: int = 0
    free: bool = True


# what this process holds: after an exec it has the same id and start, and none of these
_OWN: set[str] = set()


class WriterLock:
    """The lock in one folder. `acquire` once, then `release`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holder = this_process(secrets.token_hex(8))
        self._number = 0
        self._flock: int | None = None
        self._stopped = threading.Event()

    def acquire(self) -> None:
        """Take it now. Raises `Held`, or OSError when the disk does not let us."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".part-{self._holder.token}"
        try:
            self._write(part)
            for _ in range(ATTEMPTS):
                state = newest(self._folder)
                if not state.free:
                    self._require_dead(state, part)
                if self._claim(part, state.number + 1):
                    break
            else:
                raise Held(None, 0.0)
        except BaseException:
            self._let_go()
            raise
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
        _OWN.add(self._holder.token)
        self._tidy(part)
        threading.Thread(target=self._beat, daemon=True, name="writer lock").start()

    def _write(self, part: Path) -> None:
        """Our content, in a file that nobody looks at."""
        part.write_text("", encoding="utf-8")
        if is_local(part):
            self._flock = os.open(part, os.O_RDWR)
            self._holder = replace(self._holder, flock=bool(try_flock(self._flock)))
        part.write_text(json.dumps(self._holder.to_json()), encoding="utf-8")

    def _require_dead(self, state: State, part: Path) -> None:
        path = self._folder / str(state.number)
        try:
            # both times are of the disk's own clock
            os.utime(part)
            found = judge(path, part.stat().st_mtime - path.stat().st_mtime)
        except FileNotFoundError:
            return
        if not found.dead:
            raise Held(found.holder, found.silent)

    def _claim(self, part: Path, number: int) -> bool:
        """Whether the number is ours, and nobody was quicker."""
        path = self._folder / str(number)
        if not made(part, path):
            return False
        if any(other.number >= number for other in states(self._folder) if other != State(number, free=False)):
            path.unlink(missing_ok=True)
            return False
        self._number = number
        return True

    def _tidy(self, part: Path) -> None:
        """Take away what is older than our own file."""
        with contextlib.suppress(OSError):
            now = (self._folder / str(self._number)).stat().st_mtime
            for entry in list(self._folder.iterdir()):
                found = ENTRY.fullmatch(entry.name)
                old = not found and entry != part and now - entry.lstat().st_mtime > SECONDS_OF_PARTS
                if old or (found and int(found[1]) < self._number):
                    entry.unlink(missing_ok=True)

    def _beat(self) -> None:
        """Be heard of, so that others can say for how long they have not heard of us."""
        while not self._stopped.wait(HEARTBEAT):
            with contextlib.suppress(OSError):
                os.utime(self._folder / str(self._number))

    @property
    def ours(self) -> bool:
        """Whether we still have it: somebody may have called `unlock`."""
        return newest(self._folder) == State(self._number, free=False)

    def release(self) -> None:
        """Give it back, also on a full disk: a name is changed and nothing is written."""
        self._stopped.set()
        _OWN.discard(self._holder.token)
        with contextlib.suppress(OSError):
            free(self._folder, self._number)
        self._let_go()

    def _let_go(self) -> None:
        if self._flock is not None:
            os.close(self._flock)
            self._flock = None


def states(folder: Path) -> list[State]:
    """All numbered files."""
    found = (ENTRY.fullmatch(path.name) for path in folder.iterdir())
    return [State(int(entry[1]), free=entry[2] is not None) for entry in found if entry]


def newest(folder: Path) -> State:
    """The one that counts. A held number wins over the same one released: its holder is still finding that out."""
    return max(states(folder), key=lambda state: (state.number, not state.free), default=State())


def made(part: Path, path: Path) -> bool:
    """Whether ``path`` could be made with the content of ``part``, by us and nobody else."""
    try:
        os.link(part, path)
    except FileExistsError:
        # an answer that was lost on the network, and asked for again, looks like this
        return part.stat().st_nlink > 1
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return made_without_links(part, path)
    return True


def made_without_links(part: Path, path: Path) -> bool:
    """The same for file systems that have no links; the content comes a moment after the name."""
    # what the operating system has locked is the other file
    content = {**json.loads(part.read_text(encoding="utf-8")), "flock": False}
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(content))
    except FileExistsError:
        return False
    return True


def read(path: Path) -> Holder | None:
    """Who is written in a lock's file, None if that is not (yet) to be read."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_forgotten(holder: Holder) -> bool:
    """Whether the holder is this very process, which knows nothing of it: it was another program before."""
    own = this_process(holder.token)
    same = replace(holder, since=own.since, flock=own.flock) == own
    return same and bool(holder.started) and holder.token not in _OWN


def lost_its_flock(holder: Holder, path: Path) -> bool:
    """Whether the holder had a lock of this machine's own on the file, and has it no more."""
    if not holder.flock or not is_here(holder) or not is_local(path):
        return False
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return try_flock(file) is True
    finally:
        os.close(file)


@dataclass(frozen=True)
class Look:
    """A lock that is held, as seen from outside; ``dead`` says that its holder is dead for sure."""

    holder: Holder | None
    silent: float
    dead: bool


def look(folder: Path) -> Look | None:
    """Who holds the lock in a folder, by this machine's clock; None if it is free."""
    try:
        state = newest(folder)
        path = folder / str(state.number)
        silent = 0.0 if state.free else max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None
    return None if state.free else judge(path, silent)


def judge(path: Path, silent: float) -> Look:
    """What a lock's file says of its holder, which was last heard of ``silent`` seconds ago."""
    holder = read(path)
    if holder is None:
        return Look(None, silent, silent >= SECONDS_TO_WRITE)
    return Look(holder, silent, is_dead(holder, silent) or is_forgotten(holder) or lost_its_flock(holder, path))


def unlock(folder: Path) -> bool:
    """Take the lock from its holder, whoever that is: a person has said that it is gone. False if it was free."""
    state = newest(folder)
    if state.free:
        return False
    free(folder, state.number)
    return True


def free(folder: Path, number: int) -> None:
    """Say that a number is released."""
    (folder / str(number)).rename(folder / f"{number}.free")
