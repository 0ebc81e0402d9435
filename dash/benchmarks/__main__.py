"""``python -m benchmarks``: report callbacks with and without cached results, pages, and memory."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from benchmark_figures import Figure, milliseconds, write
from dash._utils import to_json

from app import app
from benchmarks import map_view, outside
from benchmarks.recording import RecordingWarehouse, bare_redis, bare_sql, without_cache
from config import Settings
from data.warehouse import Warehouse
from pages import reports
from report_kit.card import body_of
from report_kit.report import Card, Report
from report_kit.selection import Selection

TIMES = 5
GOAL_COLD_MS, GOAL_WARM_MS = 200, 50


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="leave the figures there")
    chosen = parser.parse_args()
    figures = []
    settings = Settings.from_environment()
    with app.server.app_context():
        for figure in everything(settings):
            print(figure.line(), flush=True)
            figures.append(figure)
    write(figures, chosen.json)


def everything(settings: Settings) -> Iterator[Figure]:
    for report in reports():
        yield cold(report, settings)
        yield warm(report, settings)
    yield from outside.measured()
    warehouse = Warehouse(settings)
    facts = warehouse.facts()
    warehouse.close()
    yield from map_view.measured(str(facts.first_day), str(facts.last_day))


def callback(report: Report, card: Card, warehouse: Warehouse) -> Callable[[], object]:
    """The server's work for a card of the report's initial view, without HTTP."""
    selection = Selection.of(report.controls, "", warehouse)
    city = warehouse.facts().city
    return lambda: to_json(body_of(report, card, report.content(card, warehouse, selection), "", city))


def slowest(report: Report, warehouse: Warehouse) -> tuple[Card, list[float]]:
    """The card with the highest median time, and its times."""
    times = {card.name: milliseconds(callback(report, card, warehouse), TIMES) for card in report.cards}
    card = max(report.cards, key=lambda card: statistics.median(times[card.name]))
    return card, times[card.name]


def cold(report: Report, settings: Settings) -> Figure:
    """The slowest card compared with the bare SQL of its queries."""
    warehouse = RecordingWarehouse(without_cache(settings))
    card, runs = slowest(report, warehouse)
    warehouse.queries.clear()
    callback(report, card, warehouse)()
    queries = list(warehouse.queries)
    warehouse.close()
    limits = milliseconds(bare_sql(settings, queries), TIMES)
    what = f"bare SQL of the {len(queries)} queries of “{card.name}”"
    name = f"report {report.path}, slowest callback, cold"
    return Figure.of(name, "ms", runs, limits, what, GOAL_COLD_MS)


def warm(report: Report, settings: Settings) -> Figure:
    """The slowest card with every query result in Redis."""
    client = redis.Redis.from_url(settings.redis_url.get_secret_value())
    warehouse = Warehouse(settings)
    for card in report.cards:
        callback(report, card, warehouse)()
    card, runs = slowest(report, warehouse)
    client.flushdb()
    callback(report, card, warehouse)()
    limits = milliseconds(bare_redis(settings), TIMES)
    warehouse.close()
    name = f"report {report.path}, slowest callback, warm"
    what = f"fetching the query results of “{card.name}” from Redis"
    return Figure.of(name, "ms", runs, limits, what, GOAL_WARM_MS)


if __name__ == "__main__":
    main()
