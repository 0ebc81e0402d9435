"""Fills a database with the small city of ``city.sql``, its rollups and its runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from support.databases import Database, database

HERE = Path(__file__).parent
# By the data and not by the clock: midnight may pass between the fill and a test.
TODAY = "(SELECT max(created_date)::date FROM service_requests)"
"""The day on which the city was filled, as SQL: the newest requests are from that day."""
CATALOG = "SELECT rollup, dimensions || measures, rollup_select(rollup) FROM rollup_catalog ORDER BY place"


def fill(database: Database, then: str = "") -> None:
    """The whole city, as one new generation; the rollups include the changes that ``then`` makes."""
    with psycopg.connect(database.owner_url) as connection:
        for statement in [*(HERE / "city.sql").read_text().split(";\n\n"), then]:
            connection.execute(statement)  # type: ignore[call-overload]
        recount(connection)
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE")


@contextmanager
def filled(then: str = "") -> Iterator[Database]:
    """A fresh database with the city, dropped at the end."""
    with database() as fresh:
        fill(fresh, then)
        yield fresh


def recount(connection: psycopg.Connection) -> None:
    """Recompute the rollups from the served requests, as a new generation."""
    for rollup, columns, select in connection.execute(CATALOG).fetchall():
        name = sql.Identifier(rollup)
        connection.execute(sql.SQL("DELETE FROM {}").format(name))
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        connection.execute(sql.SQL("INSERT INTO {} ({}) ").format(name, listed) + sql.SQL(select))
    connection.execute("UPDATE data_generation SET generation = generation + 1, changed_at = now()")
