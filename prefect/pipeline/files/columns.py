"""The columns of ``published_requests()``: the city's legacy ones, then those that this system adds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyarrow as pa

TEXT, TIME, WHOLE, REAL, FLAG = pa.string(), pa.timestamp("us"), pa.int64(), pa.float64(), pa.bool_()
NOT_KEPT = "A column of the city's legacy dataset that is not kept: always empty."


@dataclass(frozen=True)
class Column:
    """A column of the files; categorical ones get a dictionary, statistics let readers skip row groups."""

    name: str
    kind: pa.DataType
    description: str
    is_categorical: bool = False
    has_statistics: bool = False


COLUMNS = (
    Column("SRNumber", TEXT, "The city's number of the request.", has_statistics=True),
    Column("CreatedDate", TIME, "When it was made, in the city's local time.", has_statistics=True),
    Column("UpdatedDate", TIME, "When the city last changed it, in local time."),
    Column("ActionTaken", TEXT, "What the call agent did.", is_categorical=True),
    Column(
        "Owner", TEXT, "The department, under one name in all of the city's datasets.", is_categorical=True
    ),
    Column(
        "RequestType", TEXT, "The type, under one name in all of the city's datasets.", is_categorical=True
    ),
    Column("Status", TEXT, "The status as published.", is_categorical=True, has_statistics=True),
    Column("RequestSource", TEXT, "How the request came in.", is_categorical=True),
    Column("MobileOS", TEXT, "The caller's device, where the city publishes it.", is_categorical=True),
    Column("Anonymous", TEXT, "Whether it was reported anonymously, as published.", is_categorical=True),
    Column("AssignTo", TEXT, "The crew or yard.", is_categorical=True),
    Column("ServiceDate", TIME, "The day that the service was planned for, in local time."),
    Column("ClosedDate", TIME, "When the record was closed, in local time; empty while it is open."),
    Column("AddressVerified", TEXT, NOT_KEPT, is_categorical=True),
    Column("ApproximateAddress", TEXT, NOT_KEPT, is_categorical=True),
    Column("Address", TEXT, "The address as published."),
    Column("HouseNumber", TEXT, NOT_KEPT, is_categorical=True),
    Column("Direction", TEXT, NOT_KEPT, is_categorical=True),
    Column("StreetName", TEXT, NOT_KEPT, is_categorical=True),
    Column("Suffix", TEXT, NOT_KEPT, is_categorical=True),
    Column("ZipCode", TEXT, "The postal code as published.", is_categorical=True),
    Column("Latitude", REAL, "Degrees north, WGS 84; empty without usable coordinates.", has_statistics=True),
    Column("Longitude", REAL, "Degrees east, WGS 84; empty without usable coordinates.", has_statistics=True),
    Column("Location", TEXT, NOT_KEPT, is_categorical=True),
    Column("TBMPage", TEXT, NOT_KEPT, is_categorical=True),
    Column("TBMColumn", TEXT, NOT_KEPT, is_categorical=True),
    Column("TBMRow", TEXT, NOT_KEPT, is_categorical=True),
    Column("APC", TEXT, "The area planning commission.", is_categorical=True),
    Column("CD", WHOLE, "The council district; 0 or empty where none is published.", is_categorical=True),
    Column("CDMember", TEXT, "The council member.", is_categorical=True),
    Column(
        "NC", WHOLE, "The code of the area that the city published.", is_categorical=True, has_statistics=True
    ),
    Column("NCName", TEXT, "The name of the area as published.", is_categorical=True),
    Column("PolicePrecinct", TEXT, "The police precinct as published.", is_categorical=True),
    Column("RequestTypePublished", TEXT, "The type as the city published it.", is_categorical=True),
    Column("OwnerPublished", TEXT, "The department as the city published it.", is_categorical=True),
    Column("RequestSourcePublished", TEXT, "The source as the city published it.", is_categorical=True),
    Column("Outcome", TEXT, "The resolution code, where the city publishes it.", is_categorical=True),
    Column("Reason", TEXT, "The reason code, where the city publishes it.", is_categorical=True),
    Column("IsOpen", FLAG, "Neither a closed date nor a status that ends it."),
    Column("IsInformation", FLAG, "A call for information: not counted as a request.", has_statistics=True),
    Column("IsDuplicate", FLAG, "Marked by the city as a duplicate of another request."),
    Column("RequestId", WHOLE, "This system's id of the request."),
    Column("TypeId", WHOLE, "Row of request_types.csv.", is_categorical=True, has_statistics=True),
    Column("AgencyId", WHOLE, "Row of agencies.csv.", is_categorical=True),
    Column("SourceId", WHOLE, "Row of sources.csv.", is_categorical=True),
    Column(
        "CouncilId",
        WHOLE,
        "Row of councils.csv; found by place where no council is published.",
        is_categorical=True,
        has_statistics=True,
    ),
    Column("DatasetId", TEXT, "The city's dataset that the row comes from.", is_categorical=True),
)
CITY_COLUMNS = (
    Column("Area", TEXT, "The area as published, where it is no number.", is_categorical=True),
    Column("Detail", TEXT, "The second and third level of the type.", is_categorical=True),
    Column("DueDate", TIME, "When the city means to be done, in local time."),
    Column("Parent", TEXT, "The number of the request that this one repeats."),
    Column("OwnerName", TEXT, "The department's name as published.", is_categorical=True),
    Column("Kept", TEXT, "JSON: the city's other columns under its own names."),
)
"""Only in the files of cities that publish them."""
LEGACY_COUNT = 33
"""Number of columns at the start of every file that have the names of the city's legacy dataset."""
TABLE_SCHEMA_TYPES = {TEXT: "string", TIME: "datetime", WHOLE: "integer", REAL: "number", FLAG: "boolean"}


Columns = tuple[Column, ...]


def columns_of(declared: Collection[str]) -> Columns:
    """The columns for a city that publishes these columns of ``requests`` in addition to the common ones."""
    return (*COLUMNS, *(column for column in CITY_COLUMNS if column.name.lower() in declared))


def arrow_schema(columns: Columns = COLUMNS) -> pa.Schema:
    """The schema of a file of requests; all columns may be null."""
    return pa.schema([(column.name, column.kind) for column in columns])


def selected(columns: Columns) -> str:
    """The columns as an SQL list."""
    return ", ".join(f'published."{column.name}"' for column in columns)


def described(columns: Iterable[Column]) -> list[dict[str, str]]:
    """The fields of a Table Schema."""
    return [
        {"name": column.name, "type": TABLE_SCHEMA_TYPES[column.kind], "description": column.description}
        for column in columns
    ]
