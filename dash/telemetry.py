"""An id, a log line and metrics for every request to the reports."""

from __future__ import annotations

import hmac
import logging
import os
import re
import secrets
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess, registry

from logs import REQUEST_ID

access = logging.getLogger("access")
ACCEPTED = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# The load balancer's: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
TRACE_ROOT = re.compile(r"(?:^|;)Root=([A-Za-z0-9-]{1,64})(?:;|$)")
# Polled every few seconds by load balancers and Prometheus.
QUIET = {"/health", "/ready", "/status/metrics"}
NO_ROUTE = "none"
# Any uppercase word is a method of HTTP; each label value is a series that is kept until the restart.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER_METHOD = "other"

REQUESTS = Counter(
    "reports_requests_total", "Requests by route, method and status.", ["route", "method", "status"]
)
LATENCY = Histogram("reports_request_seconds", "Time to the whole response, by route.", ["route"])
QUERIES = Histogram("reports_query_seconds", "Time of a query that was not cached.")


def watch(server: Flask, admin_token: str) -> None:
    """Give every request an id, a log line and metrics."""
    server.before_request(_begin)
    server.after_request(_end)
    server.add_url_rule("/status/metrics", "metrics", lambda: _metrics(admin_token))


def _begin() -> None:
    g.started = time.perf_counter()
    REQUEST_ID.set(_request_id())


def _request_id() -> str:
    own = request.headers.get("X-Request-ID", "")
    if ACCEPTED.fullmatch(own):
        return own
    trace = TRACE_ROOT.search(request.headers.get("X-Amzn-Trace-Id", ""))
    return trace[1] if trace else secrets.token_hex(8)


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.started
    response.headers["X-Request-ID"] = REQUEST_ID.get()
    route, method = _route(response.status_code), _method()
    REQUESTS.labels(route, method, str(response.status_code)).inc()
    LATENCY.labels(route).observe(seconds)
    if request.path not in QUIET:
        _log(route, method, response.status_code, seconds)
    return response


def _method() -> str:
    return request.method if request.method in METHODS else OTHER_METHOD


def _route(status: int) -> str:
    """The rule of the route; for Dash pages, which share one rule, the path."""
    rule = request.url_rule.rule if request.url_rule else NO_ROUTE
    if rule != "/<path:path>":
        return rule
    # Dash ignores slashes at the end, of which there may be any number.
    return request.path.rstrip("/") if status == 200 else NO_ROUTE


def _log(route: str, method: str, status: int, seconds: float) -> None:
    fields = {
        "method": method,
        "route": route,
        "path": request.path[:500],
        "status": status,
        "seconds": round(seconds, 6),
        "client": request.remote_addr,
    }
    access.info("%s %s", method, request.path[:500], extra=fields)


def _metrics(admin_token: str) -> Response:
    """All workers' metrics in Prometheus' text format; closed while there is no token."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not admin_token:
        return Response("Closed: this server has no admin token", 403)
    if not hmac.compare_digest(given.encode(), admin_token.encode()):
        return Response("A bearer token is needed", 401, {"WWW-Authenticate": "Bearer"})
    return Response(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition() -> bytes:
    """The metrics of every worker, or of this process alone."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(registry.REGISTRY)
    workers = CollectorRegistry()
    multiprocess.MultiProcessCollector(workers)  # type: ignore[no-untyped-call]
    return generate_latest(workers)
