"""What an operator sees of the jobs: lines in the server's log, and numbers in its own ``/metrics``.

Neither holds an address, a file or a message: a job's id, its kind, its environment's name, its state and its code.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from datetime import datetime
from logging import Logger
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from jupyter_envs.jobs import Action, Job

ENDED = Counter("jupyter_envs_jobs_ended", "Jobs that have ended.", ["kind", "state"])
WAITING = Gauge("jupyter_envs_jobs", "Jobs that have not ended.", ["state"])
SECONDS = Histogram(
    "jupyter_envs_job_seconds", "How long jobs ran.", ["kind"], buckets=(0.5, 1, 2, 5, 15, 60, 300, 1800)
)


class Observer:
    """Told of each change of a job; writes a line for each new state."""

    def __init__(self, jobs: Callable[[], Iterable[Job]], log: Logger) -> None:
        self._jobs = jobs
        self._log = log
        self._states: dict[str, str] = {}

    def __call__(self, id: str, action: Action) -> None:
        """Look at the job again. Called by `Jobs`."""
        jobs = list(self._jobs())
        count(jobs)
        job = next((job for job in jobs if job.id == id), None)
        if job is None:
            self._states.pop(id, None)
        elif self._states.get(id) != job.state:
            self._states[id] = job.state
            self._log.info("%s", line(job))
            if job.ended:
                ENDED.labels(job.kind, job.state).inc()
                SECONDS.labels(job.kind).observe(seconds(job))


def count(jobs: Iterable[Job]) -> dict[str, int]:
    """How many jobs wait and run; the gauges say the same from then on."""
    found = Tally(str(job.state) for job in jobs)
    numbers = {state: found[state] for state in ("queued", "running")}
    for state, number in numbers.items():
        WAITING.labels(state).set(number)
    return numbers


def line(job: Job) -> str:
    """``envs job=… kind=create environment=penguins state=done seconds=1.2``, for people and for programs."""
    values: dict[str, Any] = {"job": job.id, "kind": job.kind, "environment": job.subject or "-", "state": job.state}
    if job.ended:
        values["seconds"] = f"{seconds(job):.1f}"
    if job.error is not None:
        values["code"] = job.error["code"]
    return "envs " + " ".join(f"{key}={value}" for key, value in values.items())


def seconds(job: Job) -> float:
    """How long a job ran; 0 for one that never began."""
    if job.started is None or job.finished is None:
        return 0.0
    return (datetime.fromisoformat(job.finished) - datetime.fromisoformat(job.started)).total_seconds()
