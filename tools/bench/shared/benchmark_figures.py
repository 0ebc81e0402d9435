"""Benchmark results: each is a figure with its limit, measured in the same run.

``make bench`` adds this folder to the Python path of each service; services share no other code.
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
    """Medians of several runs. ``limit`` is the best this machine allows, measured in the same run.

    For the units ``ms``, ``s``, ``kB`` and ``MB``, lower is better; for ``req/s`` and ``rows/s``, higher is
    better. ``goal`` is the maximum or minimum that the design requires, if any.
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
        """Create a figure from the values of all runs."""
        value, limit = statistics.median(runs), statistics.median(limits)
        return Figure(work, unit, value, limit, limit_is, goal, tuple(runs))

    def line(self) -> str:
        """One line of text for the terminal."""
        goal = "" if self.goal is None else f", goal {self.goal:,g}"
        return (
            f"  {self.work}: {self.value:,.1f} {self.unit} (limit {self.limit:,.1f}: {self.limit_is}{goal})"
        )


def seconds(work: Callable[[], object]) -> float:
    """Seconds that a single run of the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """Milliseconds that each of ``times`` runs takes."""
    return [seconds(work) * 1000 for _ in range(times)]


def write(figures: Iterable[Figure], path: Path | None) -> None:
    """Write the figures to the file that ``make bench`` reads, if a path is given."""
    if path is not None:
        path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1))
