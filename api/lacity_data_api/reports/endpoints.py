from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from lacity_data_api.errors import InvalidError, NotFoundError
from lacity_data_api.openapi import cached
from lacity_data_api.params import Include, StorableText
from lacity_data_api.reports import repository
from lacity_data_api.reports.fields import Field
from lacity_data_api.reports.filters import Comparison, parse
from lacity_data_api.reports.schemas import ReportRow
from lacity_data_api.responding import respond
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of

router = strict_router("/reports", "reports")

DEFAULT_FIELDS = (Field.TYPE_NAME, Field.CREATED_DATE)
MAX_FILTERS = 200

Fields = Annotated[
    list[Field],
    Query(
        max_length=20,
        description="Field to group by; repeatable. Default: type_name, created_date",
    ),
]
Filters = Annotated[
    list[StorableText],
    Query(
        max_length=MAX_FILTERS,
        description="A name, an operator (= != <> < <= > >=) and a value. Requests must match all filters, "
        "but only one of several with = and the same name. Names: the fields, and council_id, type_id, "
        "agency_id, source_id, closed_date. Default: created_date on or after the first day of last month",
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
        Include, Query(description="Calls for information, which are not requests")
    ] = Include.EXCLUDE,
) -> Response:
    """The number of requests in each group, located or not, ordered by the fields; without empty groups."""
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
        message = (
            f"more than {repository.MAX_GROUPS} groups, or more than {repository.MAX_REQUESTS} requests "
            "to be read one by one; request fewer fields or days"
        )
        raise InvalidError(["query", "field"], message) from error
