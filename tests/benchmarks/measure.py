"""Times alternately what we do and what it is compared with, so that a busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return f"{1000 * self.median:.1f} ms [{1000 * low:.1f} to {1000 * high:.1f}]"


@dataclass(frozen=True)
class Result:
    """One line of the table; ``limit`` is the highest ratio, or without a reference the most seconds, that will do."""

    what: str
    ours: Timing
    limit: float
    reference: Timing | None = None
    against: str = ""

    @property
    def value(self) -> float:
        return self.ours.median / self.reference.median if self.reference else self.ours.median

    @property
    def reached(self) -> bool:
        return self.value <= self.limit

    def cells(self) -> tuple[str, ...]:
        mark = "yes" if self.reached else "no"
        if self.reference is None:
            return (self.what, str(self.ours), "", "", f"<= {1000 * self.limit:g} ms", mark)
        against = f"{self.against}: {self.reference}"
        return (self.what, str(self.ours), against, f"{self.value:.2f}", f"<= {self.limit:g}", mark)


def timed(action: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def alternately(runs: int, *actions: Callable[[int], float]) -> tuple[Timing, ...]:
    """Timings of ``runs`` rounds, each of which calls every action with the round's number for its seconds."""
    rounds = [[action(number) for action in actions] for number in range(runs)]
    return tuple(Timing(tuple(column)) for column in zip(*rounds, strict=True))


def table(results: Sequence[Result]) -> str:
    """The results in columns: medians, and the lowest and highest of the runs in brackets."""
    rows = [("what", "ours", "compared with", "ratio", "target", "reached"), *(result.cells() for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
