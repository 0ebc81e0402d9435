"""Served requests as CSV files, written by Postgres while they are sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from fastapi import Request
from sqlalchemy.sql.expression import ClauseElement
from starlette.responses import Response

from lacity_data_api.queries import bound
from lacity_data_api.requests.filters import RequestFilter, where
from lacity_data_api.responses import NO_STORE
from lacity_data_api.state import state_of
from lacity_data_api.streaming import StreamedResponse, opened, streamed

CSV = "text/csv; charset=utf-8"
GZIP = "application/gzip"

# The first version's 13 columns in their order, then the names behind their ids. In no order of rows:
# sorting would keep the first one waiting for the last.
ROWS = """
SELECT r.request_id, r.srnumber, r.created_date, r.closed_date, r.type_id, r.agency_id, r.source_id,
       r.council_id, r.region_id, r.address, r.latitude, r.longitude, r.city_id,
       t.type_name, a.agency_name, s.source_name, c.council_name, g.region_name
  FROM (SELECT * FROM service_requests WHERE {where}) AS r
  LEFT JOIN request_types t ON t.type_id = r.type_id
  LEFT JOIN agencies a ON a.agency_id = r.agency_id
  LEFT JOIN sources s ON s.source_id = r.source_id
  LEFT JOIN councils c ON c.council_id = r.council_id
  LEFT JOIN regions g ON g.region_id = r.region_id
"""
HOLD = "LOCK TABLE service_requests IN ACCESS SHARE MODE"


def rows(wanted: RequestFilter) -> ClauseElement:
    """The requests that pass the filter, one a line."""
    found = where(wanted)
    return bound(ROWS.format(where=found.sql), found.parameters)


def within_year(wanted: RequestFilter, year: int) -> RequestFilter:
    """The same filter on the days of one year."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    return replace(
        wanted,
        start_date=max(first, wanted.start_date or first),
        end_date=min(last, wanted.end_date or last),
    )


async def exported(request: Request, wanted: RequestFilter, name: str, *, is_packed: bool) -> Response:
    """A CSV file, or the same packed by gzip, to be saved under this name of ours.

    An export that fails midway ends the connection without its last chunk: no client takes it for complete.
    """
    parts = state_of(request).database.copy(rows(wanted), HOLD)
    saved = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    if is_packed:
        return StreamedResponse(await opened(parts), saved, GZIP, is_packed=True)
    return await streamed(request, parts, CSV, saved)
