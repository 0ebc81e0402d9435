from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from lacity_data_api.cache.endpoint import answer
from lacity_data_api.errors import InvalidError, NotFoundError
from lacity_data_api.openapi import file_of, finished
from lacity_data_api.params import StorableText, today
from lacity_data_api.reports import repository
from lacity_data_api.reports.exports import CSV, GZIP, exported, within_year
from lacity_data_api.reports.fields import Field
from lacity_data_api.reports.filters import Comparison, parse
from lacity_data_api.reports.schemas import ReportRow
from lacity_data_api.requests.params import Wanted

router = APIRouter(prefix="/reports", tags=["reports"])

DEFAULT_FIELDS = (Field.TYPE_NAME, Field.CREATED_DATE)
MOST_FILTERS = 200

Fields = Annotated[
    list[Field],
    Query(max_length=20, description="Count by; repeat it for several. Default: type_name, created_date"),
]
Filters = Annotated[
    list[StorableText],
    Query(
        max_length=MOST_FILTERS,
        description="name, operator (= != < <= > >=), value. All must hold; of several with = and the same "
        "name, any. Besides the fields: council_id, type_id, agency_id, source_id. "
        "Default: created_date from the first day of last month on",
        examples=["created_date>=2020-01-01", "council_name=Lake Balboa"],
    ),
]


def since_last_month(day: dt.date) -> Comparison:
    """From the first day of the month before this day's on."""
    last_month = day.replace(day=1) - dt.timedelta(days=1)
    return Comparison(Field.CREATED_DATE, ">=", last_month.replace(day=1))


@router.get("", responses=finished(list[ReportRow]))
async def count_requests(
    request: Request,
    field: Fields = [],  # noqa: B006  FastAPI copies it
    filter: Filters = [],  # noqa: B006, A002  the name of the parameter
) -> Response:
    """How many requests there are in each group, ordered by the fields; groups without any are left out."""
    fields = list(dict.fromkeys(field)) or list(DEFAULT_FIELDS)
    filters = parse(filter) or [since_last_month(today())]
    question = repository.counted(fields, filters, is_lasting=bool(filter))
    try:
        return await answer(request, question)
    except NotFoundError as error:
        message = f"more than {repository.MOST_GROUPS} groups; ask for fewer fields or days"
        raise InvalidError(["query", "field"], message) from error


FileName = Annotated[Literal["service_requests"], Path(description="What the file holds")]
Year = Annotated[int, Path(ge=dt.MINYEAR, le=dt.MAXYEAR, description="Of creation", examples=[2020])]


@router.get("/export/service_requests.csv", response_class=Response, responses=file_of(CSV))
async def export_requests(request: Request, wanted: Wanted) -> Response:
    """Requests as CSV, in no order, sent while they are read; all of them without a filter."""
    return await exported(request, wanted, "service_requests.csv", is_packed=False)


@router.get("/export/service_requests.csv.gz", response_class=Response, responses=file_of(GZIP))
async def export_packed_requests(request: Request, wanted: Wanted) -> Response:
    """The same, packed by gzip."""
    return await exported(request, wanted, "service_requests.csv.gz", is_packed=True)


@router.get("/export/{year}/{file}.csv", response_class=Response, responses=file_of(CSV))
async def export_year(request: Request, year: Year, file: FileName, wanted: Wanted) -> Response:
    """The same, of the requests created in one year."""
    return await exported(request, within_year(wanted, year), f"{file}-{year}.csv", is_packed=False)


@router.get("/export/{year}/{file}.csv.gz", response_class=Response, responses=file_of(GZIP))
async def export_packed_year(request: Request, year: Year, file: FileName, wanted: Wanted) -> Response:
    """The same, of the requests created in one year, packed by gzip."""
    return await exported(request, within_year(wanted, year), f"{file}-{year}.csv.gz", is_packed=True)
