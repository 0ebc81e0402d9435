"""``python -m portal.generate``: the sample city's rows as CSV on standard output; memory stays flat."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TextIO

from portal.city.bad_rows import DEFAULT_BAD_SHARE
from portal.city.publish import City, whole_block
from portal.prepare import utc_today
from portal.schemas import SCHEMAS, Schema
from portal.store import SYSTEM_NAMES


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every request of the city in one schema, in the order of their days."""
    parser = argparse.ArgumentParser(prog="python -m portal.generate", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="how many requests")
    parser.add_argument("--schema", choices=sorted(SCHEMAS), default="cases")
    parser.add_argument("--columns", default="", help="comma-separated names (default: all that are stored)")
    parser.add_argument("--seed", type=int, default=311)
    parser.add_argument("--today", type=date.fromisoformat, help="the requests end the day before")
    parser.add_argument("--bad-share", type=float, default=DEFAULT_BAD_SHARE)
    chosen = parser.parse_args(arguments)
    schema, today = SCHEMAS[chosen.schema], chosen.today or utc_today()
    names = chosen.columns.split(",") if chosen.columns else [*SYSTEM_NAMES, *schema.stored_names]
    write_csv(sys.stdout, City(chosen.rows, today, today, chosen.seed, chosen.bad_share), schema, names)


def write_csv(out: TextIO, city: City, schema: Schema, names: Sequence[str]) -> None:
    """A header, then every request of the city; a null is an empty field, as on the portal."""
    out.write(_lines([names]))
    out.writelines(_lines(whole_block(city, number, schema, names)) for number in range(city.blocks))


def _lines(rows: Iterable[Sequence[str | None]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
