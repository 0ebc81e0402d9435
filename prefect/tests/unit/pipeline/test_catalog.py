from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pipeline.catalog import CATALOG_FILE, Catalog, load_catalog
from pydantic import ValidationError

from pipeline.columns import REQUEST_COLUMNS
from pipeline.errors import DataError

DOCUMENTED = Path(__file__).parents[4] / "docs" / "data_loading.md"
FIRST, LAST = date(2015, 1, 1), date(2026, 12, 31)


@pytest.fixture
def declared() -> dict[str, Any]:
    return tomllib.loads(CATALOG_FILE.read_text())


def test_every_day_is_taken_by_exactly_one_dataset() -> None:
    datasets = load_catalog().datasets
    for ahead in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=ahead)
        assert [d.first_day <= day <= d.last_day for d in datasets].count(True) == 1, day


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["dataset"][1].update(first_day=date(2015, 12, 31)), "both take 2015-12-31"),
        (lambda c: c["dataset"][1].update(id="ms7h-a45h"), "declared twice"),
        (lambda c: c["dataset"][1].update(schema="modern"), "no such schema"),
        (lambda c: c["dataset"][1].update(id="../../etc"), "dataset.1.id"),
        (lambda c: c["dataset"][1].update(colour="red"), "Extra inputs"),
        (lambda c: c["schema"]["cases"]["columns"].update(mood=["mood"]), "no column of requests"),
        (lambda c: c["schema"]["cases"]["columns"].pop("srnumber"), "required but not mapped"),
        (lambda c: c["schema"]["cases"]["columns"].update(status=["sta'tus"]), "pattern"),
        (lambda c: c["aliases"].update(address={"a": "b"}), "aliases only for"),
    ],
)
def test_a_contradiction_is_refused_in_words(change: Any, words: str, declared: dict[str, Any]) -> None:
    change(declared)
    with pytest.raises(ValidationError, match=words):
        Catalog.model_validate(declared)


def test_years_and_ids_choose_datasets() -> None:
    catalog = load_catalog()
    assert [d.id for d in catalog.chosen(years=(2025,))] == ["h73f-gn57", "73a2-6ar5"]
    assert [d.id for d in catalog.chosen(years=(2015,), ids=("2cy6-i7zn",))] == ["ms7h-a45h", "2cy6-i7zn"]
    assert catalog.chosen() == catalog.datasets
    with pytest.raises(DataError, match="1999"):
        catalog.chosen(years=(1999,))


def documented_fields() -> dict[str, tuple[list[str], list[str]]]:
    """The table of columns in the documentation: ours, then those of the two schemas."""
    fields: dict[str, tuple[list[str], list[str]]] = {}
    for line in DOCUMENTED.read_text().splitlines():
        cells = [re.findall(r"`(\w+)`", cell) for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] and set(cells[0]) <= set(REQUEST_COLUMNS):
            for at, name in enumerate(cells[0]):
                fields[name] = (cells[1][at : at + 1], cells[2][at : at + 1])
    return fields


def test_the_documented_fields_are_the_declared_ones() -> None:
    schemas = load_catalog().schemas
    expected = {
        name: (
            list(schemas["legacy"].columns.get(name, ())),
            list(schemas["cases"].columns.get(name, ())),
        )
        for name in REQUEST_COLUMNS
    }
    assert documented_fields() == expected
