"""Served requests as CSV files, written by Postgres while they are sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.reports import repository
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of
from lacity_data_api.streaming import StreamedResponse, Write, streamed

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


def export(
    request: Request, wanted: RequestFilter, name: str, *, is_compressed: bool, is_for_excel: bool
) -> Response:
    """A CSV file, or its gzip, to be saved under this name.

    An export that fails midway ends the connection without its last chunk, so that no client takes it for
    complete.
    """

    async def produce(write: Write) -> None:
        mark = BYTE_ORDER_MARK if is_for_excel else b""

        async def write_marked(part: bytes) -> None:
            nonlocal mark
            part, mark = mark + part, b""
            await write(part)

        database = state_of(request).database
        await database.copy(repository.exported(wanted), repository.EXPORT_LOCK, write_marked)

    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    if is_compressed:
        return StreamedResponse(request, produce, headers, GZIP, is_compressed=True)
    return streamed(request, produce, CSV, headers)
