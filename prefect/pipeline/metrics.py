"""Metrics of the runs in Prometheus' text format, read from the database, wherever the runs took place.

``python flow.py metrics`` prints them; ``python flow.py serve`` serves them on METRICS_PORT.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline.commands import exit_code_of
from pipeline.config import Settings
from pipeline.database import Connection, connect, fetch, fetch_one
from pipeline.errors import UnreachableError

log = logging.getLogger(__name__)

LAST = {
    "seconds": "Duration of the last run that ended.",
    "rows_read": "Rows read by the last run that ended.",
    "rows_inserted": "Rows that the last run added.",
    "rows_updated": "Rows that the last run changed.",
    "rows_rejected": "Rows that the last run rejected.",
    "rows_retired": "Rows that the last run retired.",
    "warnings": "Checks of the last run that warn.",
    "datasets_skipped": "Datasets that the last run could not read.",
}
FINISHED = "Time at which the last run with this status ended, in seconds since 1970."


class Runs(Collector):
    """A collector that reads the database on each scrape."""

    def __init__(self, url: str) -> None:
        self._url = url

    def collect(self) -> Iterable[Metric]:
        """Only ``pipeline_database_up 0`` while the database cannot be reached."""
        try:
            with connect(self._url, "metrics") as connection:
                last = fetch(connection, "runs/last_run")
                ended = fetch(connection, "runs/ended")
                generation = fetch_one(connection, "runs/generation")["generation"]
        except UnreachableError:
            yield GaugeMetricFamily("pipeline_database_up", "Whether Postgres responds.", 0)
            return
        yield GaugeMetricFamily("pipeline_database_up", "Whether Postgres responds.", 1)
        yield GaugeMetricFamily("pipeline_generation", "Generation of the stored data.", generation)
        finished = GaugeMetricFamily("pipeline_run_finished_timestamp_seconds", FINISHED, labels=["status"])
        for row in ended:
            finished.add_metric([row["status"]], row["finished"])
        yield finished
        for row in last:
            for name, meaning in LAST.items():
                yield GaugeMetricFamily(f"pipeline_last_run_{name}", meaning, row[name] or 0)


def _registry(settings: Settings) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Runs(settings.database_loader_url))
    return registry


def serve(settings: Settings) -> None:
    """Serve the metrics from a thread of this process, if METRICS_PORT is set."""
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host, _registry(settings))


def log_figures(connection: Connection) -> None:
    """One log line with the metrics of the last run that ended, for the metric filters on AWS."""
    (row,) = fetch(connection, "runs/last_run")
    log.info("figures of the run", extra={"figures": {name: row[name] or 0 for name in LAST}})


def main(arguments: Sequence[str]) -> int:
    """Print the metrics, for a textfile collector; returns the exit code."""
    argparse.ArgumentParser(prog="python flow.py metrics", description=__doc__).parse_args(arguments)
    return exit_code_of(_print)


def _print() -> None:
    sys.stdout.buffer.write(generate_latest(_registry(Settings.from_environment())))
