"""The published columns of ``requests``, declared once; every list of columns in ``sql/`` comes from here.

A new column needs a migration, a line here, a line in the city's declaration and, to be served, a change to
the API's statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql


@dataclass(frozen=True)
class Kind:
    """A column type of ``requests`` and the SQL that parses it from published text, ``{}``."""

    sql_type: str
    reader: str = "{}"


TEXT = Kind("text")
NUMBER = Kind("text NOT NULL", "btrim({})")
TIME = Kind("timestamp", "staging.as_time({})")
# stage/take_page validates rows by these two times, and parses them once, under these names.
CREATED = Kind("timestamp NOT NULL", "created")
CLOSED = Kind("timestamp", "closed")
CODE = Kind("integer", "staging.as_code({})")
DEGREES = Kind("double precision", "staging.as_number({})")
# stage/take_page gathers these columns under this name.
KEPT = Kind("jsonb", "kept_columns")


@dataclass(frozen=True)
class Column:
    """A published column; ``served_as`` is its name in ``service_requests`` if it is served unchanged."""

    name: str
    kind: Kind = TEXT
    served_as: str = ""


COLUMNS = (
    Column("srnumber", NUMBER, served_as="srnumber"),
    Column("requesttype"),
    Column("status", served_as="status"),
    Column("actiontaken"),
    Column("createddate", CREATED, served_as="created_date"),
    Column("updateddate", TIME),
    Column("servicedate", TIME),
    Column("closeddate", CLOSED),
    Column("requestsource"),
    Column("anonymous"),
    Column("mobileos"),
    Column("owner"),
    Column("nc", CODE),
    Column("ncname"),
    Column("policeprecinct"),
    Column("apc"),
    Column("assignto"),
    Column("cd", CODE),
    Column("cdmember"),
    Column("address", served_as="address"),
    Column("zipcode"),
    Column("latitude", DEGREES),
    Column("longitude", DEGREES),
    Column("outcome", served_as="outcome"),
    Column("reason", served_as="reason"),
    Column("area"),
    Column("detail"),
    Column("duedate", TIME),
    Column("parent"),
    Column("ownername"),
    Column("kept", KEPT),
)
REQUEST_COLUMNS = tuple(column.name for column in COLUMNS)
"""The published columns, in the table's order."""
CITY_COLUMNS = ("area", "detail", "duedate", "parent", "ownername", "kept")
"""Columns that not every city publishes: files and exports include them only if the city publishes them."""
INDEXED_COLUMNS = ("srnumber", "requesttype", "requestsource", "owner", "address", "area", "parent")
"""Columns whose texts are in an index, here or as a code; an entry of an index has at most 2,700 bytes."""
SYSTEM_COLUMNS = ("source_row_id", "source_updated_at")
"""The portal's own columns: its row id, and the time of the row's last change."""
STORED_COLUMNS = (*REQUEST_COLUMNS, "dataset_id", *SYSTEM_COLUMNS)
"""All columns of ``requests`` that a staged row provides."""
COMPUTED_COLUMNS = (
    "closed_date",
    "type_id",
    "agency_id",
    "source_id",
    "council_id",
    "region_id",
    "latitude",
    "longitude",
    "city_id",
    "is_open",
    "is_information",
    "is_duplicate",
)
"""Columns of ``service_requests`` that ``merge/served_view`` computes; ``geom`` follows from two of them."""
PLAIN_COLUMNS = tuple(column for column in COLUMNS if column.served_as)
COMPARED_COLUMNS = (*(column.served_as for column in PLAIN_COLUMNS), *COMPUTED_COLUMNS)
SERVED_COLUMNS = ("request_id", *COMPARED_COLUMNS, "geom")


def names(columns: Iterable[str], of: str = "") -> sql.Composed:
    """A comma-separated list of column names, each qualified with the table name ``of`` if given."""
    return sql.SQL(", ").join(sql.Identifier(of, name) if of else sql.Identifier(name) for name in columns)


def assignments(columns: Iterable[str], of: str) -> sql.Composed:
    """``column = of.column`` for each of them."""
    assignment = sql.SQL("{} = {}")
    return sql.SQL(", ").join(
        assignment.format(sql.Identifier(name), sql.Identifier(of, name)) for name in columns
    )


def _members(of: str) -> sql.Composed:
    """``"column": value`` as JSON text for each column that changed, null for the others."""
    member = sql.SQL("CASE WHEN {} IS DISTINCT FROM {} THEN {} || coalesce(to_json({})::text, 'null') END")
    return sql.SQL(", ").join(
        member.format(
            sql.Identifier("before", name),
            sql.Identifier("after", name),
            sql.Literal(f'"{name}":'),
            sql.Identifier(of, name),
        )
        for name in COMPARED_COLUMNS
    )


def _definitions(*, as_text: bool) -> sql.Composed:
    types = (sql.SQL("text" if as_text else column.kind.sql_type) for column in COLUMNS)
    pairs = zip(REQUEST_COLUMNS, types, strict=True)
    return sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(name), kind) for name, kind in pairs)


def _read() -> sql.Composed:
    readers = (sql.SQL(column.kind.reader).format(sql.Identifier(column.name)) for column in COLUMNS)
    return sql.SQL(", ").join(readers)


def _plain() -> sql.Composed:
    pairs = ((sql.Identifier("r", c.name), sql.Identifier(c.served_as)) for c in PLAIN_COLUMNS)
    return sql.SQL(", ").join(sql.SQL("{} AS {}").format(raw, served) for raw, served in pairs)


def _longest_indexed() -> sql.Composed:
    lengths = (sql.SQL("octet_length({})").format(sql.Identifier(name)) for name in INDEXED_COLUMNS)
    return sql.SQL("greatest({})").format(sql.SQL(", ").join(lengths))


LISTS: dict[str, sql.Composable] = {
    "page_definitions": _definitions(as_text=True),
    "raw_definitions": _definitions(as_text=False),
    "raw_read_from_text": _read(),
    "longest_indexed": _longest_indexed(),
    "raw": names(REQUEST_COLUMNS),
    "staged_raw": names(REQUEST_COLUMNS[1:], of="staged"),
    "stored_raw": names(REQUEST_COLUMNS[1:], of="stored"),
    "stored": names(STORED_COLUMNS),
    "staged_stored": names(STORED_COLUMNS, of="staged"),
    "stored_stored": names(STORED_COLUMNS, of="stored"),
    "stored_assignments": assignments(STORED_COLUMNS[1:], of="staged"),
    "plain": _plain(),
    "served": names(SERVED_COLUMNS),
    "served_assignments": assignments(SERVED_COLUMNS[1:], of="after"),
    "after_compared": names(COMPARED_COLUMNS, of="after"),
    "before_compared": names(COMPARED_COLUMNS, of="before"),
    "before_members": _members("before"),
    "after_members": _members("after"),
}
"""Values for the placeholders of the statements: lists of columns, the same in every statement.

``staged_raw`` and ``stored_raw`` are compared with each other, so the SR number that joins them is left out.
"""
