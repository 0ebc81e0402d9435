"""``python -m benchmarks``: callbacks of every report, without and with answers at hand, pages and memory."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from benchmark_figures import Figure, milliseconds, write
from dash._utils import to_json

from benchmarks import outside
from benchmarks.recording import RecordingSource, bare_redis, bare_sql, without_cache
from config import Settings
from data.source import Source
from frame.card import content
from frame.registry import reports
from frame.report import Card, Report
from frame.selection import Selection

TIMES = 5
GOAL_COLD_MS, GOAL_WARM_MS = 200, 50


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="leave the figures there")
    chosen = parser.parse_args()
    figures = []
    settings = Settings.from_environment()
    for figure in everything(settings):
        print(figure.line(), flush=True)
        figures.append(figure)
    write(figures, chosen.json)


def everything(settings: Settings) -> Iterator[Figure]:
    for report in reports():
        yield cold(report, settings)
        yield warm(report, settings)
    yield from outside.measured()


def callback(report: Report, card: Card, source: Source) -> Callable[[], object]:
    """What the server does for a card of the report's first view, but for HTTP."""
    selection = Selection.of(report.controls, "", source.facts())
    return lambda: to_json(content(report, card, card.build(source, selection), ""))


def slowest(report: Report, source: Source) -> tuple[Card, list[float]]:
    """The card that takes longest, and its times."""
    times = {card.name: milliseconds(callback(report, card, source), TIMES) for card in report.cards}
    card = max(report.cards, key=lambda card: statistics.median(times[card.name]))
    return card, times[card.name]


def cold(report: Report, settings: Settings) -> Figure:
    """The slowest card beside the bare SQL of its questions."""
    source = RecordingSource(without_cache(settings))
    card, runs = slowest(report, source)
    source.asked.clear()
    callback(report, card, source)()
    asked = list(source.asked)
    source.close()
    limits = milliseconds(bare_sql(settings, asked), TIMES)
    what = f"bare SQL of the {len(asked)} questions of “{card.name}”"
    name = f"report {report.path}, slowest callback, cold"
    return Figure.of(name, "ms", runs, limits, what, GOAL_COLD_MS)


def warm(report: Report, settings: Settings) -> Figure:
    """The slowest card with every answer in Redis."""
    client = redis.Redis.from_url(settings.redis_url.get_secret_value())
    source = Source(settings)
    for card in report.cards:
        callback(report, card, source)()
    card, runs = slowest(report, source)
    client.flushdb()
    callback(report, card, source)()
    limits = milliseconds(bare_redis(settings), TIMES)
    source.close()
    name = f"report {report.path}, slowest callback, warm"
    what = f"fetching the answers of “{card.name}” from Redis"
    return Figure.of(name, "ms", runs, limits, what, GOAL_WARM_MS)


if __name__ == "__main__":
    main()
