"""``python -m portal.generate``: the sample city's rows on standard output, for benchmarks."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TextIO

from portal.city.bad_rows import DEFAULT_BAD_SHARE
from portal.city.publish import City, whole_block
from portal.prepare import utc_today
from portal.schemas import SCHEMAS
from portal.store import SYSTEM_NAMES, Row

Names = Sequence[str]
COPY_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x00": ""})


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every request of the city in one schema, in the order of their days; memory stays flat."""
    options = _options(arguments)
    schema = SCHEMAS[options.schema]
    names = options.columns.split(",") if options.columns else [*SYSTEM_NAMES, *schema.stored_names]
    today = options.today or utc_today()
    city = City(options.rows, today, today, options.seed, options.bad_share)
    blocks = (whole_block(city, number, schema, names) for number in range(city.blocks))
    FORMATS[options.format](sys.stdout, names, blocks)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.generate", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="how many requests")
    parser.add_argument("--format", choices=sorted(FORMATS), default="json")
    parser.add_argument("--schema", choices=sorted(SCHEMAS), default="legacy")
    parser.add_argument(
        "--columns", default="", help="comma-separated column names (default: all that are stored)"
    )
    parser.add_argument("--seed", type=int, default=311)
    parser.add_argument("--today", type=date.fromisoformat, help="the requests end the day before")
    parser.add_argument("--bad-share", type=float, default=DEFAULT_BAD_SHARE)
    return parser.parse_args(arguments)


def write_json(out: TextIO, names: Names, blocks: Iterable[list[Row]]) -> None:
    """One JSON array, an object a row, nulls left out."""
    objects = (_json_object(names, row) for rows in blocks for row in rows)
    out.writelines(_array(objects))


def _array(objects: Iterable[str]) -> Iterator[str]:
    separator = "["
    for text in objects:
        yield separator + text
        separator = "\n,"
    yield "[]\n" if separator == "[" else "]\n"


def _json_object(names: Names, row: Row) -> str:
    present = {name: value for name, value in zip(names, row, strict=True) if value is not None}
    return json.dumps(present, ensure_ascii=False)


def write_csv(out: TextIO, names: Names, blocks: Iterable[list[Row]]) -> None:
    """A header and quoted fields; a null is an empty field."""
    out.write(_csv_lines([names]))
    out.writelines(_csv_lines(rows) for rows in blocks)


def _csv_lines(rows: Iterable[Sequence[str | None]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write_copy(out: TextIO, _names: Names, blocks: Iterable[list[Row]]) -> None:
    r"""Postgres COPY text: tabs between fields, ``\N`` for null; NUL, which Postgres refuses, is left out."""
    for rows in blocks:
        out.writelines("\t".join([r"\N" if v is None else _copy_text(v) for v in row]) + "\n" for row in rows)


def _copy_text(value: str) -> str:
    return value if value.isalnum() else value.translate(COPY_ESCAPES)


FORMATS: dict[str, Callable[[TextIO, Names, Iterable[list[Row]]], None]] = {
    "copy": write_copy,
    "csv": write_csv,
    "json": write_json,
}

if __name__ == "__main__":
    main()
