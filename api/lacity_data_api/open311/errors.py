"""Errors as the standard defines them: a list of ``{code, description}``, in the format of the path."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lacity_data_api.errors import ApiError, InvalidError
from lacity_data_api.open311.formats import Format, write
from lacity_data_api.responses import NO_STORE
from lacity_data_api.routing import Handler, StrictRoute


class BadRequestError(ApiError):
    """One description for every invalid parameter."""

    status = 400

    def __init__(self, descriptions: Sequence[str]) -> None:
        super().__init__("; ".join(descriptions))
        self.descriptions = descriptions


Failure = ApiError | HTTPException | RequestValidationError


def error_response(request: Request, failure: Failure) -> Response:
    """404 if something does not exist, 400 for other client errors; server errors keep their status."""
    status = _status(failure)
    form = Format.XML if request.url.path.endswith(".xml") else Format.JSON
    listed = [{"code": status, "description": text} for text in _descriptions(failure)]
    headers = NO_STORE | dict(getattr(failure, "headers", None) or {})
    return Response(write(listed, "errors", form), status, headers, form.media_type)


def _status(failure: Failure) -> int:
    if isinstance(failure, RequestValidationError):
        return 400
    status = failure.status if isinstance(failure, ApiError) else failure.status_code
    return status if status == 404 or status >= 500 else 400


def _descriptions(failure: Failure) -> Sequence[str]:
    if isinstance(failure, BadRequestError):
        return failure.descriptions
    if isinstance(failure, InvalidError):
        return [f"{error['loc'][-1]}: {error['msg']}" for error in failure.errors]
    if isinstance(failure, RequestValidationError):
        return [f"{error['loc'][-1]}: {error['msg']}" for error in failure.errors()]
    return [str(failure.detail)]


class Open311Route(StrictRoute):
    """A route whose errors have the standard's format."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except (ApiError, HTTPException, RequestValidationError) as failure:
                return error_response(request, failure)

        return handled
