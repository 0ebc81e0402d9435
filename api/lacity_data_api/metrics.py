"""Prometheus metrics of all workers: requests, their duration, and where responses came from."""

from __future__ import annotations

import os
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    registry,
)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter(
    "api_requests_total", "Requests by route, method and status.", ["route", "method", "status"]
)
LATENCY = Histogram("api_request_seconds", "Time to the last byte, by route.", ["route"], buckets=SECONDS)
IN_FLIGHT = Gauge("api_requests_in_flight", "Requests in progress.", multiprocess_mode="livesum")
RESPONSES = Counter("api_responses_total", "Cached or queried responses by origin.", ["origin"])
POOL = Gauge("api_pool_connections", "Database connections by state.", ["state"], multiprocess_mode="livesum")
DATA_AGE = Gauge("api_data_age_seconds", "Time since the newest load.", multiprocess_mode="mostrecent")
GENERATION = Gauge("api_data_generation", "Generation of the data served.", multiprocess_mode="livemin")


# Found in memory by raw URL or by key, found in Redis, or produced by a query.
BY_URL, BY_KEY, FROM_REDIS, FROM_DATABASE = map(RESPONSES.labels, ("url", "memory", "redis", "database"))


@cache
def requests(route: str, method: str, status: int) -> Counter:
    """The counter of requests with this route, method and status."""
    return REQUESTS.labels(route, method, str(status))


@cache
def latency(route: str) -> Histogram:
    """The histogram of the duration of requests of this route."""
    return LATENCY.labels(route)


def exposition() -> bytes:
    """All workers' metrics in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(registry.REGISTRY)
    workers = CollectorRegistry()
    multiprocess.MultiProcessCollector(workers)  # type: ignore[no-untyped-call]
    return generate_latest(workers)
