from __future__ import annotations

import datetime as dt
import os
from enum import StrEnum
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.admin import ADMIN_ONLY, REFUSALS
from lacity_data_api.metrics import exposition
from lacity_data_api.openapi import UNAVAILABLE, plain
from lacity_data_api.params import LOS_ANGELES
from lacity_data_api.responses import NO_STORE, json_response
from lacity_data_api.state import state_of
from lacity_data_api.status import repository, service
from lacity_data_api.status.schemas import ApiStatus, DatabaseStatus, DataStatus, Health, LogLine, Reset

METRICS = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(prefix="/status", tags=["status"])


class StatusType(StrEnum):
    """The pages of the original service."""

    API = "api"
    DB = "db"
    CACHE = "cache"
    LOG = "log"
    REDIS = "redis"


@router.get("/api", responses=plain(ApiStatus))
async def api_status(request: Request) -> Response:
    """The server's time, the newest load's time and the version; answers without a database too."""
    state = state_of(request)
    pulled = await service.last_pulled(state)
    now = dt.datetime.now(dt.UTC)
    return json_response(
        {
            "currentTimeUTC": now.replace(tzinfo=None),
            "lastPulledUTC": pulled and pulled.replace(tzinfo=None),
            "currentTimeLocal": now.astimezone(LOS_ANGELES),
            "lastPulledLocal": pulled and pulled.astimezone(LOS_ANGELES),
            "stage": state.settings.stage,
            "version": state.settings.code_version,
            "gitSha": state.settings.git_sha,
            "process": os.getpid(),
        }
    )


@router.get("/live", responses=plain(Health))
async def live() -> Response:
    """The process answers; restart it when this fails."""
    return json_response({"status": "alive"})


@router.get("/ready", responses=plain(Health) | {503: {"model": Health}})
async def ready(request: Request) -> Response:
    """Whether to send visitors here: once it knows which data to serve, until it is told to stop."""
    if service.is_ready(state_of(request)):
        return json_response({"status": "ready"})
    return json_response({"status": "not ready"}, 503, {"Retry-After": "2"})


@router.get("/data", responses=plain(DataStatus))
async def data_status(request: Request) -> Response:
    """Which generation of the data is served, and the age of the newest load."""
    state = state_of(request)
    pulled = await service.last_pulled(state)
    age = (dt.datetime.now(dt.UTC) - pulled).total_seconds() if pulled else None
    return json_response(
        {
            "generation": state.publication.generation,
            "last_pulled_utc": pulled and pulled.replace(tzinfo=None),
            "age_seconds": age,
        }
    )


@router.get("/db", responses=plain(DatabaseStatus) | UNAVAILABLE)
async def database_status(request: Request) -> Response:
    """Versions, and how many rows the tables hold."""
    state = state_of(request)
    kept = await state.publication.ask(repository.counts())
    counts: dict[str, Any] = orjson.loads(kept.answer.body)
    return json_response(counts | {"last_updated": await repository.last_pulled(state.database)})


@router.get("/log", dependencies=ADMIN_ONLY, responses=plain(list[LogLine]) | REFUSALS | UNAVAILABLE)
async def log_status(request: Request) -> Response:
    """The newest ten lines of the pipeline's log."""
    return json_response(await repository.newest_log(state_of(request).database))


@router.get("/cache", dependencies=ADMIN_ONLY, responses=plain(list[str]) | REFUSALS)
async def cache_status(request: Request) -> Response:
    """The keys of the finished answers in Redis, sorted."""
    return json_response(await service.cached_keys(state_of(request)))


@router.get("/redis", dependencies=ADMIN_ONLY, responses=plain(dict[str, Any]) | REFUSALS)
async def redis_status(request: Request) -> Response:
    """What Redis says of itself, by section."""
    return json_response(await service.redis_info(state_of(request)))


@router.get(
    "/metrics",
    dependencies=ADMIN_ONLY,
    response_class=Response,
    responses={200: {"content": {METRICS: {"schema": {"type": "string"}}}}, **REFUSALS},
)
async def metrics(request: Request) -> Response:
    """Prometheus metrics of all workers."""
    state = state_of(request)
    await service.last_pulled(state)
    service.measure(state)
    return Response(exposition(), headers=NO_STORE, media_type=METRICS)


@router.post("/reset-cache", dependencies=ADMIN_ONLY, responses=plain(Reset) | REFUSALS | UNAVAILABLE)
async def reset_cache(request: Request) -> Response:
    """Make the hot answers of the newest data, serve them everywhere, and forget all others."""
    details = await service.reset(state_of(request))
    return json_response({"message": "Cache successfully reset", "details": details})


@router.get("/{status_type}", include_in_schema=False)
async def unknown_status(status_type: StatusType) -> Response:
    """Every page that exists is above; what is left is answered with the list of names."""
    raise AssertionError(status_type)
