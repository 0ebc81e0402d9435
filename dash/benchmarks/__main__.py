"""``python -m benchmarks``: every report with all of its cards, without and with answers at hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import redis

from benchmarks.figures import Figure, milliseconds, write
from benchmarks.recording import RecordingSource, bare_redis, bare_sql, without_cache
from config import Settings
from data.source import Source
from frame.registry import reports
from frame.report import Report
from frame.selection import Selection

TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="leave the figures there")
    chosen = parser.parse_args()
    figures = []
    settings = Settings.from_environment()
    for report in reports():
        for figure in measured(report, settings):
            print(figure.line(), flush=True)
            figures.append(figure)
    write(figures, chosen.json)


def build_all(report: Report, source: Source) -> Callable[[], None]:
    """Everything that a visitor of the report's first view waits for, card by card."""
    selection = Selection.of(report.controls, "", source.facts())

    def build() -> None:
        for card in report.cards:
            card.build(source, selection)

    return build


def measured(report: Report, settings: Settings) -> Iterator[Figure]:
    """The report cold beside the bare SQL of its questions, and warm beside fetching its answers."""
    source = RecordingSource(without_cache(settings))
    build = build_all(report, source)
    build()
    asked = list(source.asked)
    cold = milliseconds(build, TIMES)
    source.close()
    limits = milliseconds(bare_sql(settings, asked), TIMES)
    what = f"bare SQL of its {len(asked)} questions"
    yield Figure.of(f"report {report.path}, all cards, cold", "ms", cold, limits, what)
    yield warm(report, settings)


def warm(report: Report, settings: Settings) -> Figure:
    """The report with every answer in Redis."""
    redis.Redis.from_url(settings.redis_url.get_secret_value()).flushdb()
    source = Source(settings)
    build = build_all(report, source)
    build()
    runs = milliseconds(build, TIMES)
    limits = milliseconds(bare_redis(settings), TIMES)
    source.close()
    name = f"report {report.path}, all cards, warm"
    return Figure.of(name, "ms", runs, limits, "fetching its answers from Redis")


if __name__ == "__main__":
    main()
