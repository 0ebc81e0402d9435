"""The report server. ``python -m gunicorn -c gunicorn.conf.py app:server`` in this folder runs it.

Nothing is read from Postgres or Redis before somebody asks for a page.
"""

from __future__ import annotations

import logging
from pathlib import Path

from dash import Dash
from flask import Flask

from config import Settings
from data.source import Source
from frame import compression, home, page, routes, scripts, shell
from frame.registry import reports

HERE = Path(__file__).parent
DESCRIPTION = "What the City of Los Angeles is asked for through 311, where, and how long it takes."


def create(settings: Settings) -> Dash:
    """The whole application for these settings."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = Flask("reports")
    server.extensions["source"] = Source(settings)
    app = Dash(
        "reports",
        server=server,  # type: ignore[arg-type]  # documented, but not in its types
        use_pages=True,
        # Ours are published below: Dash would import them under names of its own.
        pages_folder="",
        assets_folder=str(HERE / "assets"),
        assets_ignore=scripts.NOT_WITH_THE_PAGE,
        title="Los Angeles 311 reports",
        update_title="",
        description=DESCRIPTION,
        # Cards of pages that are not open have callbacks too.
        suppress_callback_exceptions=True,
        serve_locally=True,
    )
    scripts.load_later()
    app.index_string = (HERE / "index.html").read_text()
    home.publish()
    for report in reports():
        page.publish(report)
    shell.connect()
    app.layout = lambda: shell.layout(settings.stage)
    routes.add_routes(server)
    routes.add_headers(app, settings)
    compression.add(server)
    finish(server)
    return app


def finish(server: Flask) -> None:
    """Let Dash register its scripts now, and so before the workers are forked.

    It does so while it handles a first request; a second one meanwhile, and browsers make many, finds none.
    """
    answer = server.test_client().get("/health")
    if answer.status_code != 200:
        raise RuntimeError(f"the server is not well: {answer.status}")


app = create(Settings.from_environment())
server = app.server
