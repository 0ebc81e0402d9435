"""The report server. ``python -m gunicorn -c gunicorn.conf.py app:server`` in this folder runs it.

Nothing is read from Postgres or Redis before the first page is requested.
"""

from __future__ import annotations

import logging
from pathlib import Path

from dash import Dash
from flask import Flask
from flask_compress import Compress

from config import Settings
from data.warehouse import Warehouse
from pages import reports
from report_kit import callbacks, dash_internals, home_page, layout, report_page, routes
from report_kit.map_routes import add_map_routes

HERE = Path(__file__).parent
DESCRIPTION = "What residents ask the city for through 311, where, and how long it takes."


def create(settings: Settings) -> Dash:
    """The whole application for these settings."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = Flask("reports")
    server.extensions |= {"warehouse": Warehouse(settings), "release": ""}
    app = Dash(
        "reports",
        server=server,  # type: ignore[arg-type]  # documented, but not in its types
        use_pages=True,
        # Ours are published below: Dash would import them under names of its own.
        pages_folder="",
        assets_folder=str(HERE / "assets"),
        assets_ignore=dash_internals.NOT_WITH_THE_PAGE,
        title="311 reports",
        update_title="",
        description=DESCRIPTION,
        # Cards of pages that are not open have callbacks too.
        suppress_callback_exceptions=True,
        serve_locally=True,
    )
    dash_internals.load_later()
    app.index_string = (HERE / "index.html").read_text()
    _add_pages(app, settings)
    routes.add_routes(app, reports())
    add_map_routes(app, settings)
    routes.add_headers(app, settings)
    callbacks.add_checks(app)
    server.config["COMPRESS_REGISTER"] = True
    Compress(server)
    finish(server)
    # Dash knows all callbacks only now.
    server.extensions["release"] = callbacks.release_of(app)
    return app


def _add_pages(app: Dash, settings: Settings) -> None:
    home_page.publish(reports())
    for report in reports():
        report_page.publish(report)
    layout.connect()
    app.layout = lambda: layout.layout(reports(), settings.stage)


def finish(server: Flask) -> None:
    """Let Dash register its scripts now, and so before the workers are forked.

    It does so while it handles a first request; a second one meanwhile, and browsers make many, finds none.
    """
    response = server.test_client().get("/health")
    if response.status_code != 200:
        raise RuntimeError(f"the server does not start: {response.status}")


app = create(Settings.from_environment())
server = app.server
