"""Fills a database with the small city of ``city.sql``, its rollups and its nights."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from support.databases import Database

HERE = Path(__file__).parent
EXPRESSIONS = {
    "created_date": "created_date::date",
    "created_hour": "extract(hour FROM created_date)::int",
    "closed_date": "closed_date::date",
    "closed_month": "date_trunc('month', closed_date)::date",
    "days_to_close": "greatest(closed_date::date - created_date::date, 0)",
}
RECOUNT = "INSERT INTO {} ({}, requests) SELECT {}, count(*) FROM service_requests {} GROUP BY {}"
DIMENSIONS = """
    SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_name LIKE 'rollup%' AND column_name <> 'requests' GROUP BY 1
"""


def fill(database: Database) -> None:
    """The whole city, as one new generation."""
    with psycopg.connect(database.owner_url) as connection:
        for statement in (HERE / "city.sql").read_text().split(";\n\n"):
            connection.execute(statement)  # type: ignore[call-overload]
        recount(connection)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def recount(connection: psycopg.Connection) -> None:
    """Rollups from the served requests, and a new generation."""
    for table, dimensions in connection.execute(DIMENSIONS).fetchall():
        columns = sql.SQL(", ").join(map(sql.Identifier, dimensions))
        values = sql.SQL(", ").join(sql.SQL(EXPRESSIONS.get(name, name)) for name in dimensions)
        statement = sql.SQL(
            "INSERT INTO {} ({}, requests) SELECT {}, count(*) FROM service_requests {} GROUP BY {}"
        )
        numbers = sql.SQL(", ").join(map(sql.Literal, range(1, len(dimensions) + 1)))
        name = sql.Identifier(table)
        connection.execute(sql.SQL("DELETE FROM {}").format(name))
        connection.execute(statement.format(name, columns, values, _which(table, dimensions), numbers))
    connection.execute("UPDATE data_generation SET generation = generation + 1, changed_at = now()")


def _which(table: str, dimensions: list[str]) -> sql.SQL:
    if table == "rollup_open":
        return sql.SQL("WHERE closed_date IS NULL")
    if {"closed_date", "closed_month", "days_to_close"} & set(dimensions):
        return sql.SQL("WHERE closed_date IS NOT NULL")
    return sql.SQL("")
