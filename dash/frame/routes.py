"""Plain routes beside the pages: health, readiness, CSV files, former addresses; and headers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from dash import Dash
from flask import Flask, Response, abort, jsonify, redirect, request

from config import Settings
from data.errors import DataError, SlowError
from frame import former
from frame.page import source
from frame.registry import find, reports
from frame.report import Card, Report
from frame.selection import Selection
from frame.shell import UNKNOWN

RETRY_SECONDS = "5"
# Addresses that the original had and that no report of ours has taken over by name.
HOME = ("/dashboards", "/dashboards/", "/reload", "/index")


def add_routes(server: Flask) -> None:
    """Everything that is not a page of Dash."""
    server.add_url_rule("/health", "health", lambda: jsonify(status="alive"))
    server.add_url_rule("/ready", "ready", ready)
    server.add_url_rule("/csv/<report>/<card>.csv", "csv", csv_file)
    for report in reports():
        for number, alias in enumerate(report.aliases):
            server.add_url_rule(alias, f"{report.name}-{number}", _redirect_to(report.path))
    for number, address in enumerate(HOME):
        server.add_url_rule(address, f"home-{number}", _redirect_to("/"))


def ready() -> tuple[Response, int]:
    """200 while Postgres answers, with what the data are; load balancers and open pages ask."""
    try:
        facts = source().facts()
    except DataError:
        return jsonify(status="away", version=UNKNOWN), 503
    status = 503 if facts.is_away else 200
    state = "away" if facts.is_away else "ready"
    return jsonify(status=state, generation=facts.generation, version=facts.version), status


def csv_file(report: str, card: str) -> Response:
    """The rows that a card shows for the same query; 404 for cards that there are not."""
    found = _find(report, card)
    if found is None:
        abort(404)
    try:
        body = _rows(*found, request.query_string.decode())
    except DataError as error:
        return _unavailable(error)
    name = f"{report}-{card}.csv"
    return Response(
        body,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
        content_type="text/csv; charset=utf-8",
    )


def _unavailable(error: DataError) -> Response:
    status = 504 if isinstance(error, SlowError) else 503
    return Response(error.advice, status, {"Retry-After": RETRY_SECONDS}, mimetype="text/plain")


def _find(report: str, card: str) -> tuple[Report, Card] | None:
    known = find(report)
    found = known.card(card) if known else None
    return (known, found) if known and found else None


def _rows(report: Report, card: Card, search: str) -> str:
    selection = Selection.of(report.controls, search, source().facts())
    return card.build(source(), selection).table.csv()


def _redirect_to(path: str) -> Any:
    def go() -> Any:
        try:
            query = former.current_query(source(), request.query_string.decode())
        except DataError as error:
            # A redirect to another council would be remembered for ever.
            return _unavailable(error)
        return redirect(f"{path}?{query}" if query else path, 301)

    return go


def add_headers(app: Dash, settings: Settings) -> None:
    """A policy that lets a page load from this server alone, and be framed by the allowed origins alone."""

    @cache
    def policy() -> str:
        # Dash writes its last inline script with the first request.
        return content_policy(app.csp_hashes(), settings.allowed_frames)

    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy()
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response

    app.server.after_request(add)


def content_policy(script_hashes: Sequence[str], frames: Sequence[str]) -> str:
    """A Content-Security-Policy for these inline scripts and framing origins."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            # Charts, grids and components write style attributes and sheets while they draw.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *frames)),
        )
    )
