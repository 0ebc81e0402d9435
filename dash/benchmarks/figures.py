"""What every service's benchmarks report: a figure beside its limit in the same run.

The same file lies in each service's ``benchmarks``; a test compares them.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """Medians of several runs. ``limit`` is what the machine can do at best, measured beside ``value``.

    Unit ``ms``, ``s`` or ``MB``: less is better; ``req/s`` or ``rows/s``: more is better. ``goal`` is the
    floor or the ceiling of the design, if it has one.
    """

    work: str
    unit: str
    value: float
    limit: float
    limit_is: str
    goal: float | None = None
    runs: tuple[float, ...] = ()

    @staticmethod
    def of(
        work: str,
        unit: str,
        runs: Sequence[float],
        limits: Sequence[float],
        limit_is: str,
        goal: float | None = None,
    ) -> Figure:
        """A figure from the values of all runs."""
        value, limit = statistics.median(runs), statistics.median(limits)
        return Figure(work, unit, value, limit, limit_is, goal, tuple(runs))

    def line(self) -> str:
        """For people who watch."""
        goal = "" if self.goal is None else f", goal {self.goal:,g}"
        return (
            f"  {self.work}: {self.value:,.1f} {self.unit} (limit {self.limit:,.1f}: {self.limit_is}{goal})"
        )


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """How long it takes, so many times."""
    return [seconds(work) * 1000 for _ in range(times)]


def write(figures: Iterable[Figure], path: Path | None) -> None:
    """Leave them for ``make bench``, which makes tables and comparisons of them."""
    if path is not None:
        path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
