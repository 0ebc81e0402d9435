"""Errors and their responses, one class per cause; database error messages never reach a client."""

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
    """An error with a specific response."""

    status = 500
    detail = "Internal Server Error"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail


class NotFoundError(ApiError):
    status = 404
    detail = "Item not found"


class GoneError(ApiError):
    """The resource existed but is no longer kept."""

    status = 410
    detail = "No longer kept"


class UnauthorizedError(ApiError):
    """A wrong or missing token."""

    status = 401
    detail = "A bearer token is needed"
    headers: ClassVar = {"WWW-Authenticate": "Bearer"}


class ForbiddenError(ApiError):
    """An admin route of a server that has no token."""

    status = 403
    detail = "Closed: this server has no admin token"


class TooManyRequestsError(ApiError):
    status = 429
    detail = "Too many requests"
    headers: ClassVar = {"Retry-After": "60"}


class UnavailableError(ApiError):
    """Temporary: the request is valid and may be retried."""

    status = 503
    detail = "The database cannot be reached"
    headers: ClassVar = {"Retry-After": "2"}


class BusyError(UnavailableError):
    detail = "Too many concurrent queries"


class QueryTimeoutError(UnavailableError):
    detail = "Query timed out; narrow the request"
    headers: ClassVar = {"Retry-After": "30"}


class NotConfiguredError(UnavailableError):
    headers: ClassVar = {"Retry-After": "86400"}


class InvalidError(ApiError):
    """An invalid request that parameter types cannot detect; the response is like that of any other 422."""

    status = 422

    def __init__(self, location: Sequence[str | int], message: str, kind: str = "value_error") -> None:
        super().__init__(message)
        self.errors = [{"loc": list(location), "msg": message, "type": kind}]


UNREACHABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # A deadlock with the swap of a full load, or a replica that cancels a query to replay changes.
    asyncpg.TransactionRollbackError,
    # The database server may be up before the database is created.
    asyncpg.InvalidCatalogNameError,
)
MAX_CAUSE_LENGTH = 200
BUSY = (asyncpg.TooManyConnectionsError, asyncpg.InsufficientResourcesError)


def from_database(error: Exception) -> ApiError | None:
    """The ApiError for an asyncpg error; None if the error is a bug in our code."""
    if isinstance(error, asyncpg.QueryCanceledError | asyncio.TimeoutError):
        return QueryTimeoutError()
    if isinstance(error, BUSY):
        return BusyError()
    if isinstance(error, UNREACHABLE):
        return UnavailableError()
    return None


async def _handle(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101  registered for this class only
    if error.status >= 500:
        # No traceback: while the database is down every request ends here.
        log.warning("%d: %s%s", error.status, error.detail, cause_of(error))
    detail = error.errors if isinstance(error, InvalidError) else error.detail
    return json_response({"detail": detail}, error.status, error.headers)


def cause_of(error: Exception) -> str:
    """The cause of an error, for the log."""
    cause = error.__cause__
    return f" ({type(cause).__name__}: {str(cause)[:MAX_CAUSE_LENGTH]})" if cause else ""


async def _handle_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this class only
    return json_response({"detail": [_without_input(one) for one in error.errors()]}, 422)


async def _handle_http(request: Request, error: Exception) -> Response:
    """Errors of the framework itself: unknown paths, wrong methods, and bodies that are not JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class only
    if error.status_code == 400:
        return await _handle(request, InvalidError(["body"], "must be JSON", "json_invalid"))
    headers = dict(error.headers or {})
    if headers.get("Allow") == "GET":
        headers["Allow"] = "GET, HEAD"
    return json_response({"detail": error.detail}, error.status_code, headers)


def _without_input(error: dict[str, Any]) -> dict[str, Any]:
    """Location and message only; the input may be huge, or not JSON."""
    described = {"loc": error["loc"], "msg": error["msg"], "type": error["type"]}
    context = {
        key: value if isinstance(value, int | float | str) else str(value)
        for key, value in error.get("ctx", {}).items()
    }
    return described | ({"ctx": context} if context else {})


def register(app: FastAPI) -> None:
    """Give our errors and those of the framework the same format."""
    app.add_exception_handler(ApiError, _handle)
    app.add_exception_handler(RequestValidationError, _handle_validation)
    app.add_exception_handler(HTTPException, _handle_http)
