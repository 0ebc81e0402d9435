"""Service levels: how fast each group of routes responds, and how often it may fail.

Plain functions over plain values, independent of Locust.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

SEPARATOR = " · "
PERCENTILES = (("p50", 0.50), ("p95", 0.95), ("p99", 0.99))


@dataclass(frozen=True)
class Level:
    """The limits of a group of routes. Times are in milliseconds to the last byte."""

    group: str
    p50: int
    p95: int
    p99: int
    error_share: float = 0.0

    def patient(self, factor: float) -> Level:
        """The same level with longer times, for slow or shared machines; the error limit is unchanged."""
        times = {name: round(getattr(self, name) * factor) for name, _ in PERCENTILES}
        return replace(self, **times)


# README.md gives the reason for each.
LEVELS = (
    Level("map cached", p50=25, p95=100, p99=300),
    Level("map uncached", p50=100, p95=400, p99=1_000),
    Level("analyst", p50=100, p95=400, p99=1_000),
    Level("report pages", p50=300, p95=1_500, p99=3_000),
    Level("report callbacks", p50=100, p95=500, p99=1_500),
    Level("data", p50=300, p95=1_500, p99=3_000),
    Level("exports", p50=5_000, p95=20_000, p99=30_000),
    Level("crawler", p50=100, p95=400, p99=1_000),
    Level("status", p50=50, p95=250, p99=500),
    # A response older than an earlier one, or two contradictory responses, count as errors.
    Level("one generation", p50=0, p95=0, p99=0),
)


@dataclass
class Measured:
    """The measurements of a group: number of responses by milliseconds, and number of failures."""

    times: dict[int, int] = field(default_factory=dict)
    failures: int = 0

    @property
    def requests(self) -> int:
        return sum(self.times.values())

    def add(self, times: Mapping[int, int], failures: int) -> None:
        """Add another entry; its times include its failures."""
        self.failures += failures
        for milliseconds, count in times.items():
            self.times[milliseconds] = self.times.get(milliseconds, 0) + count

    def percentile(self, share: float) -> int:
        """The shortest time within which this share of the responses arrived; 0 without responses."""
        wanted, reached = share * self.requests, 0
        for milliseconds in sorted(self.times):
            reached += self.times[milliseconds]
            if reached >= wanted:
                return milliseconds
        return 0


def label(group: str, route: str) -> str:
    """The name under which a request is counted and reported."""
    return f"{group}{SEPARATOR}{route}"


def group_of(name: str) -> str:
    """The group in a label; a name without a group is its own group."""
    return name.partition(SEPARATOR)[0]


def grouped(entries: Iterable[tuple[str, Mapping[int, int], int]]) -> dict[str, Measured]:
    """Measurements by group, from label, times and failures of every route."""
    groups: dict[str, Measured] = {}
    for name, times, failures in entries:
        groups.setdefault(group_of(name), Measured()).add(times, failures)
    return groups


def breaches(groups: Mapping[str, Measured], levels: Iterable[Level], *, is_timed: bool = True) -> list[str]:
    """A sentence for each broken level, checking times only if ``is_timed``; groups without requests pass."""
    texts = []
    for level, seen in ((level, groups[level.group]) for level in levels if level.group in groups):
        if seen.failures > level.error_share * seen.requests:
            failed = f"{seen.failures:,} of {seen.requests:,} failed"
            texts.append(f"{level.group}: {failed}, at most {level.error_share:.1%}")
        for name, share in PERCENTILES if is_timed else ():
            limit, found = getattr(level, name), seen.percentile(share)
            if found > limit:
                texts.append(f"{level.group}: {name} is {found:,} ms, at most {limit:,} ms")
    return texts


def table(groups: Mapping[str, Measured], levels: Iterable[Level] = LEVELS) -> str:
    """Every group with its limits."""
    head = f"{'group':<16}{'requests':>10}{'failed':>8}" + "".join(f"{name:>23}" for name, _ in PERCENTILES)
    return "\n".join(
        [head, *(_line(level, groups[level.group]) for level in levels if level.group in groups)]
    )


def _line(level: Level, seen: Measured) -> str:
    cells = [
        f"{seen.percentile(share):,} of {getattr(level, name):,} ms".rjust(23) for name, share in PERCENTILES
    ]
    return f"{level.group:<16}{seen.requests:>10,}{seen.failures:>8,}" + "".join(cells)
