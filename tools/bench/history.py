"""Earlier runs, in ``docs/performance.json``, and what changed since."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.paths import ROOT

FILE = ROOT / "docs" / "performance.json"
KEPT_RUNS = 10  # per size
# Smaller differences are noise.
NOTEWORTHY = 0.25
MORE_IS_BETTER = {"req/s", "rows/s"}


@dataclass(frozen=True)
class Result:
    """One line of the table: a service's figure and its limit."""

    service: str
    work: str
    unit: str
    value: float
    limit: float
    limit_is: str
    goal: float | None = None
    runs: tuple[float, ...] = ()

    @property
    def share(self) -> float:
        """The share of the limit that is reached; 1 is the machine's maximum."""
        if not (self.value and self.limit):
            return 0.0
        return self.value / self.limit if self.unit in MORE_IS_BETTER else self.limit / self.value

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.unit in MORE_IS_BETTER else self.value <= self.goal


@dataclass(frozen=True)
class Parity:
    """Whether the measured city matches the published data."""

    published: int
    """Rows of all datasets; the change of schema in 2025 published some requests in two of them."""
    published_twice: int
    served: int
    is_equal: bool


@dataclass(frozen=True)
class Usage:
    """The resources used by a service's benchmarks, including all processes that they started."""

    service: str
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    """Memory of the largest process."""


@dataclass(frozen=True)
class Run:
    """All figures of one benchmark run on one city. Runs before December 2026 have no parity or usage."""

    when: str
    commit: str
    rows: int
    machine: str
    seconds: float
    figures: tuple[Result, ...]
    parity: Parity | None = None
    usage: tuple[Usage, ...] = ()


def load(file: Path = FILE) -> list[Run]:
    """All kept runs, oldest first."""
    return [_run(entry) for entry in json.loads(file.read_text())] if file.is_file() else []


def _run(entry: dict[str, Any]) -> Run:
    figures = (Result(**{**one, "runs": tuple(one["runs"])}) for one in entry["figures"])
    parity = entry.get("parity")
    return Run(
        **{
            **entry,
            "figures": tuple(figures),
            "parity": Parity(**parity) if parity else None,
            "usage": tuple(Usage(**one) for one in entry.get("usage", ())),
        }
    )


def save(runs: Iterable[Run], file: Path = FILE) -> None:
    """Store the newest runs of every size."""
    by_size: dict[int, list[Run]] = {}
    for run in runs:
        by_size.setdefault(run.rows, []).append(run)
    kept = sorted((run for group in by_size.values() for run in group[-KEPT_RUNS:]), key=lambda run: run.when)
    file.write_text(json.dumps([asdict(run) for run in kept], indent=1, ensure_ascii=False) + "\n")


def latest(runs: Iterable[Run]) -> dict[int, Run]:
    """The newest run of every size, smallest city first."""
    return dict(sorted({run.rows: run for run in runs}.items()))


def compare(old: Run, new: Run) -> list[str]:
    """Improvements and regressions, as shares of the limit, because a slower machine slows both."""
    before = {(figure.service, figure.work): figure for figure in old.figures}
    lines = []
    for figure in new.figures:
        earlier = before.get((figure.service, figure.work))
        if earlier and earlier.share and abs(figure.share / earlier.share - 1) > NOTEWORTHY:
            word = "better" if figure.share > earlier.share else "WORSE"
            lines.append(
                f"{word}: {figure.work}: {earlier.share:.0%} of its limit before, {figure.share:.0%} now "
                f"({earlier.value:,.1f} and {figure.value:,.1f} {figure.unit})"
            )
    return lines


def commit(digits: int = 7) -> str:
    """The commit of the checkout, marked if files differ from it."""
    command = ["git", "describe", "--always", "--dirty", f"--abbrev={digits}", "--exclude=*"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return printed.stdout.strip() or "unknown"
