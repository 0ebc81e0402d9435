"""The report server. ``python -m gunicorn -c gunicorn.conf.py app:server`` in this folder runs it.

Nothing is read from Postgres or Redis before the first page is requested.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from dash import Dash
from flask import Flask, request
from flask_compress import Compress

import logs
import telemetry
from config import Settings
from data.warehouse import Warehouse
from documents import add_documents
from pages import city_map, reports
from report_kit import (
    assets,
    bundles,
    callbacks,
    dash_internals,
    definitions_page,
    feeds,
    home_page,
    layout,
    map_routes,
    preview,
    report_page,
    routes,
    sentry,
)

HERE = Path(__file__).parent
PLOTLY = assets.address("vendor/plotly-cartesian.min.js")
OF_THE_PAGE = {
    "{%scheme%}": assets.address("scheme.js"),
    "{%map%}": assets.address("map.js"),
    "{%icon%}": assets.address("icon.svg"),
    "{%plotly%}": PLOTLY,
}
DATA_OF_DASH = (dash_internals.LAYOUT, dash_internals.DEPENDENCIES)


class Reports(Dash):
    """Dash, with feed links and the URL of plotly.js in the head of each page, and with previews of pages."""

    api_public_url = ""
    stage = ""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]  # Dash names the parts
        links = _links(request.path)
        parts |= {name: parts[name] + tag for name, tag in bundles.tags().items()}
        shown = preview.of(reports(), self.stage)
        if shown:
            parts |= preview.later(links, parts["scripts"], parts["renderer"])
        metas = f"{parts['metas']}\n    {feeds.links(self.api_public_url, request.args)}"
        filled = str(super().interpolate_index(**{**parts, "metas": metas}))  # type: ignore[no-untyped-call]
        ahead = ("" if shown else links) + _map(request.path, self.api_public_url)
        # The preview is inserted last, so that placeholders in its text are not replaced.
        for place, part in {**OF_THE_PAGE, "{%ahead%}": ahead, "{%preview%}": shown}.items():
            filled = filled.replace(place, part)
        return filled


def _links(path: str) -> str:
    """Link elements that preload files and data in parallel with Dash's scripts."""
    late = {report.path for report in reports() if not report.is_drawn_at_once}
    scripts = () if path in late else (PLOTLY, dash_internals.GRAPHS)
    links = [
        *(f'<link rel="preload" as="script" href="{script}">' for script in scripts),
        *(f'<link rel="preload" as="fetch" href="{data}" crossorigin>' for data in DATA_OF_DASH),
    ]
    return "".join(links)


def _map(path: str, api: str) -> str:
    """Link elements for the map page: they preload MapLibre and connect to the tile server early."""
    if path != city_map.PAGE or not api:
        return ""
    module = assets.address(map_routes.MODULE)
    return (
        f'<link rel="modulepreload" href="{module}"><link rel="preconnect" href="{escape(api)}" crossorigin>'
    )


def create(settings: Settings) -> Dash:
    """Create the application with these settings."""
    logs.configure(settings.log_level)
    sentry.start(settings)
    server = Flask("reports")
    server.extensions |= {"warehouse": Warehouse(settings), "release": ""}
    telemetry.watch(server, settings.admin_token.get_secret_value())
    app = Reports(
        "reports",
        server=server,
        use_pages=True,
        # We publish our pages below: Dash would import them under different module names.
        pages_folder="",
        assets_folder=str(HERE / "assets"),
        # Otherwise Dash would add each file to every page.
        assets_ignore=".",
        title="311 reports",
        update_title="",
        description=home_page.PURPOSE,
        # Cards of pages that are not open have callbacks too.
        suppress_callback_exceptions=True,
        serve_locally=True,
    )
    app.api_public_url, app.stage = settings.api_public_url, settings.stage
    dash_internals.load_later()
    app.index_string = (HERE / "index.html").read_text()
    _add_pages(app, settings)
    routes.add_routes(app, reports())
    add_documents(server)
    map_routes.add_map_routes(app, settings)
    routes.add_headers(app, settings)
    callbacks.add_checks(app)
    server.config["COMPRESS_REGISTER"] = True
    assets.add_assets(server)
    Compress(server)
    finish(server)
    # Only now are all callbacks registered.
    server.extensions["release"] = callbacks.release_of(app)
    return app


def _add_pages(app: Dash, settings: Settings) -> None:
    home_page.publish(reports())
    definitions_page.publish()
    for report in reports():
        report_page.publish(report)
    layout.connect()
    app.layout = lambda: layout.layout(
        reports(), settings.stage, is_served=request.path == dash_internals.LAYOUT
    )


def finish(server: Flask) -> None:
    """Make Dash register its scripts now, before the workers are forked.

    Dash registers them while it handles the first request; concurrent requests would not find the scripts.
    """
    response = server.test_client().get("/health")
    if response.status_code != 200:
        raise RuntimeError(f"the server does not start: {response.status}")


app = create(Settings.from_environment())
server = app.server
