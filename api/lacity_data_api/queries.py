"""How a query becomes the bytes of an answer: Postgres writes the JSON, nothing is built per row here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, cast, func, select, text
from sqlalchemy.sql.expression import ClauseElement, Select


@dataclass(frozen=True)
class Query:
    """SQL that gives one row with ``body`` (text) and ``next_cursor`` (text or null)."""

    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)
    clause: Select | None = None


SNAPSHOT = """
SELECT (SELECT generation FROM data_generation) AS generation,
       convert_to(answer.body, 'UTF8') AS body,
       answer.next_cursor
  FROM (SELECT true) AS always LEFT JOIN ({sql}) AS answer ON true
"""
WRITTEN = "SELECT written.body, NULL::text AS next_cursor FROM ({sql}) AS written"
LIST = (
    "SELECT '[' || coalesce(string_agg(row_to_json(item)::text, ','), '') || ']' AS body FROM ({sql}) AS item"
)


def in_one_snapshot(query: Query) -> ClauseElement:
    """One statement, hence one snapshot, for the body and the generation that it belongs to."""
    if query.clause is not None:
        return _core_in_one_snapshot(query.clause)
    return bound(SNAPSHOT.format(sql=query.sql), query.parameters)


def bound(sql: str, parameters: dict[str, Any]) -> ClauseElement:
    """A statement with the values of its ``:name`` parameters."""
    return text(sql).bindparams(*(bindparam(name, value) for name, value in parameters.items()))


def _core_in_one_snapshot(body: Select) -> Select:
    generation = text("(SELECT generation FROM data_generation) AS generation")
    no_cursor = text("NULL::text AS next_cursor")
    return select([generation, func.convert_to(body.as_scalar(), "UTF8").label("body"), no_cursor])


def listed(rows: Select) -> Query:
    """All rows as a JSON list of objects, keys as labelled, in the order of the select."""
    row = rows.alias("item")
    items = func.coalesce(func.string_agg(cast(func.row_to_json(text("item")), Text), ","), "")
    return Query("", clause=select([cast("[", Text) + items + cast("]", Text)]).select_from(row))


def single(rows: Select) -> Query:
    """The first row as a JSON object; no body when there is none."""
    row = rows.limit(1).alias("item")
    return Query("", clause=select([cast(func.row_to_json(text("item")), Text)]).select_from(row))


def written(sql: str, **parameters: Any) -> Query:
    """SQL by hand that gives one row with the column ``body``."""
    return Query(WRITTEN.format(sql=sql), parameters)


def written_list(sql: str, **parameters: Any) -> Query:
    """The rows of a statement as a JSON list of objects, in its order; column names are the keys."""
    return written(LIST.format(sql=sql), **parameters)


def is_id(column: Any, value: int) -> Any:
    """Compares with any 64-bit number: one beyond the column's type is no error, there is no such row."""
    return column == cast(value, BigInteger)
