"""Running jobs on the event loop.

Jobs with the same subject run one after the other, in the order in which they were submitted; of the others, ``width``
run at a time. It is fair among subjects: who comes with fifty jobs for one environment has one turn, then those who
came later with a first job for another one have theirs. Everything happens on the event loop's thread; a reporter must
be called from there too.
"""

from __future__ import annotations

import asyncio
import builtins
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from jupyter_envs.errors import Cancelled, Conflict, EnvsError, NotFound
from jupyter_envs.jobs.memory import Logger, Memory
from jupyter_envs.jobs.snapshot import Action, Job, Log, internal, interrupted, now
from jupyter_envs.models import Progress, Reporter
from jupyter_envs.redact import told, trace

Work = Callable[[Reporter], Awaitable[Any]]
Listener = Callable[[str, Action], None]


class _Entry:
    """A job that is listed: its snapshot, its log and, while it runs, its task. It is the work's reporter."""

    def __init__(self, job: Job, work: Work | None, log: Log, changed: Callable[[_Entry], None]) -> None:
        self.job = job
        self.work = work
        self.lines = log
        self.task: asyncio.Task[Any] | None = None
        self.aside = False
        self.timer: asyncio.TimerHandle | None = None
        self.announced = float("-inf")
        self.turn = 0
        self.stopping: Literal["cancel", "interrupt"] | None = None
        self._changed = changed

    def progress(self, progress: Progress) -> None:
        """Take over the progress, unless the job has ended."""
        if not self.job.ended:
            self.job = replace(self.job, progress=progress)
            self._changed(self)

    def log(self, line: str) -> None:
        """Append to the log, unless the job has ended."""
        if not self.job.ended:
            self.lines.append(line)
            self._changed(self)


class Jobs:
    """The jobs of one process.

    Parameters
    ----------
    on_change: told the job's id and what happened, at once for a new state, at most every ``interval`` seconds for
        progress and log lines. It is a hint to read again.
    width: how many jobs run at a time.
    waiting: how many may be queued; more are refused.
    keep: how many ended jobs stay listed; the oldest go first.
    log_size: characters of log that are kept for each job.
    state_file: remembers what has not ended, so that the next process lists it as failed with the code
        ``interrupted``. None remembers nothing.
    """

    def __init__(
        self,
        on_change: Listener = lambda _id, _action: None,
        *,
        width: int = 4,
        waiting: int = 200,
        keep: int = 100,
        log_size: int = 1_000_000,
        interval: float = 0.2,
        state_file: Path | None = None,
        logger: Logger | None = None,
    ) -> None:
        self._on_change = on_change
        self._width = width
        self._waiting = waiting
        self._keep = keep
        self._log_size = log_size
        self._interval = interval
        self._logger = logger or logging.getLogger(__name__)
        self._memory = Memory(state_file, self._logger)
        self._closed = False
        self._turn = 0
        self._entries = {job.id: self._entry(job, None) for job in self._memory.read()[-keep:]}

    def submit(self, kind: str, title: str, subject: str | None, work: Work, *, aside: bool = False) -> Job:
        """Queue ``work`` and return the job's first snapshot.

        ``aside`` is for work that only waits for another machine: it does not keep the others from running.

        ``kind`` and ``title`` are for the reader. What ``work`` returns must be JSON values and becomes the result; an
        `EnvsError` that it raises becomes the job's error. It is cancelled through its task, and the job has not ended
        before the work has. Raises `Conflict` when too many jobs are waiting or the process is stopping.
        """
        if self._closed:
            raise Conflict("The server is stopping and takes no new jobs.")
        if sum(entry.job.state == "queued" for entry in self._entries.values()) >= self._waiting:
            hint = "Wait for some of them to end, or cancel them."
            raise Conflict(f"{self._waiting} jobs are waiting already.", hints=[hint])
        entry = self._entry(Job(secrets.token_hex(8), kind, title, subject, created=now()), work)
        entry.turn = self._next_turn(subject)
        entry.aside = aside
        self._entries[entry.job.id] = entry
        self._announce(entry, "created")
        self._start_next()
        return entry.job

    def get(self, id: str) -> Job:
        """The job's snapshot. Raises `NotFound`."""
        return self._find(id).job

    def list(self) -> builtins.list[Job]:
        """All snapshots, the newest first."""
        return [entry.job for entry in reversed(self._entries.values())]

    def log(self, id: str) -> str:
        """The end of the job's log. Raises `NotFound`."""
        return self._find(id).lines.text()

    async def cancel(self, id: str) -> Job:
        """Cancel a job that has not ended, wait for its end, and return the last snapshot. Raises `NotFound`.

        Work that was already past the point of return may still end as done; a second call waits for the first.
        """
        entry = self._find(id)
        await self._stop(entry, "cancel")
        return entry.job

    def dismiss(self, id: str) -> None:
        """Take an ended job off the list. Raises `NotFound`, or `Conflict` if it has not ended."""
        entry = self._find(id)
        if not entry.job.ended:
            raise Conflict(f"“{entry.job.title}” has not ended yet.", hints=["Cancel it first."], id=id)
        self._forget(entry)

    async def close(self) -> None:
        """Interrupt all jobs that have not ended and wait for their end; nothing can be submitted any more."""
        self._closed = True
        await asyncio.gather(*(self._stop(entry, "interrupt") for entry in list(self._entries.values())))

    def _entry(self, job: Job, work: Work | None) -> _Entry:
        return _Entry(job, work, Log(self._log_size), self._announce_later)

    def _find(self, id: str) -> _Entry:
        if id not in self._entries:
            raise NotFound("There is no such job.", id=id)
        return self._entries[id]

    def _next_turn(self, subject: str | None) -> int:
        """The turn of a new job: the one that is on, or the one behind the last waiting job of its subject."""
        same = (entry for entry in self._entries.values() if not entry.job.ended and entry.job.subject == subject)
        return max([self._turn, *(entry.turn + 1 for entry in same if subject is not None)])

    def _start_next(self) -> None:
        """Start queued jobs by their turns while there is room and nothing else runs for their subject."""
        running = [entry for entry in self._entries.values() if entry.job.state == "running"]
        busy = {entry.job.subject for entry in running if entry.job.subject is not None}
        room = self._width - sum(not entry.aside for entry in running)
        waiting = [entry for entry in self._entries.values() if entry.job.state == "queued"]
        for entry in sorted(waiting, key=lambda entry: entry.turn):
            if (room > 0 or entry.aside) and not self._closed and entry.job.subject not in busy:
                self._start(entry)
                room -= not entry.aside
            # also a job that has to wait holds back later ones for the same subject
            if entry.job.subject is not None:
                busy.add(entry.job.subject)

    def _start(self, entry: _Entry) -> None:
        work = entry.work
        assert work is not None
        self._turn = max(self._turn, entry.turn)

        async def run() -> Any:
            return await work(entry)

        entry.task = asyncio.get_running_loop().create_task(run(), name=f"job {entry.job.id}")
        entry.task.add_done_callback(lambda task: self._settle(entry, task))
        self._change(entry, state="running", started=now())

    async def _stop(self, entry: _Entry, how: Literal["cancel", "interrupt"]) -> None:
        """End a job early. Its task is cancelled only once: a second time would cut short the work's cleaning up."""
        if entry.job.ended:
            return
        if entry.stopping is None:
            entry.stopping = how
            if entry.task is not None:
                entry.task.cancel()
        if entry.task is None:
            self._end(entry, **self._stopped(entry))
        else:
            await asyncio.wait([entry.task])

    def _settle(self, entry: _Entry, task: asyncio.Task[Any]) -> None:
        """Turn the end of the work into the end of the job; called for every task, however it ended."""
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or isinstance(error, Cancelled):
            self._end(entry, **self._stopped(entry))
        elif isinstance(error, EnvsError):
            self._end(entry, state="failed", error=told(error))
        elif error is not None:
            self._logger.error("Job %s (%s) failed\n%s", entry.job.id, entry.job.kind, trace(error))
            self._end(entry, state="failed", error=internal(error))
        else:
            self._end(entry, state="done", result=task.result())

    def _stopped(self, entry: _Entry) -> dict[str, Any]:
        if entry.stopping == "interrupt":
            return {"state": "failed", "error": interrupted(entry.job)}
        return {"state": "cancelled", "error": told(Cancelled(f"“{entry.job.title}” was cancelled."))}

    def _end(self, entry: _Entry, **changes: Any) -> None:
        if changes["state"] == "failed":
            # whoever reads or copies the log alone finds there what went wrong
            for line in (changes["error"]["message"], *changes["error"]["hints"]):
                entry.lines.append(line)
        self._change(entry, finished=now(), **changes)
        # frees what the work holds on to
        entry.work = entry.task = None
        ended = [entry for entry in self._entries.values() if entry.job.ended]
        for oldest in ended[: max(0, len(ended) - self._keep)]:
            self._forget(oldest)
        self._start_next()

    def _forget(self, entry: _Entry) -> None:
        del self._entries[entry.job.id]
        self._announce(entry, "removed")

    def _change(self, entry: _Entry, **changes: Any) -> None:
        entry.job = replace(entry.job, **changes)
        self._announce(entry, "changed")

    def _announce_later(self, entry: _Entry) -> None:
        """Announce progress now if the last announcement is long enough ago, else once when it will be."""
        loop = asyncio.get_running_loop()
        wait = entry.announced + self._interval - loop.time()
        if entry.timer is None and wait > 0:
            entry.timer = loop.call_later(wait, self._tell, entry, "changed")
        elif entry.timer is None:
            self._tell(entry, "changed")

    def _announce(self, entry: _Entry, action: Action) -> None:
        """A job has come, gone or has a new state: remember that, and tell it now."""
        self._memory.write(entry.job for entry in self._entries.values())
        self._tell(entry, action)

    def _tell(self, entry: _Entry, action: Action) -> None:
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        entry.announced = asyncio.get_running_loop().time()
        try:
            self._on_change(entry.job.id, action)
        except Exception:
            self._logger.exception("A change of job %s could not be announced", entry.job.id)
