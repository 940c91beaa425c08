"""What a terminal shows: progress, plans, questions. Progress goes to standard error, results to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from jupyter_envs.models import Phase, Plan, Reporter
from jupyter_envs.models import Progress as State

PHASES: dict[Phase, str] = {
    "solving": "Finding versions",
    "fetching": "Downloading",
    "linking": "Linking",
    "pip": "PyPI packages",
    "publishing": "Publishing",
    "removing": "Removing",
    "executing": "Running",
    "verifying": "Comparing files",
    "waiting": "Waiting for the hub",
    "building": "Building",
    "pushing": "Storing the image",
    "packing": "Packing",
}
MEGABYTE = 1_000_000
SHOWN = 12


class Lines:
    """What the log of some work says, kept until it is known how it went: what went wrong is in the error."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def log(self, line: str) -> None:
        """Keep a line; one that comes again is the same one."""
        self._lines[line] = None

    def show(self) -> None:
        """Print them, after the work."""
        for line in list(self._lines)[:SHOWN]:
            print(line, file=sys.stderr, flush=True)
        if len(self._lines) > SHOWN:
            print(f"and {len(self._lines) - SHOWN} more lines", file=sys.stderr, flush=True)


class LineReporter(Lines):
    """One line a phase, for logs and pipes."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._phase: Phase | None = None

    def progress(self, progress: State) -> None:
        """Say when a phase begins."""
        if progress.phase != self._phase:
            self._phase = progress.phase
            print(f"{self._title}: {PHASES[progress.phase].lower()}", file=sys.stderr, flush=True)


class BarReporter(Lines):
    """A progress bar."""

    def __init__(self, title: str, bar: Progress) -> None:
        super().__init__()
        self._title = title
        self._bar = bar
        self._task = bar.add_task(title, counts="", total=None)

    def progress(self, progress: State) -> None:
        """Show bytes where they are known, else packages."""
        done, total = progress.packages_done, progress.packages_total
        if progress.bytes_total:
            done, total = progress.bytes_done, progress.bytes_total
        description = f"{self._title}: {PHASES[progress.phase].lower()}"
        self._bar.update(self._task, description=description, completed=done, total=total, counts=counts(progress))


@contextmanager
def terminal_reporter(title: str) -> Iterator[Reporter]:
    """A progress bar on a terminal, lines elsewhere; then what the log says of work that went well.

    All on standard error.
    """
    if not sys.stderr.isatty():
        lines = LineReporter(title)
        yield lines
        lines.show()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counts]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        reporter = BarReporter(title, bar)
        yield reporter
    reporter.show()


def counts(state: State) -> str:
    """``9 of 12 · 51 of 82 MB``."""
    parts = []
    if state.packages_total:
        parts.append(f"{state.packages_done} of {state.packages_total}")
    if state.bytes_total:
        parts.append(f"{state.bytes_done // MEGABYTE} of {state.bytes_total // MEGABYTE} MB")
    return " · ".join(parts)


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / MEGABYTE:.1f} MB" if count >= MEGABYTE else f"{count / 1000:.0f} kB"


def print_plan(plan: Plan) -> None:
    """What would be done, shortly."""
    for package in plan.added[:SHOWN]:
        origin = "PyPI" if package.manager == "pip" else package.build
        print(f"  + {package.name} {package.version} ({origin})")
    if len(plan.added) > SHOWN:
        print(f"  + {len(plan.added) - SHOWN} more")
    for change in (*plan.changed, *plan.rebuilt):
        print(f"  ~ {change.name} {change.before} → {change.after}")
    for package in plan.removed:
        print(f"  - {package.name} {package.version}")
    print(f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.rebuilt)} rebuilt,", end=" ")
    print(f"{len(plan.removed)} removed;", end=" ")
    where = f"For {plan.python}." if plan.python else f"Channels: {', '.join(plan.channels) or 'none'}."
    print(f"{plan.to_fetch} to download, {size(plan.download)}. {where}")
    if plan.additive:
        print("Only adds packages: kernels that are running can import them at once.")
    for line in (*plan.notes, *plan.runs_code):
        print(line)


def confirm(question: str) -> bool:
    """Ask for a yes or a no; no answer is a no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
