"""Which dataset holds which days, as the city publishes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from portal.schemas import CASES, LEGACY, Schema

FIRST_DAY = date(2015, 1, 1)
CASES_START = date(2025, 3, 28)
LEGACY_DENSE_END = date(2025, 8, 31)
"""After this day the old dataset receives only a few stragglers."""
LEGACY_END = date(2025, 11, 14)
BOUNDARIES_ID = "fu65-dz2f"
BOUNDARIES_TITLE = "Neighborhood Councils (Certified)"

LEGACY_IDS = {
    2015: "ms7h-a45h",
    2016: "ndkd-k878",
    2017: "d4vt-q4t5",
    2018: "h65r-yf5i",
    2019: "pvft-t768",
    2020: "rq3b-xjk8",
    2021: "97z7-y5bt",
    2022: "i5ke-k6by",
    2023: "4a4x-mna2",
    2024: "b7dx-7gc3",
    2025: "h73f-gn57",
}
CASES_IDS = {2025: "73a2-6ar5", 2026: "2cy6-i7zn"}
ID_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Dataset:
    """A published dataset: both days are included."""

    id: str
    title: str
    schema: Schema
    first_day: date
    last_day: date


def future_id(year: int) -> str:
    """The 4-4 identifier the sample portal gives to a year whose real one is not known yet."""
    digest = hashlib.sha256(f"cases {year}".encode()).digest()
    letters = [ID_ALPHABET[byte % 32] for byte in digest[:8]]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def _legacy(year: int) -> Dataset:
    last_day = min(date(year, 12, 31), LEGACY_END)
    title = f"MyLA311 Service Request Data {year}"
    return Dataset(LEGACY_IDS[year], title, LEGACY, date(year, 1, 1), last_day)


def _cases(year: int) -> Dataset:
    identifier = CASES_IDS.get(year) or future_id(year)
    first_day = max(date(year, 1, 1), CASES_START)
    return Dataset(identifier, f"MyLA311 Cases {year}", CASES, first_day, date(year, 12, 31))


def published(last_year: int) -> list[Dataset]:
    """Every dataset up to ``last_year``, oldest first; 2025 has one of each schema."""
    legacy = [_legacy(year) for year in LEGACY_IDS if year <= last_year]
    return legacy + [_cases(year) for year in range(2025, last_year + 1)]
