"""The city's neighborhood councils: codes, names, centers and populations."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from portal.city.facts import Floats

COUNCILS_FILE = Path(__file__).parents[1] / "data" / "councils.csv"


@dataclass(frozen=True)
class Council:
    """One council as named in the boundary dataset, with the values that its requests usually have.

    ``population`` is from the 2020 census; coordinates are degrees (EPSG:4326).
    """

    nc_id: int
    name: str
    objectid: str
    region: str
    latitude: float
    longitude: float
    population: int
    certified: str
    website: str
    page: str
    apc: str
    council_district: str
    police_precinct: str
    zip_codes: tuple[str, ...]


@cache
def load_councils() -> tuple[Council, ...]:
    """Every council, in the order of its code."""
    with COUNCILS_FILE.open(newline="", encoding="utf-8") as file:
        return tuple(_council(row) for row in csv.DictReader(file))


@cache
def council_shares() -> Floats:
    """The share of the people who live in each council."""
    people = np.array([council.population for council in load_councils()], dtype=np.float64)
    shares: Floats = people / people.sum()
    return shares


def _council(row: dict[str, str]) -> Council:
    whole = {name: int(row[name]) for name in ("nc_id", "population")}
    degrees = {name: float(row[name]) for name in ("latitude", "longitude")}
    texts: dict[str, Any] = {name: text for name, text in row.items() if name not in (*whole, *degrees)}
    return Council(**{**texts, **whole, **degrees, "zip_codes": tuple(row["zip_codes"].split())})
