"""The datasets and the days that each contains, as the city publishes them.

Ids, titles, years and schemas are those that the city declares; the portal adds the days
on which the old dataset was still published, and future years.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from portal.schemas import CASES, LEGACY, SCHEMAS, Schema

CITY_FILE = Path(__file__).parents[1] / "cities" / "la" / "city.toml"
FIRST_DAY = date(2015, 1, 1)
LEGACY_DENSE_END = date(2025, 8, 31)
"""After this day the old dataset receives only a few stragglers."""
LEGACY_END = date(2025, 11, 14)
BOUNDARIES_TITLE = "Neighborhood Councils (Certified)"
ID_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Dataset:
    """A published dataset, both days included. ``kind``: dataset, filter, map or chart."""

    id: str
    title: str
    schema: Schema
    first_day: date
    last_day: date
    kind: str = "dataset"


@cache
def _city() -> dict[str, Any]:
    return tomllib.loads(CITY_FILE.read_text(encoding="utf-8"))


BOUNDARIES_ID = str(_city()["boundaries"]["id"])
_DECLARED = list(_city()["dataset"])
LEGACY_IDS = {e["first_day"].year: str(e["id"]) for e in _DECLARED if e["schema"] == LEGACY.name}
CASES_IDS = {e["first_day"].year: str(e["id"]) for e in _DECLARED if e["schema"] == CASES.name}
CASES_START: date = min(e["first_day"] for e in _DECLARED if e["schema"] == CASES.name)


def published_columns(schema: Schema) -> dict[str, str]:
    """Published columns by the pipeline's own names."""
    declared = _city()["schema"][schema.name]["columns"]
    return {name: sources[0] for name, sources in declared.items()}


def published(last_year: int) -> list[Dataset]:
    """Every dataset up to ``last_year``, oldest first; 2025 has one of each schema."""
    declared = [_dataset(entry) for entry in _DECLARED if entry["first_day"].year <= last_year]
    return declared + [_future(year) for year in range(max(CASES_IDS) + 1, last_year + 1)]


def _dataset(entry: dict[str, Any]) -> Dataset:
    schema, first_day = SCHEMAS[entry["schema"]], entry["first_day"]
    last_day = date(first_day.year, 12, 31)
    return Dataset(
        entry["id"],
        entry["title"],
        schema,
        first_day,
        min(last_day, LEGACY_END) if schema is LEGACY else last_day,
    )


def _future(year: int) -> Dataset:
    return Dataset(future_id(year), f"MyLA311 Cases {year}", CASES, date(year, 1, 1), date(year, 12, 31))


def future_id(year: int) -> str:
    """The 4-4 identifier that the sample portal gives to a year whose real one is not yet known."""
    return four_by_four(f"cases {year}")


def four_by_four(key: str) -> str:
    """A dataset identifier in Socrata's form, always the same for the same text."""
    letters = "".join(ID_ALPHABET[byte % 32] for byte in hashlib.sha256(key.encode()).digest()[:8])
    return f"{letters[:4]}-{letters[4:]}"
