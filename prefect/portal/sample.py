"""Invented requests of a city with a folder ``cities/<key>/sample``, in the city's own columns."""

from __future__ import annotations

import csv
import math
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from portal.values import floating

DAYS = 420
"""Requests are spread over this many days, of which the last is the day before ``today``."""
BUSY_HOURS = (8, 20)
SPREAD_KM, KM_PER_DEGREE = 0.7, 111.2
DURATION_SIGMA = 1.1


@dataclass(frozen=True)
class Area:
    """An area in which requests occur. ``columns`` are added to its rows, ``properties`` to its polygon."""

    latitude: float
    longitude: float
    share: float
    columns: Mapping[str, str]
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """Kinds of requests with shares of values, and areas.

    ``columns`` maps columns of ``requests`` to the city's own names.
    """

    facts: Mapping[str, Any]
    areas: tuple[Area, ...]
    columns: Mapping[str, str]


def read_sample(folder: Path, columns: Mapping[str, str]) -> Sample:
    """The sample in a city's folder; ``columns`` maps columns of ``requests`` to the city's own names."""
    facts = tomllib.loads((folder / "kinds.toml").read_text(encoding="utf-8"))
    with (folder / "areas.csv").open(newline="", encoding="utf-8") as file:
        areas = tuple(map(_area, csv.DictReader(file)))
    return Sample(facts, areas, columns)


def _area(row: dict[str, str]) -> Area:
    def with_prefix(prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): text for name, text in row.items() if name.startswith(prefix)}

    degrees = float(row["latitude"]), float(row["longitude"])
    return Area(*degrees, float(row["share"]), with_prefix("column."), with_prefix("property."))


def rows(sample: Sample, amount: int, today: date, seed: int) -> Iterator[dict[str, str]]:
    """``amount`` requests by day, up to the day before ``today``; always the same for the same arguments."""
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    kinds, shares = sample.facts["kind"], [kind["share"] for kind in sample.facts["kind"]]
    areas, area_shares = sample.areas, [area.share for area in sample.areas]
    for number in range(amount):
        (kind,), (area,) = chance.choices(kinds, shares), chance.choices(areas, area_shares)
        created = _created(number / amount, today, chance)
        yield {
            **{name: _draw(values, chance) for name, values in sample.facts.get("values", {}).items()},
            **kind["columns"],
            **area.columns,
            **_life(sample, kind, created, today, chance),
            **_place(sample, area, chance),
            sample.columns["srnumber"]: sample.facts["number"].format(number + 1),
        }


def _created(share: float, today: date, chance: random.Random) -> datetime:
    day = today - timedelta(days=DAYS - int(share * DAYS))
    hour = chance.triangular(0, 24, sum(BUSY_HOURS) / 2)
    return datetime.combine(day, time()) + timedelta(seconds=int(min(hour, 23.99) * 3600))


def _life(
    sample: Sample, kind: Mapping[str, Any], created: datetime, today: date, chance: random.Random
) -> dict[str, str]:
    """Dates and status; a request that would be closed today or later is still open."""
    days = kind["days"] * math.exp(chance.gauss(0, DURATION_SIGMA))
    closed = created + timedelta(seconds=int(days * 86_400))
    is_open = closed >= datetime.combine(today, time())
    found = {"createddate": created, "updateddate": created if is_open else closed}
    if not is_open:
        found["closeddate"] = closed
    dates = {
        sample.columns[part]: floating(moment) for part, moment in found.items() if part in sample.columns
    }
    return {**dates, sample.columns["status"]: _draw(sample.facts["open" if is_open else "closed"], chance)}


def _place(sample: Sample, area: Area, chance: random.Random) -> dict[str, str]:
    """Coordinates near the center of the area, and an address; some requests have neither."""
    if chance.random() < sample.facts.get("unlocated_share", 0):
        return {}
    spread = SPREAD_KM / KM_PER_DEGREE
    latitude = area.latitude + chance.gauss(0, spread)
    longitude = area.longitude + chance.gauss(0, spread) / math.cos(math.radians(area.latitude))
    degrees = {"latitude": latitude, "longitude": longitude}
    street = f"{chance.randint(1, 999)} {_draw(sample.facts['streets'], chance)}"
    places = {sample.columns[part]: f"{value:.6f}" for part, value in degrees.items()}
    return {**places, sample.columns["address"]: street}


def _draw(values: Mapping[str, float], chance: random.Random) -> str:
    return chance.choices(list(values), list(values.values()))[0]


def features(sample: Sample, rings: Sequence[Sequence[tuple[float, float]]]) -> list[dict[str, Any]]:
    """A feature for each area that has properties; ``rings`` has an open ring for every area."""
    return [
        {
            "type": "Feature",
            "properties": {**area.properties, "approximate": "true"},
            "geometry": {"type": "MultiPolygon", "coordinates": [[[*map(list, ring), list(ring[0])]]]},
        }
        for area, ring in zip(sample.areas, rings, strict=True)
        if area.properties
    ]
