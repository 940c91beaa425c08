"""The right to change an environment: who has it, who is told to wait, and how a person takes it from a dead holder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.errors import EnvironmentBusy, NotFound
from jupyter_envs.files import disk
from jupyter_envs.holders import Holder, is_here, namespace, same_machine
from jupyter_envs.writerlock import Held, Look, WriterLock, look, unlock

ENDING = ".writer"


class Rights:
    """The locks of all environments of a store, in one folder. Names that differ by case alone share a lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, WriterLock] = {}

    @contextmanager
    def writing(self, name: str) -> Iterator[None]:
        """The right to change one environment; a holder that dies loses it. Raises `EnvironmentBusy`, at once."""
        lock = WriterLock(self._place(name))
        with disk("Locking the environment", self._folder):
            try:
                lock.acquire()
            except Held as held:
                raise busy(name, held.holder, held.silent) from held
        self._held[name.lower()] = lock
        try:
            yield
        finally:
            del self._held[name.lower()]
            lock.release()

    def require(self, name: str) -> None:
        """Raise `EnvironmentBusy` when somebody has taken the right away that this process had."""
        lock = self._held.get(name.lower())
        if lock is not None and not lock.ours:
            message = f"The lock of the environment {name} was taken away meanwhile, so the change is not published."
            raise EnvironmentBusy(message, hints=("Try again.",), name=name)

    def held(self) -> dict[str, Look]:
        """The locks that are held, by name."""
        found = {place.name.removesuffix(ENDING): look(place) for place in sorted(self._folder.glob(f"*{ENDING}"))}
        return {name: seen for name, seen in found.items() if seen is not None}

    def living(self) -> frozenset[str]:
        """The names, in lower case, that somebody is changing right now, as far as is known."""
        return frozenset(name for name, seen in self.held().items() if not seen.dead)

    def take_away(self, name: str) -> None:
        """Free a lock, because a person says that its holder is gone for good.

        Raises `NotFound` if nobody has it, and `EnvironmentBusy` if the holder lives on this very machine.
        """
        seen = self._look(name)
        holder = seen.holder
        if holder is not None and not seen.dead and is_here(holder) and holder.namespace == namespace():
            raise busy(name, holder, seen.silent)
        with disk("Freeing the lock"):
            unlock(self._place(name))

    def describe(self, name: str) -> str:
        """Who has the right, in a sentence. Raises `NotFound` if nobody has it."""
        seen = self._look(name)
        return busy(name, seen.holder, seen.silent).message

    def _look(self, name: str) -> Look:
        seen = look(self._place(name))
        if seen is None:
            raise NotFound(f"Nobody is changing the environment {name}.", name=name)
        return seen

    def _place(self, name: str) -> Path:
        return self._folder / f"{name.lower()}{ENDING}"


def busy(name: str, holder: Holder | None, silent: float) -> EnvironmentBusy:
    """The error for an environment that somebody else is changing: who, since when, last heard of when."""
    wait = "Wait until it is done, or cancel it, then try again."
    if holder is None:
        return EnvironmentBusy(f"Another process is about to change the environment {name}.", hints=(wait,), name=name)
    here = same_machine(holder)
    who = f"process {holder.pid}" if here else f"process {holder.pid} on {holder.host}"
    gone = f"If that process is gone for good: jupyter envs unlock {name}"
    return EnvironmentBusy(
        f"The environment {name} is being changed by {who} since {holder.since} (last heard of {silent:.0f} s ago).",
        hints=(wait,) if here and holder.namespace == namespace() else (wait, gone),
        name=name,
        host=holder.host,
        pid=holder.pid,
        since=holder.since,
        silent=round(silent),
    )
