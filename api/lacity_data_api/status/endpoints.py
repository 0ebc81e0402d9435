from __future__ import annotations

import datetime as dt
import os
from enum import StrEnum
from typing import Any

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.admin import ADMIN_ONLY, REJECTIONS
from lacity_data_api.metrics import exposition
from lacity_data_api.openapi import UNAVAILABLE, uncached
from lacity_data_api.responses import NO_STORE, json_response
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of
from lacity_data_api.status import repository, service
from lacity_data_api.status.schemas import ApiStatus, DatabaseStatus, DataStatus, Health, LogLine, Reset

METRICS = "text/plain; version=0.0.4; charset=utf-8"

router = strict_router("/status", "status")


class StatusType(StrEnum):
    """The pages of the original service."""

    API = "api"
    DB = "db"
    CACHE = "cache"
    LOG = "log"
    REDIS = "redis"


@router.get("/api", responses=uncached(ApiStatus))
async def api_status(request: Request) -> Response:
    """The server's time, the time of the newest load, and the version; needs no database."""
    state = state_of(request)
    loaded_at, city = await service.last_loaded(state), await state.facts.city()
    now = dt.datetime.now(dt.UTC)
    return json_response(
        {
            "currentTimeUTC": service.without_zone(now),
            "lastPulledUTC": service.without_zone(loaded_at),
            "currentTimeLocal": city.local(now),
            "lastPulledLocal": loaded_at and city.local(loaded_at),
            "stage": state.settings.stage,
            "version": state.settings.code_version,
            "gitSha": state.settings.git_sha,
            "process": os.getpid(),
        }
    )


@router.get("/live", responses=uncached(Health))
async def live() -> Response:
    """The process responds; restart it if this fails."""
    return json_response({"status": "alive"})


@router.get("/ready", responses=uncached(Health) | {503: {"model": Health}})
async def ready(request: Request) -> Response:
    """Whether to send traffic here: once the generation to serve is known, until the process stops."""
    if state_of(request).watcher.generation is not None:
        return json_response({"status": "ready"})
    return json_response({"status": "not ready"}, 503, {"Retry-After": "2"})


@router.get("/data", responses=uncached(DataStatus))
async def data_status(request: Request) -> Response:
    """The served generation of the data, the age of the newest load, and counts of requests."""
    state = state_of(request)
    loaded_at = await service.last_loaded(state)
    totals = await service.totals(state, loaded_at)
    return json_response(
        {
            "generation": state.watcher.generation,
            "last_pulled_utc": service.without_zone(loaded_at),
            "age_seconds": loaded_at and (dt.datetime.now(dt.UTC) - loaded_at).total_seconds(),
            **totals,
        }
    )


@router.get("/db", responses=uncached(DatabaseStatus) | UNAVAILABLE)
async def database_status(request: Request) -> Response:
    """Versions, the time of the newest load, and the number of rows in each table."""
    return json_response(await service.database_status(state_of(request)))


@router.get("/log", dependencies=ADMIN_ONLY, responses=uncached(list[LogLine]) | REJECTIONS | UNAVAILABLE)
async def log_status(request: Request) -> Response:
    """The newest ten lines of the pipeline's log."""
    return json_response(await repository.newest_log(state_of(request).database))


@router.get("/cache", dependencies=ADMIN_ONLY, responses=uncached(list[str]) | REJECTIONS)
async def cache_status(request: Request) -> Response:
    """The keys of the cached responses in Redis, sorted."""
    return json_response(await service.cached_keys(state_of(request)))


@router.get("/redis", dependencies=ADMIN_ONLY, responses=uncached(dict[str, Any]) | REJECTIONS)
async def redis_status(request: Request) -> Response:
    """Redis' INFO, by section."""
    return json_response(await service.redis_info(state_of(request)))


@router.get(
    "/metrics",
    dependencies=ADMIN_ONLY,
    response_class=Response,
    responses={200: {"content": {METRICS: {"schema": {"type": "string"}}}}, **REJECTIONS},
)
async def metrics(request: Request) -> Response:
    """Prometheus metrics of all workers."""
    state = state_of(request)
    await service.last_loaded(state)
    service.measure(state)
    return Response(exposition(), headers=NO_STORE, media_type=METRICS)


@router.post("/reset-cache", dependencies=ADMIN_ONLY, responses=uncached(Reset) | REJECTIONS | UNAVAILABLE)
async def reset_cache(request: Request) -> Response:
    """Prime the newest generation, make all workers serve it, and delete all other responses."""
    details = await service.reset(state_of(request))
    return json_response({"message": "Cache successfully reset", "details": details})


@router.get("/{status_type}", include_in_schema=False)
async def unknown_status(status_type: StatusType) -> Response:
    """Every other name is rejected with the list of names."""
    raise AssertionError(status_type)
