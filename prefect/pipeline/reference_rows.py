"""The columns of a city's reference files, and what each may contain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

ReferenceFile = Literal["regions", "areas", "types", "agencies", "sources"]
ReferenceRow = Mapping[str, str | None]
ID = re.compile("[0-9]{1,9}")
NUMBER = re.compile("[0-9]{0,9}")
DEGREES = re.compile("-?[0-9]{1,3}([.][0-9]+)?")
NAME = re.compile(".+", re.DOTALL)
TEXT = re.compile(".*", re.DOTALL)
COLOR = re.compile("#[0-9A-F]{6}")
WORDS = {
    ID: "a whole number",
    NUMBER: "a whole number or empty",
    DEGREES: "a number",
    NAME: "a text",
    COLOR: "a color such as #BF82BA",
}
PLACE = {"latitude": DEGREES, "longitude": DEGREES}
CONTACTS = {"website": TEXT, "twitter": TEXT}
REQUIRED: dict[ReferenceFile, dict[str, re.Pattern[str]]] = {
    "regions": {"region_id": ID, "region_name": NAME, **PLACE},
    "areas": {"council_id": ID, "council_name": NAME, "data_code": TEXT, "region_id": ID, **PLACE},
    "types": {"type_id": ID, "type_name": NAME, "data_code": TEXT},
    "agencies": {"agency_id": ID, "agency_name": NAME, "data_code": TEXT},
    "sources": {"source_id": ID, "source_name": NAME, "data_code": TEXT},
}
OPTIONAL: dict[ReferenceFile, dict[str, re.Pattern[str]]] = {
    "areas": {**CONTACTS, "population_2020": NUMBER},
    "types": {"agency_id": ID, "color": COLOR, "description": TEXT},
    "agencies": CONTACTS,
}
EMPTY_AS_NULL = frozenset(
    name for columns in OPTIONAL.values() for name, pattern in columns.items() if pattern is NUMBER
)
"""Columns whose empty values are null, not an empty text."""


def check_rows(file: ReferenceFile, rows: Sequence[ReferenceRow]) -> None:
    """Raise ValueError, with the row, if a file has other columns or values than its table takes."""
    columns = REQUIRED[file] | OPTIONAL.get(file, {})
    for number, row in enumerate(rows, 1):
        if unknown := sorted(row.keys() - columns.keys()):
            raise ValueError(f"{file}.csv has no columns {unknown}; it may have {sorted(columns)}")
        if missing := sorted(REQUIRED[file].keys() - row.keys()):
            raise ValueError(f"{file}.csv needs the columns {missing}")
        for name, value in row.items():
            if not columns[name].fullmatch(value or ""):
                raise ValueError(
                    f"{file}.csv, row {number}: {name} must be {WORDS[columns[name]]}, not {value!r}"
                )
