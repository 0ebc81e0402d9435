"""Names, ids, colours and populations of what requests are divided by."""

from __future__ import annotations

from psycopg.sql import SQL, Identifier

from data.filters import Dimension
from data.source import Source
from data.table import Table

NAMES = SQL("""
    SELECT {label} AS name, array_agg({column} ORDER BY {column}) AS ids
    FROM {table} GROUP BY 1 ORDER BY min({column}) = 0, 1
""")
TYPES = SQL("SELECT type_id, type_name AS type, color, is_reviewed FROM request_types ORDER BY type_id")


def names(source: Source, dimension: Dimension) -> Table:
    """Columns: name, ids. By name; "No council" comes last."""
    query = NAMES.format(
        label=Identifier(dimension.label),
        column=Identifier(dimension.column),
        table=Identifier(dimension.table),
    )
    return source.table(query)


def types(source: Source) -> Table:
    """Columns: type_id, type, color, is_reviewed."""
    return source.table(TYPES)
