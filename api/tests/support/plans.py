"""How Postgres reads what a query asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from lacity_data_api.statements import Query
from tests.support.databases import Database


def plan_of(database: Database, query: Query, options: str) -> list[Any]:
    """The rows of ``EXPLAIN (options)``; with ANALYZE the query runs."""
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        explained = connection.execute(text(f"EXPLAIN ({options}) {query.sql}"), **query.values)
        return [row for (row,) in explained.fetchall()]


def parts_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan in JSON."""
    yield plan
    for part in plan.get("Plans", []):
        yield from parts_of(part)


def scans_of(plan: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """The nodes that read this table."""
    return [part for part in parts_of(plan) if part.get("Relation Name") == table]
