"""The city's neighborhood councils: codes, names, centers and people."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COUNCILS_FILE = Path(__file__).parents[1] / "data" / "councils.csv"


@dataclass(frozen=True)
class Council:
    """One council as the boundary dataset names it, with what its requests usually carry.

    ``population`` is of the 2020 census; coordinates are degrees (EPSG:4326).
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


def _council(row: dict[str, str]) -> Council:
    return Council(
        nc_id=int(row["nc_id"]),
        name=row["name"],
        objectid=row["objectid"],
        region=row["region"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        population=int(row["population"]),
        certified=row["certified"],
        website=row["website"],
        page=row["page"],
        apc=row["apc"],
        council_district=row["council_district"],
        police_precinct=row["police_precinct"],
        zip_codes=tuple(row["zip_codes"].split()),
    )
