"""Served requests as CSV files, written by Postgres while they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.reports import repository
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of
from lacity_data_api.streaming import StreamedResponse, open_stream, streamed

CSV = "text/csv; charset=utf-8"
GZIP = "application/gzip"
# Without it Excel reads UTF-8 as the code page of the machine.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def within_year(wanted: RequestFilter, year: int) -> RequestFilter:
    """The same filter on the days of one year."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return replace(
        wanted,
        start_date=max(first, wanted.start_date or first),
        end_date=min(last, wanted.end_date or last),
    )


async def _marked(parts: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(parts):
        mark = BYTE_ORDER_MARK
        async for part in parts:
            yield mark + part
            mark = b""


async def export(
    request: Request, wanted: RequestFilter, name: str, *, is_compressed: bool, is_for_excel: bool
) -> Response:
    """A CSV file, or its gzip, to be saved under this name.

    An export that fails midway ends the connection without its last chunk, so that no client takes it for
    complete.
    """
    parts = state_of(request).database.copy(repository.exported(wanted), repository.EXPORT_LOCK)
    if is_for_excel:
        parts = _marked(parts)
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    if is_compressed:
        return StreamedResponse(await open_stream(parts), headers, GZIP, is_compressed=True)
    return await streamed(request, parts, CSV, headers)
