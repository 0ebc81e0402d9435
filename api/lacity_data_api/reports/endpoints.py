from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import Path, Query, Request
from starlette.responses import Response

from lacity_data_api.errors import InvalidError, NotFoundError
from lacity_data_api.openapi import cached, file_of
from lacity_data_api.params import Include, StorableText
from lacity_data_api.reports import repository
from lacity_data_api.reports.exports import CSV, GZIP, export, within_year
from lacity_data_api.reports.fields import Field
from lacity_data_api.reports.filters import Comparison, parse
from lacity_data_api.reports.schemas import ReportRow
from lacity_data_api.requests.params import Everything
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of

router = strict_router("/reports", "reports")

DEFAULT_FIELDS = (Field.TYPE_NAME, Field.CREATED_DATE)
MOST_FILTERS = 200

Fields = Annotated[
    list[Field],
    Query(
        max_length=20,
        description="Count by this; repeat the parameter for several. Default: type_name, created_date",
    ),
]
Filters = Annotated[
    list[StorableText],
    Query(
        max_length=MOST_FILTERS,
        description="name, operator (= != <> < <= > >=), value. All must hold; of several with = and "
        "the same name, any. Besides the fields: council_id, type_id, agency_id, source_id, closed_date. "
        "Default: created_date from the first day of last month on",
        examples=["created_date>=2020-01-01", "council_name=Lake Balboa"],
    ),
]


def since_last_month(day: dt.date) -> Comparison:
    """On or after the first day of the previous month."""
    last_month = day.replace(day=1) - dt.timedelta(days=1)
    return Comparison(Field.CREATED_DATE, ">=", last_month.replace(day=1))


@router.get("", responses=cached(list[ReportRow]))
async def count_requests(
    request: Request,
    field: Fields = [],  # noqa: B006  FastAPI copies it
    filter: Filters = [],  # noqa: B006, A002  the name of the parameter
    information: Annotated[
        Include, Query(description="Calls for information, which are no requests")
    ] = Include.EXCLUDE,
) -> Response:
    """The number of requests in each group, located or not, ordered by the fields; no empty groups."""
    facts = state_of(request).facts
    query = repository.counted(
        list(dict.fromkeys(field)) or list(DEFAULT_FIELDS),
        parse(filter) or [since_last_month((await facts.city()).today())],
        await facts.catalog(),
        has_information=information is Include.INCLUDE,
        is_lasting=bool(filter),
    )
    try:
        return await respond(request, query)
    except NotFoundError as error:
        message = f"more than {repository.MOST_GROUPS} groups; request fewer fields or days"
        raise InvalidError(["query", "field"], message) from error


FileName = Annotated[Literal["service_requests"], Path(description="The table")]
Year = Annotated[int, Path(ge=dt.MINYEAR, le=dt.MAXYEAR, description="Of the created date", examples=[2020])]
Excel = Annotated[bool, Query(description="Begin with a byte order mark, by which Excel recognizes UTF-8")]


@router.get("/export/service_requests.csv", response_class=Response, responses=file_of(CSV))
async def export_requests(request: Request, wanted: Everything, excel: Excel = False) -> Response:
    """Requests as CSV in no order, located or not, streamed; all of them without a filter.

    A text cell that begins with =, +, -, @, tab or CR has an apostrophe before it: no spreadsheet runs it.
    """
    name = "service_requests.csv"
    return export(request, wanted, name, is_compressed=False, is_for_excel=excel)


@router.get("/export/service_requests.csv.gz", response_class=Response, responses=file_of(GZIP))
async def export_compressed_requests(request: Request, wanted: Everything, excel: Excel = False) -> Response:
    """The same file, compressed with gzip."""
    name = "service_requests.csv.gz"
    return export(request, wanted, name, is_compressed=True, is_for_excel=excel)


@router.get("/export/{year}/{file}.csv", response_class=Response, responses=file_of(CSV))
async def export_year(
    request: Request, year: Year, file: FileName, wanted: Everything, excel: Excel = False
) -> Response:
    """The same of the requests created in one year."""
    wanted, name = within_year(wanted, year), f"{file}-{year}.csv"
    return export(request, wanted, name, is_compressed=False, is_for_excel=excel)


@router.get("/export/{year}/{file}.csv.gz", response_class=Response, responses=file_of(GZIP))
async def export_compressed_year(
    request: Request, year: Year, file: FileName, wanted: Everything, excel: Excel = False
) -> Response:
    """The same of the requests created in one year, compressed with gzip."""
    wanted, name = within_year(wanted, year), f"{file}-{year}.csv.gz"
    return export(request, wanted, name, is_compressed=True, is_for_excel=excel)
