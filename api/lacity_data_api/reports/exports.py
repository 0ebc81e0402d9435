"""Files of served requests, streamed as they are created: CSV, Parquet and GeoJSON."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.cache.kept_files import Days
from lacity_data_api.files.exports import GEOJSON, PARQUET, geojson_export, parquet_export
from lacity_data_api.kept_responses import kept
from lacity_data_api.reports import repository
from lacity_data_api.requests.filters import RequestFilter, where
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of
from lacity_data_api.streaming import StreamedResponse, Write, streamed

CSV = "text/csv; charset=utf-8"
GZIP = "application/gzip"
# Without it Excel decodes UTF-8 with the machine's code page.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def within_year(wanted: RequestFilter, year: int) -> RequestFilter:
    """The same filter, limited to the days of one year."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return replace(
        wanted,
        start_date=max(first, wanted.start_date or first),
        end_date=min(last, wanted.end_date or last),
    )


async def csv_file(
    request: Request, wanted: RequestFilter, name: str, *, is_compressed: bool, is_for_excel: bool
) -> Response:
    """A CSV file, or its gzip, to be saved under this name.

    An export that fails midway closes the connection without the final chunk, so that no client mistakes it
    for complete.
    """
    columns = (await state_of(request).facts.city()).columns
    statement = repository.exported(wanted, columns)

    async def produce(write: Write) -> None:
        mark = BYTE_ORDER_MARK if is_for_excel else b""

        async def write_marked(part: bytes) -> None:
            nonlocal mark
            part, mark = mark + part, b""
            await write(part)

        await state_of(request).database.copy(statement, repository.EXPORT_LOCK, write_marked)

    headers = _saved_as(name)
    if is_compressed:
        response = StreamedResponse(request, produce, headers, GZIP, is_compressed=True)
    else:
        response = streamed(request, produce, CSV, headers)
    return kept(request, response, statement, _days_of(wanted), CSV, is_for_excel)


def parquet_file(request: Request, wanted: RequestFilter, name: str) -> Response:
    """A Parquet file with the columns of the published files. Failures midway are handled as for CSV."""
    rows = where(wanted)
    produce = parquet_export(state_of(request).database, rows)
    response = StreamedResponse(request, produce, _saved_as(name), PARQUET, is_compressed=False)
    return kept(request, response, rows, _days_of(wanted), PARQUET)


def geojson_file(request: Request, wanted: RequestFilter, name: str) -> Response:
    """The same rows as a GeoJSON feature collection."""
    rows = where(wanted)
    produce = geojson_export(state_of(request).database, rows)
    response = streamed(request, produce, GEOJSON, _saved_as(name))
    return kept(request, response, rows, _days_of(wanted), GEOJSON)


def _days_of(wanted: RequestFilter) -> Days:
    limits = {"first": wanted.start_date, "last": wanted.end_date}
    return Days(**{name: day.isoformat() for name, day in limits.items() if day})


def _saved_as(name: str) -> dict[str, str]:
    return NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
