"""The app: its parts, their life, and the order in which a request meets them."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from lacity_data_api import errors, logs, sentry
from lacity_data_api.agencies import endpoints as agencies
from lacity_data_api.config import Settings
from lacity_data_api.councils import endpoints as councils
from lacity_data_api.edge.cors import Cors
from lacity_data_api.edge.edge import Edge
from lacity_data_api.edge.guard import Guard
from lacity_data_api.feedback import endpoints as feedback
from lacity_data_api.geojson import endpoints as geojson
from lacity_data_api.legacy import endpoints as legacy
from lacity_data_api.lifespan import lifespan_of
from lacity_data_api.openapi import REFUSED_EARLY, add_examples, plain
from lacity_data_api.regions import endpoints as regions
from lacity_data_api.reports import endpoints as reports
from lacity_data_api.request_types import endpoints as request_types
from lacity_data_api.requests import endpoints as requests
from lacity_data_api.responses import json_response
from lacity_data_api.sources import endpoints as sources
from lacity_data_api.state import State, build_state
from lacity_data_api.status import endpoints as status
from lacity_data_api.status.schemas import Welcome

ROUTERS = (
    councils.router,
    regions.router,
    agencies.router,
    sources.router,
    request_types.router,
    requests.router,
    geojson.router,
    reports.router,
    legacy.router,
    feedback.router,
    status.router,
)

TITLE = "LA 311 Data"
DESCRIPTION = """
The city of Los Angeles' 311 service requests since 2015, taken from the city's open-data portal every night.

* Everyone may read; there is no key. Answers carry an `ETag`: send it back as `If-None-Match` and get 304.
* Times are the city's local time as published, without zone, unless a name says UTC.
* 422 says what is wrong with a request; 503 says in `Retry-After` when to send it again.
"""


async def welcome(_: Request) -> Response:
    """Where to read on."""
    return json_response({"message": "Hello, 311! The routes are described at /docs"})


def create_api(state: State) -> FastAPI:
    """Every route, without what happens before and after them."""
    api = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=state.settings.code_version,
        lifespan=lifespan_of(state),
        responses=REFUSED_EARLY,
    )
    api.state.parts = state
    errors.register(api)
    api.get("/", tags=["status"], responses=plain(Welcome))(welcome)
    for router in ROUTERS:
        api.include_router(router)
    add_examples(api)
    return api


def wrap(api: ASGIApp, state: State) -> ASGIApp:
    """The edge sees every request first and every answer last; the guard holds what the routes may cost."""
    guarded = Guard(api, state.settings.api_body_bytes)
    return Edge(guarded, state.answers.memory, Cors(state.settings.allowed_origins), state.access_log)


def create_app() -> ASGIApp:
    """What uvicorn serves, with settings from the environment."""
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    sentry.start(settings)
    state = build_state(settings)
    return wrap(create_api(state), state)
