"""A small file that remembers which jobs have not ended, for the next process."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from jupyter_envs.jobs.snapshot import Job

# a string, because LoggerAdapter cannot be subscripted before Python 3.11
Logger: TypeAlias = "logging.Logger | logging.LoggerAdapter[Any]"


class Memory:
    """The file, or nothing at all if ``path`` is None. Its troubles are logged and never raised: jobs go on without it.

    Written by temporary file and rename, so that a reader finds the old or the new content. Not synchronised to the
    disk: after a power failure the file may be damaged, which counts as an empty one.
    """

    def __init__(self, path: Path | None, logger: Logger) -> None:
        self._path = path
        self._logger = logger

    def write(self, jobs: Iterable[Job]) -> None:
        """Remember the jobs that have not ended, and those that were interrupted and are still listed."""
        if self._path is None:
            return
        content = [job.to_json() for job in jobs if not job.ended or job.interrupted]
        new = self._path.with_name(self._path.name + ".new")
        try:
            new.write_text(json.dumps({"version": 1, "jobs": content}), encoding="utf-8")
            new.replace(self._path)
        except OSError as error:
            self._logger.warning("The list of jobs could not be written to %s: %s", self._path, error)

    def read(self) -> list[Job]:
        """The remembered jobs, the oldest first, each as interrupted."""
        if self._path is None or not self._path.exists():
            return []
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))["jobs"]
            jobs = [Job(**{**job, "progress": None}) for job in found]
            return [job if job.interrupted else job.as_interrupted() for job in jobs]
        except (OSError, ValueError, TypeError, KeyError) as error:
            self._logger.warning("The list of jobs in %s could not be read: %s", self._path, error)
            with suppress(OSError):
                self._path.unlink()
            return []
