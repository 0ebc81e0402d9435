"""Rows as JSON and CSV, formatted in SQLite: 50,000 rows take a fraction of a second."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from portal.query import Statement
from portal.schemas import NUMBER, UNQUOTED_TYPES
from portal.soql import Sql
from portal.store import Store

BATCH = 2_000


def json_pieces(store: Store, statement: Statement, repeated_share: float = 0.0) -> Iterator[bytes]:
    """The JSON array, in pieces: one object per row, keys of nulls are absent, every scalar is a string."""
    row = "'{'||substr(" + "||".join(map(_json_member, statement.columns)) + ", 2)||'}'"
    separator = "["
    for texts in _batches(store, statement, row, repeated_share):
        yield (separator + "\n,".join(texts)).encode("utf-8", "surrogatepass")
        separator = "\n,"
    yield b"[]\n" if separator == "[" else b"]\n"


def csv_pieces(store: Store, statement: Statement, repeated_share: float = 0.0) -> Iterator[bytes]:
    """The CSV with a quoted header, in pieces; a null is an unquoted empty field."""
    header = io.StringIO()
    csv.writer(header, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(c.name for c in statement.columns)
    yield header.getvalue().encode()
    row = "||','||".join(map(_csv_field, statement.columns))
    for texts in _batches(store, statement, row, repeated_share):
        yield ("\n".join(texts) + "\n").encode("utf-8", "surrogatepass")


def _json_member(column: Sql) -> str:
    key = column.name.replace("'", "''")
    value = (
        column.text if column.type in UNQUOTED_TYPES else f"nullif(json_quote({_as_text(column)}), 'null')"
    )
    return f"coalesce(',\"{key}\":'||{value}, '')"


def _csv_field(column: Sql) -> str:
    if column.type == "location":
        return "''"
    return f"""coalesce('"'||replace({_as_text(column)}, '"', '""')||'"', '')"""


def _as_text(column: Sql) -> str:
    return f"CAST({column.text} AS TEXT)" if column.type == NUMBER else column.text


def _batches(store: Store, statement: Statement, row: str, repeated_share: float) -> Iterator[list[str]]:
    cursor = store.connection().execute(statement.sql(row), statement.values)
    left = statement.limit
    while left > 0 and (found := cursor.fetchmany(BATCH)):
        texts = [item[0] for item in found]
        if repeated_share:
            texts = _with_repeats(texts, repeated_share)
        yield texts[:left]
        left -= len(texts)
    cursor.close()


def _with_repeats(texts: list[str], share: float) -> list[str]:
    step = max(1, round(1 / share))
    return [text for at, item in enumerate(texts) for text in ([item, item] if at % step == 0 else [item])]
