"""The app: its routes, and the layers that a request passes through to reach them."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from lacity_data_api import errors, logs, sentry
from lacity_data_api.allocator import pin_malloc_thresholds
from lacity_data_api.changes import endpoints as changes
from lacity_data_api.config import Settings
from lacity_data_api.councils import endpoints as councils
from lacity_data_api.documentation import endpoints as documentation
from lacity_data_api.feedback import endpoints as feedback
from lacity_data_api.feedback.limits import MessageLimits
from lacity_data_api.files.any_origin import AnyOrigin
from lacity_data_api.files.endpoints import files_router
from lacity_data_api.geojson import endpoints as geojson
from lacity_data_api.http.cors import Cors
from lacity_data_api.http.front import Front
from lacity_data_api.http.recorder import Recorder
from lacity_data_api.http.request_limits import RequestLimits
from lacity_data_api.legacy import endpoints as legacy
from lacity_data_api.lifespan import lifespan_of
from lacity_data_api.open311 import endpoints as open311
from lacity_data_api.openapi import uncached
from lacity_data_api.openapi_document import describe
from lacity_data_api.priming import primed_queries
from lacity_data_api.reference import endpoints as reference
from lacity_data_api.reports import endpoints as reports
from lacity_data_api.reports import export_endpoints as exports
from lacity_data_api.request_types import endpoints as request_types
from lacity_data_api.requests import endpoints as requests
from lacity_data_api.responses import json_response
from lacity_data_api.routing import StrictRoute, add_routes
from lacity_data_api.state import State, build_state
from lacity_data_api.status import endpoints as status
from lacity_data_api.status.schemas import Welcome
from lacity_data_api.tiles import endpoints as tiles

ROUTERS = (
    councils.router,
    reference.regions,
    reference.agencies,
    reference.sources,
    request_types.router,
    requests.router,
    changes.router,
    changes.histories,
    geojson.router,
    tiles.router,
    reports.router,
    open311.router,
    exports.router,
    legacy.router,
    feedback.router,
    status.router,
    documentation.router,
)


async def welcome(_: Request) -> Response:
    """Where to find the documentation."""
    return json_response({"message": "Hello, 311! The routes are described at /docs"})


def create_api(state: State) -> FastAPI:
    """The app with every route, without the layers around them."""
    api = FastAPI(
        version=state.settings.code_version,
        lifespan=lifespan_of(state),
        # FastAPI writes the document in the event loop, and its pages load their scripts from a public CDN.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    api.state.parts = state
    api.state.message_limits = MessageLimits(state.settings, state.store)
    state.watcher.primer.queries = partial(primed_queries, state.facts)
    errors.register(api)
    api.router.route_class = StrictRoute
    api.get("/", tags=["status"], responses=uncached(Welcome))(welcome)
    for router in (*ROUTERS, files_router(state.settings.files_folder, state.settings.files_elsewhere)):
        add_routes(api, router)
    describe(api, state.facts)
    return api


def wrap(api: ASGIApp, state: State) -> ASGIApp:
    """The front sees every request first and every response last; the limits bound the cost of a route.

    The recorder, which is the outermost layer, changes nothing.
    """
    limited = RequestLimits(api, state.settings.api_body_bytes)
    memory, cors = state.responses.memory, Cors(state.settings.allowed_origins)
    front = Front(limited, memory, cors, state.access_log, state.request_ids)
    return Recorder(AnyOrigin(front), memory)


def create_app() -> ASGIApp:
    """The app that uvicorn serves, with settings from the environment."""
    pin_malloc_thresholds()
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    sentry.start(settings)
    state = build_state(settings)
    return wrap(create_api(state), state)
