"""Conversions of DataFrames: compact JSON for Redis, records for components, CSV for downloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
import pandas as pd
from pandas import DataFrame, Series

HIDDEN = "_"
"""Columns with this prefix are for links and colors; they are not shown."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Type oids of Postgres.
KINDS = {20: "integer", 21: "integer", 23: "integer", 700: "number", 701: "number", 1700: "number"}
KINDS |= {1082: "day", 1114: "time", 1184: "time"}


def encode(columns: Iterable[tuple[str, int]], rows: Sequence[Sequence[Any]]) -> bytes:
    """The rows of a query as JSON, column by column; ``columns`` are names and type oids."""
    values: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ([] for _ in columns)
    found = [
        (name, KINDS.get(oid, ""), list(column)) for (name, oid), column in zip(columns, values, strict=True)
    ]
    return orjson.dumps(found, default=float)


def decode(body: bytes) -> DataFrame:
    """The frame that ``encode`` wrote; integer columns with missing values have the type Int64."""
    return DataFrame({name: _series(kind, values) for name, kind, values in orjson.loads(body)})


def _series(kind: str, values: list[Any]) -> Series:
    if kind in ("day", "time"):
        return pd.to_datetime(Series(values, dtype=object), format="ISO8601")
    if kind == "integer":
        return Series(values, dtype="Int64" if None in values else "int64")
    return Series(values, dtype="float64" if kind else object)


def listed(values: Any) -> list[Any]:
    """The values of a column as JSON types: missing ones are None, days are ISO text."""
    series = Series(values)
    if series.dtype.kind == "M":
        series = series.dt.strftime("%Y-%m-%d")
    known = series.notna().tolist()
    return [value if is_known else None for value, is_known in zip(series.tolist(), known, strict=True)]


def records(frame: DataFrame) -> list[dict[str, Any]]:
    """The rows as dictionaries, with values as returned by ``listed``."""
    columns = [listed(frame[name]) for name in frame]
    return [dict(zip(frame, row, strict=True)) for row in zip(*columns, strict=True)]


def visible(frame: DataFrame) -> DataFrame:
    """The frame without the columns that are not shown."""
    return frame[[name for name in frame if not name.startswith(HIDDEN)]]


def figures(values: Mapping[str, Any]) -> DataFrame:
    """A frame of named figures, one per row."""
    return DataFrame({"figure": list(values), "value": Series(list(values.values()), dtype=object)})


def to_csv(frame: DataFrame) -> str:
    """RFC 4180 with a header; text that a spreadsheet would run as a formula gets a leading apostrophe."""
    shown = visible(frame)
    # Not DataFrame.map: it would turn counts among rates into 317.0.
    texts = shown.select_dtypes(exclude=["number", "bool", "datetime"])
    safe = {name: Series([*map(safe_cell, texts[name])], texts.index, object) for name in texts}
    return str(shown.assign(**safe).to_csv(index=False, lineterminator="\r\n", date_format="%Y-%m-%d"))


def safe_cell(value: Any) -> Any:
    """The value; text that a spreadsheet would run as a formula is prefixed with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def daily(frame: DataFrame, first: date, last: date, value: str = "requests") -> Series:
    """A column by calendar day from first to last; days without a row are 0."""
    return frame.set_index("day")[value].reindex(pd.date_range(first, last), fill_value=0)


def with_others(frame: DataFrame, name: str, top: int, *, by: Sequence[str] = ()) -> DataFrame:
    """The largest groups and, if two or more are left, the rest as "Others (n)" at the end.

    ``by`` lists further columns, such as the day; groups are ranked by their total requests.
    """
    order = frame.groupby(name)["requests"].sum().sort_values(ascending=False, kind="stable").index
    rest = set(order[top:])
    if len(rest) < 2:
        return frame
    others = f"Others ({len(rest)})"
    named = frame[name].where(~frame[name].isin(rest), others)
    counts = [column for column in frame if column.startswith("requests")]
    grouped = frame.assign(**{name: named}).groupby([*by, name], sort=False, as_index=False)[counts].sum()
    return grouped.sort_values(name, key=lambda names: names == others, kind="stable", ignore_index=True)
