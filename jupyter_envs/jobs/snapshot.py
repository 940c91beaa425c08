"""What is told of a job: its snapshot and the end of its log. No task, no clock but for the time of a change."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from typing import Any, Literal

from jupyter_envs.models import Progress
from jupyter_envs.redact import redact

State = Literal["queued", "running", "done", "failed", "cancelled"]
Action = Literal["created", "changed", "removed"]

ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})
LONGEST_SECRET = 10_000


@dataclass(frozen=True)
class Job:
    """A job's snapshot. Times are ISO 8601 in UTC; ``error`` is what `EnvsError.to_json` gives; ``result`` is JSON."""

    id: str
    kind: str
    title: str
    subject: str | None
    state: State = "queued"
    progress: Progress | None = None
    result: Any = None
    error: dict[str, Any] | None = None
    created: str = ""
    started: str | None = None
    finished: str | None = None

    @property
    def ended(self) -> bool:
        """Whether the state is final."""
        return self.state in ENDED

    @property
    def interrupted(self) -> bool:
        """Whether it has not come to its end because its process stopped."""
        return self.error is not None and self.error["code"] == "interrupted"

    def as_interrupted(self) -> Job:
        """The same job, failed because its process stopped."""
        return replace(self, state="failed", error=interrupted(self), finished=now())

    def to_json(self) -> dict[str, Any]:
        """The snapshot as JSON values."""
        return {**vars(self), "progress": asdict(self.progress) if self.progress else None}


class Log:
    """The last lines of a log without their secrets, at most ``limit`` characters; a longer line is cut."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._lines: deque[str] = deque()

    def append(self, line: str) -> None:
        """Add a line, dropping the oldest ones while there are too many characters."""
        kept = beginning(line, self._limit - 1)
        self._lines.append(kept)
        self._size += len(kept) + 1
        while self._size > self._limit:
            self._size -= len(self._lines.popleft()) + 1

    def text(self) -> str:
        """All kept lines, each with its line end."""
        return "".join(f"{line}\n" for line in self._lines)


def beginning(line: str, length: int) -> str:
    """At most so many characters of a line, without secrets; of a very long line no more is read than that takes."""
    if len(line) <= length + LONGEST_SECRET:
        return redact(line)[:length]
    # a secret that this cut goes through is not known as one: it is in what the second cut takes away
    return redact(line[: length + LONGEST_SECRET])[:-LONGEST_SECRET][:length]


def now() -> str:
    """The time, ISO 8601 in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def interrupted(job: Job) -> dict[str, Any]:
    """The error of a job whose process stopped."""
    return {
        "code": "interrupted",
        "message": f"The server stopped before “{job.title}” had ended.",
        "hints": ["Nothing was left half made. Start it again."],
        "fields": {},
    }


def internal(error: BaseException) -> dict[str, Any]:
    """The error of a job whose work has a bug. The exception's text may hold anything, so only its type is told."""
    return {
        "code": "internal",
        "message": f"Something went wrong inside Jupyter Envs ({type(error).__name__}).",
        "hints": ["The server's log has the details."],
        "fields": {},
    }
