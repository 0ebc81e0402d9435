"""Resource usage of processes under load: memory, descriptors and connections, and whether they grow."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression
from types import TracebackType
from typing import Self

PROC = Path("/proc")
SECONDS_BETWEEN = 5.0
Roots = Callable[[], Mapping[str, int]]
"""Names, each with the id of the process that has started all others of that name."""


@dataclass(frozen=True)
class Sample:
    """One process at one moment; ``at`` in seconds, memory in MB."""

    at: float
    memory: float
    descriptors: int
    connections: int


@dataclass(frozen=True)
class Use:
    """One process over time, with at least two samples."""

    name: str
    samples: Sequence[Sample]

    @property
    def growth_per_hour(self) -> float:
        """MB an hour over the second half, when the caches are full."""
        later = self.samples[len(self.samples) // 2 :]
        slope, _ = linear_regression([one.at for one in later], [one.memory for one in later])
        return slope * 3600

    def line(self) -> str:
        """A row of the table."""
        first, last = self.samples[0], self.samples[-1]
        peak = max(one.memory for one in self.samples)
        most = max(one.descriptors for one in self.samples)
        busiest = max(one.connections for one in self.samples)
        return (
            f"{self.name:<24}{first.memory:>8.0f}{peak:>8.0f}{last.memory:>8.0f}{self.growth_per_hour:>+12.0f}"
            f"{first.descriptors:>8}{most:>6}{last.descriptors:>6}"
            f"{first.connections:>8}{busiest:>6}{last.connections:>6}"
        )


HEADING = (
    f"{'process':<24}{'MB':>8}{'most':>8}{'end':>8}{'MB/h':>12}"
    f"{'files':>8}{'most':>6}{'end':>6}{'conn.':>8}{'most':>6}{'end':>6}"
)


@dataclass
class Meter:
    """Takes samples in a separate thread until the block ends."""

    roots: Roots
    seconds_between: float = SECONDS_BETWEEN
    _found: dict[str, list[Sample]] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self.sample()
            if self._over.wait(self.seconds_between):
                self.sample()
                return

    def sample(self) -> None:
        """Add a sample of every process; those that end meanwhile are left out."""
        at = time.monotonic()
        for root, pid in self.roots().items():
            for one in descendants(pid):
                with suppress(OSError, ValueError):
                    self._found.setdefault(f"{root} {one}", []).append(_sample(at, one))

    def uses(self) -> list[Use]:
        """The use of every process that ran until the end."""
        end = max((samples[-1].at for samples in self._found.values()), default=0.0)
        return [
            Use(name, samples)
            for name, samples in self._found.items()
            if len(samples) > 3 and samples[-1].at == end
        ]

    def table(self) -> str:
        return "\n".join([HEADING, *(use.line() for use in self.uses())])


def descendants(pid: int) -> list[int]:
    """The process and all of its descendants; empty if the process has ended."""
    found = []
    with suppress(OSError):
        children = (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
        found = [pid, *(one for child in children for one in descendants(int(child)))]
    return found


def _sample(at: float, pid: int) -> Sample:
    folder = PROC / str(pid)
    memory = next(
        int(line.split()[1]) for line in (folder / "status").read_text().splitlines() if "VmRSS" in line
    )
    links = []
    for one in (folder / "fd").iterdir():
        with suppress(OSError):
            links.append(str(one.readlink()))
    return Sample(at, memory / 1024, len(links), sum(link.startswith("socket:") for link in links))
