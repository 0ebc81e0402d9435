"""The sample city against documented counts of the real one, within what sampling allows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portal.city.publish import City, whole_block
from portal.schemas import CASES, LEGACY, Schema

DOCUMENTED = Path(__file__).parents[5] / "shared" / "data" / "real" / "la_documented_values.json"
pytestmark = pytest.mark.skipif(
    not DOCUMENTED.exists(), reason="the documented values of ../shared/data/real are not in this checkout"
)
DOWNLOADED = date(2026, 7, 6)
"""The day on which the documented dataset was downloaded."""
ROWS, BLOCKS = 1_500_000, 10
ALLOWED_DEVIATIONS = 4
"""In standard deviations: among 200 shares, one is further off by chance in one of 80 cities."""
OPEN_STATUSES = ("Workorder Created", "New", "In Progress", "Potential Duplicate", "Duplicate Confirm")
Row = dict[str, str | None]


@cache
def documented() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(DOCUMENTED.read_text(encoding="utf-8"))
    return values


@cache
def rows(schema: Schema, year: int) -> list[Row]:
    """The requests of a year as of its end, or as of the day of the documents."""
    today = DOWNLOADED if year == 2026 else date(year + 1, 1, 1)
    city = City(ROWS, today, today, bad_share=0.0)
    found = []
    for number in range(city.blocks - BLOCKS, city.blocks):
        names = schema.stored_names
        found += [dict(zip(names, row, strict=True)) for row in whole_block(city, number, schema, names)]
    return [row for row in found if str(row["createddate"])[:4] == str(year)]


def off(
    counts: dict[str, float], total: float, ours: Counter[Any], size: int
) -> dict[str, tuple[float, float]]:
    """Values whose share differs by more than sampling explains, with the documented share and ours."""
    found = {}
    for value, count in counts.items():
        share, our_share = count / total, ours[value] / size
        deviation = math.sqrt(max(share, 1 / size) / size)
        if abs(our_share - share) > ALLOWED_DEVIATIONS * deviation + 1 / size:
            found[value] = (round(share, 5), round(our_share, 5))
    return found


def counted(section: str) -> dict[str, float]:
    """The documented counts of a section, without the values that are only known by name."""
    name = next(key for key in documented() if key.startswith(section))
    counts = {
        value: count[0] if isinstance(count, list) else count for value, count in documented()[name].items()
    }
    return {value: count for value, count in counts.items() if count is not None}


TOTAL = 1_209_648


@pytest.mark.parametrize(
    ("section", "column"),
    [
        ("type", "type"),
        ("department_name__c", "department_name__c"),
        ("origin", "origin"),
        ("action_taken__c", "action_taken__c"),
    ],
)
def test_cases_have_the_documented_shares(section: str, column: str) -> None:
    cases = rows(CASES, 2026)
    ours = Counter(row[column] for row in cases)
    assert off(counted(section), TOTAL, ours, len(cases)) == {}
    named = next(values for key, values in documented().items() if key.startswith(section))
    assert len(ours) <= len(named) + 1 or section in ("type", "department_name__c")


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_cases_have_the_documented_statuses(is_open: bool) -> None:
    cases = [row for row in rows(CASES, 2026) if (row["closeddate"] is None) == is_open]
    ours = Counter(row["status"] for row in cases)
    counts = {k: v for k, v in counted("status").items() if (k in OPEN_STATUSES) == is_open}
    assert off(counts, sum(counts.values()), ours, len(cases)) == {}
    assert set(ours) <= set(counts)


def test_cases_end_with_the_documented_codes() -> None:
    cases = [row for row in rows(CASES, 2026) if row["closeddate"]]
    ours = Counter(row["resolution_code__c"] for row in cases)
    assert off(counted("resolution_code__c"), TOTAL * 0.937, ours, len(cases)) == {}
    assert len(ours) == 141


PERCENT_MISSING: dict[str, str] = {
    "DateServiceRendered": "date_service_was_rendered",
    "ServiceDate": "service_date__c",
    "ReasonCode": "reason_code__c",
    "HouseNumber": "locator_sr_house_number_",
    "Direction": "locator_direction_suffix",
    "ActionTaken": "action_taken__c",
    "AssignTo": "assigned_to__c",
    "NCName": "locator_sr_neigborhood_council_1",
    "APC": "locator_sr_area_planning",
    "CDMember": "locator_sr_council_district",
    "NC": "locator_sr_neigborhood_council",
    "PolicePrecinct": "locator_sr_community_police",
    "Address": "locator_gis_returned_address",
    "CD": "locator_council_district",
    "ResolutionCode": "resolution_code__c",
    "ClosedDate": "closeddate",
    "Latitude": "geolocation__latitude__s",
    "Longitude": "geolocation__longitude__s",
    "ZipCode": "zipcode__c",
}


def test_cases_lack_what_the_real_ones_lack() -> None:
    cases = rows(CASES, 2026)
    real = documented()["percent missing"]
    ours = {
        name: 100 * sum(row[column] is None for row in cases) / len(cases)
        for name, column in PERCENT_MISSING.items()
    }
    assert set(real) == set(PERCENT_MISSING)
    assert {name: (real[name], ours[name]) for name in real if abs(real[name] - ours[name]) > 1} == {}


def test_precincts_are_numbers_and_districts_begin_with_zero() -> None:
    cases = rows(CASES, 2026)
    precincts = {row["locator_sr_community_police"] for row in cases} - {None}
    assert all(precinct.isdecimal() for precinct in precincts if precinct)
    assert {row["locator_council_district"] for row in cases} == {None, *map(str, range(16))}


def test_every_named_value_is_known_to_the_city() -> None:
    from portal.city.case_mixes import case_mixes
    from portal.city.kinds import kinds

    known: dict[str, Callable[[], list[str]]] = {
        "type": lambda: kinds().new_names,
        "department_name__c": lambda: case_mixes().owner_names,
        "origin": lambda: case_mixes().origin_names,
        "status": lambda: case_mixes().status_names,
        "action_taken__c": lambda: case_mixes().action_names,
        "resolution_code__c": lambda: case_mixes().outcome_names,
    }
    for section, names in known.items():
        documents = next(values for key, values in documented().items() if key.startswith(section))
        assert set(documents) <= set(names()), section
    assert (len(kinds().new_names), len(case_mixes().owner_names)) == (62, 99)


def test_an_information_call_is_over_within_a_minute() -> None:
    calls = [row for row in rows(CASES, 2026) if row["type"] == "Information-Only"]
    assert all(row["closeddate"] == row["createddate"] for row in calls)
    placeless = [row for row in rows(CASES, 2026) if row["geolocation__latitude__s"] is None]
    assert sum(row["type"] == "Information-Only" for row in placeless) > 0.8 * len(placeless)


def test_the_old_dataset_has_the_statuses_and_gaps_of_2024() -> None:
    section = next(values for key, values in documented().items() if key.startswith("legacy 2024"))
    requests = rows(LEGACY, 2024)
    statuses = {row["status"] for row in requests}
    assert set(section["status"]) == statuses
    missing = {
        name: sum(row[name] is None for row in requests) / len(requests) for name in ("latitude", "nc")
    }
    real = {name: section[f"{name} missing"] / 901_503 for name in missing}
    assert {name: share for name, share in missing.items() if abs(share - real[name]) > 0.002} == {}


REAL_ROWS = {
    2017: "real/la_legacy_2017.json",
    2018: "real/la_legacy_2018.json",
    2020: "requests_2020_sample.json",
}


@dataclass(frozen=True)
class Pairs:
    """Pairs of requests with equal coordinates, and all ``possible`` pairs of different days."""

    apart: int
    apart_of_one_type: int
    of_a_day: int
    possible: int
    requests: int


def paired(requests: list[Row]) -> Pairs:
    placed = [row for row in requests if row.get("latitude")]
    place = [(row["latitude"], row["longitude"]) for row in placed]
    day = [str(row["createddate"])[:10] for row in placed]
    kind = [row["requesttype"] for row in placed]
    of_a_day, of_one_type = pairs(zip(place, day, strict=True)), pairs(zip(place, kind, strict=True))
    return Pairs(
        apart=pairs(place) - of_a_day,
        apart_of_one_type=of_one_type - pairs(zip(place, kind, day, strict=True)),
        of_a_day=of_a_day,
        possible=math.comb(len(placed), 2) - pairs(day),
        requests=len(placed),
    )


def pairs(values: Iterable[object]) -> int:
    return sum(math.comb(count, 2) for count in Counter(values).values())


def test_requests_return_to_the_same_places_as_real_ones() -> None:
    files = {year: DOCUMENTED.parents[1] / name for year, name in REAL_ROWS.items()}
    real = [paired(json.loads(file.read_text(encoding="utf-8"))) for file in files.values()]
    ours = [paired(rows(LEGACY, year)) for year in files]

    def total(found: list[Pairs], name: str) -> int:
        return sum(getattr(one, name) for one in found)

    for name, of in (
        ("apart", "possible"),
        ("of_a_day", "requests"),
        ("apart_of_one_type", "apart"),
    ):
        expected = total(real, of) * total(ours, name) / total(ours, of)
        seen = total(real, name)
        assert abs(seen - expected) < ALLOWED_DEVIATIONS * math.sqrt(seen), (name, seen, expected)


def test_an_address_is_one_place() -> None:
    known = [row for row in rows(LEGACY, 2018) if row["latitude"] and row["address"]]
    place_of: dict[tuple[str | None, str | None], set[str | None]] = {}
    for row in known:
        place_of.setdefault((row["latitude"], row["longitude"]), set()).add(row["address"])
    assert max(map(len, place_of.values())) == 1
    assert len(place_of) < 0.8 * len(known)


def test_work_crews_of_december_2017_gave_no_coordinates() -> None:
    december = [row for row in rows(LEGACY, 2017) if str(row["createddate"]) >= "2017-12-01"]
    placeless = [row for row in december if row["latitude"] is None]
    assert 0.14 < len(placeless) / len(december) < 0.2
    crews = [row for row in placeless if row["requesttype"] == "Graffiti Removal"]
    assert len(crews) > 0.98 * len(placeless)
    assert sum(row["requestsource"] == "Driver Self Report" for row in crews) > 0.95 * len(crews)
    assert sum(row["address"] is not None for row in crews) > 0.95 * len(crews)
    assert sum(row["nc"] is not None for row in crews) > 0.95 * len(crews)
