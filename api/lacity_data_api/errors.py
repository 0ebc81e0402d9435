"""What can go wrong, and what a client is told of it: one table, no text of the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, ClassVar

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lacity_data_api.responses import json_response

log = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer other than the asked one."""

    status = 500
    detail = "Internal Server Error"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail


class NotFoundError(ApiError):
    status = 404
    detail = "Item not found"


class RefusedError(ApiError):
    """A wrong or missing token."""

    status = 401
    detail = "A bearer token is needed"
    headers: ClassVar = {"WWW-Authenticate": "Bearer"}


class ClosedError(ApiError):
    """An admin route of a server that has no token."""

    status = 403
    detail = "Closed: this server has no admin token"


class TooManyError(ApiError):
    status = 429
    detail = "Too many requests"
    headers: ClassVar = {"Retry-After": "60"}


class UnavailableError(ApiError):
    """Nothing wrong with the request; it may be sent again."""

    status = 503
    detail = "The database cannot be reached"
    headers: ClassVar = {"Retry-After": "2"}


class BusyError(UnavailableError):
    detail = "Too many questions at once"


class TooSlowError(UnavailableError):
    detail = "The question took too long; ask for less"
    headers: ClassVar = {"Retry-After": "30"}


class NotConfiguredError(UnavailableError):
    headers: ClassVar = {"Retry-After": "86400"}


class InvalidError(ApiError):
    """A malformed request that the parameters' types cannot express; answered like any other 422."""

    status = 422

    def __init__(self, location: Sequence[str | int], message: str, kind: str = "value_error") -> None:
        super().__init__(message)
        self.errors = [{"loc": list(location), "msg": message, "type": kind}]


AWAY = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # A replica ends a query that stands in the way of what it has to replay.
    asyncpg.SerializationError,
    # The server is there before the database is.
    asyncpg.InvalidCatalogNameError,
)
BUSY = (asyncpg.TooManyConnectionsError, asyncpg.InsufficientResourcesError)


def of_database(error: Exception) -> ApiError | None:
    """The error to answer with for one of asyncpg's, or None when it is a defect of ours."""
    if isinstance(error, asyncpg.QueryCanceledError | asyncio.TimeoutError):
        return TooSlowError()
    if isinstance(error, BUSY):
        return BusyError()
    if isinstance(error, AWAY):
        return UnavailableError()
    return None


async def _answer(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101  registered for this class only
    detail = error.errors if isinstance(error, InvalidError) else error.detail
    return json_response({"detail": detail}, error.status, error.headers)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this class only
    return json_response({"detail": [_told(one) for one in error.errors()]}, 422)


async def _answer_refused(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: paths, methods, and bodies that are no JSON text at all."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class only
    if error.status_code == 400:
        return await _answer(request, InvalidError(["body"], "must be JSON", "json_invalid"))
    return json_response({"detail": error.detail}, error.status_code, error.headers)


def _told(error: dict[str, Any]) -> dict[str, Any]:
    """Where and what, without the input: it may be huge, or no JSON at all."""
    told = {"loc": error["loc"], "msg": error["msg"], "type": error["type"]}
    context = {
        key: value if isinstance(value, int | float | str) else str(value)
        for key, value in error.get("ctx", {}).items()
    }
    return told | ({"ctx": context} if context else {})


def register(app: FastAPI) -> None:
    """Make the app answer our errors and the framework's in one shape."""
    app.add_exception_handler(ApiError, _answer)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_refused)
