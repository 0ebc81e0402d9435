from __future__ import annotations

import re
from pathlib import Path

from pipeline.city import load_city
from pipeline.columns import CITY_COLUMNS as DECLARED
from pipeline.files.columns import CITY_COLUMNS, COLUMNS, TABLE_SCHEMA_TYPES, columns_of

DOCUMENT = Path(__file__).parents[4] / "docs" / "files.md"


def test_documentation_describes_every_column() -> None:
    rows = re.findall(r"^\| `([A-Za-z]+)` \| (\w+) \| (.+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert rows == [(c.name, TABLE_SCHEMA_TYPES[c.kind], c.description) for c in (*COLUMNS, *CITY_COLUMNS)]


def test_every_column_of_some_cities_can_be_published() -> None:
    assert [column.name.lower() for column in CITY_COLUMNS] == list(DECLARED)


def test_los_angeles_has_the_columns_of_every_city_only() -> None:
    assert columns_of(load_city("la").own_columns) == COLUMNS


def test_other_cities_have_what_they_declare() -> None:
    names = {key: [column.name for column in columns_of(load_city(key).own_columns)[len(COLUMNS) :]]
             for key in ("nyc", "chicago", "sf")}  # fmt: skip
    assert names == {
        "nyc": ["Area", "Detail", "DueDate", "OwnerName", "Kept"],
        "chicago": ["Area", "Parent", "Kept"],
        "sf": ["Detail", "Kept"],
    }
