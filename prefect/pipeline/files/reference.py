"""The tables that the ids of the requests refer to, as CSV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.database import Connection, trusted


@dataclass(frozen=True)
class Table:
    """A reference table: its rows and its description."""

    name: str
    title: str
    query: str


TABLES = (
    Table(
        "request_types",
        "Request types",
        "SELECT type_id, type_name, data_code, group_id, agency_id, color, description, is_information,"
        " map_name FROM request_types JOIN map_types() USING (type_id) ORDER BY type_id",
    ),
    Table("type_groups", "Groups of request types", "SELECT * FROM type_groups ORDER BY group_id"),
    Table(
        "agencies",
        "Agencies",
        "SELECT agency_id, agency_name, data_code, website FROM agencies ORDER BY agency_id",
    ),
    Table("sources", "Sources", "SELECT source_id, source_name, data_code FROM sources ORDER BY source_id"),
    Table(
        "councils",
        "Areas of the city",
        # The area of what lies in none has no place, and a region that is no row of the regions.
        "SELECT council_id, council_name, data_code, nullif(region_id, 0) AS region_id, website,"
        " CASE WHEN council_id > 0 THEN latitude END AS latitude,"
        " CASE WHEN council_id > 0 THEN longitude END AS longitude, population_2020"
        " FROM councils ORDER BY council_id",
    ),
    Table("regions", "Regions", "SELECT region_id, region_name FROM regions ORDER BY region_id"),
)
TYPES = {16: "boolean", 20: "integer", 21: "integer", 23: "integer", 701: "number"}
"""Table Schema types by Postgres type id; all others are text."""


def write_table(connection: Connection, table: Table, path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Write a table with a header line; returns the number of rows and the fields of its Table Schema."""
    empty = connection.execute(trusted(f"{table.query} LIMIT 0"))
    fields = [_field(column.name, column.type_code) for column in empty.description or ()]
    with connection.cursor() as cursor, path.open("wb") as file:
        with cursor.copy(trusted(f"COPY ({table.query}) TO STDOUT (FORMAT csv, HEADER)")) as copy:
            for block in copy:
                file.write(block)
        rows = cursor.rowcount
    return rows, fields


def _field(name: str, type_code: int) -> dict[str, Any]:
    kind = TYPES.get(type_code, "string")
    spelled = {"trueValues": ["t"], "falseValues": ["f"]} if kind == "boolean" else {}
    return {"name": name, "type": kind, **spelled}
