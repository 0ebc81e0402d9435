"""Other routes of the report server: health, CSV files, redirects of old URLs; and the security headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from dash import Dash
from flask import Response, abort, current_app, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from config import Settings
from data.errors import DataError
from data.frames import to_csv
from report_kit import redirects
from report_kit.failures import unavailable
from report_kit.layout import UNKNOWN
from report_kit.report import Report
from report_kit.report_page import content_of, warehouse

# URLs of the original application that have no corresponding report.
HOME = ("/dashboards", "/dashboards/", "/reload", "/index")


def add_routes(app: Dash, reports: Sequence[Report]) -> None:
    """Register all routes that are not Dash pages."""
    server, by_name = app.server, {report.name: report for report in reports}
    server.add_url_rule("/health", "health", lambda: jsonify(status="alive"))
    server.add_url_rule("/ready", "ready", ready)
    server.add_url_rule("/csv/<report>/<card>.csv", "csv", lambda **names: csv_file(by_name, **names))
    for report in reports:
        for number, alias in enumerate(report.aliases):
            server.add_url_rule(alias, f"{report.name}-{number}", _redirect_to(report.path))
    for number, address in enumerate(HOME):
        server.add_url_rule(address, f"home-{number}", _redirect_to("/"))


def ready() -> tuple[Response, int]:
    """200 while Postgres responds, with the versions of data and callbacks; for load balancers and pages."""
    release = current_app.extensions["release"]
    try:
        facts = warehouse().facts()
    except DataError:
        return jsonify(status="away", version=UNKNOWN, release=release), 503
    status, state = (503, "away") if facts.is_away else (200, "ready")
    body = {"status": state, "generation": facts.generation, "version": facts.version, "release": release}
    return jsonify(body), status


def csv_file(reports: Mapping[str, Report], report: str, card: str) -> Response:
    """Every row behind a card for the same query; 404 for unknown cards and unusable selections."""
    known = reports.get(report)
    found = known.card(card) if known else None
    if known is None or found is None:
        abort(404)
    try:
        content = content_of(known, found, request.query_string.decode(), warehouse())
    except DataError as error:
        return unavailable(error)
    return Response(
        to_csv(content.frame),
        headers={"Content-Disposition": f'attachment; filename="{report}-{card}.csv"'},
        content_type="text/csv; charset=utf-8",
    )


def _redirect_to(path: str) -> Callable[[], AnyResponse]:
    def go() -> AnyResponse:
        try:
            query = redirects.current_query(warehouse(), request.query_string.decode())
        except DataError as error:
            # Browsers cache permanent redirects, so this one must not point to the wrong council.
            return unavailable(error)
        return redirect(f"{path}?{query}" if query else path, 301)

    return go


def add_headers(app: Dash, settings: Settings) -> None:
    """Restrict resources to this server and the map's origins, and framing to the allowed origins."""

    @cache
    def policy() -> str:
        # Dash adds its last inline script during the first request.
        return content_policy(app.csp_hashes(), settings.allowed_frames, settings.map_origins)

    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy()
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response

    app.server.after_request(add)


def content_policy(
    script_hashes: Sequence[str], frames: Sequence[str], map_origins: Sequence[str] = ()
) -> str:
    """A Content-Security-Policy for these inline scripts, framing origins and origins of the map's data."""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            # Charts, grids and components write style attributes and sheets while they draw.
            "style-src 'self' 'unsafe-inline'",
            " ".join(("img-src 'self' data: blob:", *map_origins)),
            " ".join(("connect-src 'self'", *map_origins)),
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(("frame-ancestors 'self'", *frames)),
        )
    )
