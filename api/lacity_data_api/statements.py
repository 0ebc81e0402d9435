"""SQL statements with bound values, and queries whose results are cached under a key derived from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import reduce
from operator import and_
from typing import Any

DAY_SECONDS = 86_400
# Clients choose the parameters freely, so these responses must not accumulate.
DEFAULT_SECONDS = 600

SNAPSHOT = """
SELECT (SELECT generation FROM data_generation) AS generation,
       {body} AS body, {next_cursor} AS next_cursor, {later_cursor} AS later_cursor
  FROM (SELECT true) AS always LEFT JOIN ({sql}) AS result ON true
"""
LIST = (
    "SELECT '[' || coalesce(string_agg(row_to_json(item)::text, ','), '') || ']' AS body FROM ({sql}) AS item"
)
OBJECT = "SELECT row_to_json(item)::text AS body FROM ({sql} LIMIT 1) AS item"


@dataclass(frozen=True)
class Statement:
    """SQL with ``:name`` placeholders, and the values bound to them."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def digest(self, *form: object) -> str:
        """Differs for any two statements, values and forms whose responses could differ."""
        identity = repr((self.sql, sorted(self.values.items()), *form))
        return hashlib.blake2b(identity.encode(), digest_size=20).hexdigest()


@dataclass(frozen=True)
class Where(Statement):
    """A condition; ``&`` joins two. The SQL never contains text from a client."""

    sql: str = "true"

    def __and__(self, other: Where) -> Where:
        if clash := self.values.keys() & other.values.keys():
            raise ValueError(f"bound twice: {sorted(clash)}")
        return Where(f"{self.sql}\n   AND {other.sql}", {**self.values, **other.values})

    @classmethod
    def all_of(cls, conditions: Iterable[Where]) -> Where:
        """The conjunction of the conditions; true if there are none."""
        first, *others = [*conditions] or [cls()]
        return reduce(and_, others, first)


@dataclass(frozen=True)
class Filter:
    """A filter whose fields have the names of query parameters. None means no condition."""

    @property
    def conditions(self) -> dict[str, Any]:
        """The fields that are not None, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class Form:
    """The conversion of the text that a query returns: the media type, and the function that renders it."""

    media_type: str = "application/json"
    # A module-level function, or a dataclass with the values it depends on: either is part of the cache key.
    write: Callable[[bytes], bytes] | None = None
    # Whether the same URL has other forms, chosen by the Accept header.
    is_negotiated: bool = False
    # Whether the body is bytes; if there are none the response is empty.
    is_binary: bool = False
    # Whether the generation is part of the URL, so that caches never need to revalidate.
    is_immutable: bool = False

    @property
    def identity(self) -> tuple[str | bool, ...]:
        if self.write is None:
            return self.media_type, self.is_binary
        writer = getattr(self.write, "__qualname__", repr(self.write))
        return self.media_type, self.is_binary, self.write.__module__, writer


AS_JSON = Form()


@dataclass(frozen=True)
class Query(Statement):
    """A statement that returns one row with ``body``: the text of a response, null if there is none.

    With ``next_page`` the row also has ``next_cursor``, null on the last page; with ``is_followed`` it also
    has ``later_cursor``, where rows that are added later begin.
    """

    ttl_seconds: int = DEFAULT_SECONDS
    # Cheap responses with millions of possible keys are cached only in the process.
    is_shared: bool = True
    # False if a default depends on the day: tomorrow the same URL is a different query.
    is_lasting: bool = True
    # Path and query string of the next page, up to the equals sign before its cursor.
    next_page: str = ""
    is_followed: bool = False
    form: Form = AS_JSON
    missing: str = "Item not found"
    # Whether a missing body means 410 (no longer kept) instead of 404.
    is_gone_if_missing: bool = False
    # The Link header, if it does not depend on the rows.
    link: str = ""

    def key(self, generation: int, database: str, version: str) -> str:
        """The cache key: queries whose responses could differ have different keys.

        ``version`` is that of the code and of the schema.
        """
        digest = self.digest(self.next_page, self.link, self.form.identity)
        return f"311:{generation}:{database}:{version}:{digest}"

    @property
    def snapshot_sql(self) -> str:
        """A single statement, hence a single snapshot, for the body and its generation."""
        next_cursor = "result.next_cursor" if self.next_page else "NULL::text"
        later_cursor = "result.later_cursor" if self.is_followed else "NULL::text"
        body = "result.body" if self.form.is_binary else "convert_to(result.body, 'UTF8')"
        return SNAPSHOT.format(sql=self.sql, body=body, next_cursor=next_cursor, later_cursor=later_cursor)


def list_query(sql: str, values: Mapping[str, Any] | None = None, **options: Any) -> Query:
    """All rows as a JSON list of objects; the column names are the keys."""
    return Query(LIST.format(sql=sql), values or {}, **options)


def object_query(sql: str, values: Mapping[str, Any], **options: Any) -> Query:
    """The first row as a JSON object, cached only in the process; no body if there are no rows."""
    return Query(OBJECT.format(sql=sql), values, is_shared=False, **options)
