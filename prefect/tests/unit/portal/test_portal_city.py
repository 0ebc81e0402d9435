"""The made-up city: deterministic, with recent activity, and with the proportions of the real one."""

from __future__ import annotations

import itertools
import json
import re
import statistics
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from portal.city.bad_rows import DAMAGES
from portal.city.calendar import calendar
from portal.city.councils import load_councils
from portal.city.facts import facts
from portal.city.polygons import council_polygons
from portal.city.publish import City, block_rows, datasets_until, whole_block
from portal.datasets import CASES_START, FIRST_DAY, LEGACY_DENSE_END, LEGACY_END
from portal.schemas import CASES, LEGACY, SCHEMAS, Schema
from portal.store import SYSTEM_NAMES

TODAY = date(2026, 11, 24)
SAMPLE = Path(__file__).parents[5] / "shared" / "data" / "requests_2020_sample.json"
FIELDS = SAMPLE.with_name("la311_fields.csv")
needs_sample = pytest.mark.skipif(
    not SAMPLE.exists(), reason="the real sample ../shared/data is not in this checkout"
)

Rows = list[dict[str, Any]]


def city(
    rows: int = 20_000, today: date = TODAY, anchor: date = TODAY, seed: int = 311, bad: float = 0.0
) -> City:
    return City(rows, today, anchor, seed, bad)


def all_rows(made: City, schema: Schema = LEGACY) -> Rows:
    names = [*SYSTEM_NAMES, *schema.stored_names]
    return [
        dict(zip(names, row, strict=True))
        for number in range(made.blocks)
        for row in whole_block(made, number, schema, names)
    ]


def by_dataset(made: City) -> dict[str, Rows]:
    datasets = datasets_until(made.today)
    found: dict[str, Rows] = {dataset.id: [] for dataset in datasets}
    for number in range(made.blocks):
        for dataset, rows in block_rows(made, number, datasets):
            names = [*SYSTEM_NAMES, *dataset.schema.stored_names]
            found[dataset.id] += [dict(zip(names, row, strict=True)) for row in rows]
    return found


def days_to_close(row: dict[str, Any]) -> int:
    closed, created = (datetime.fromisoformat(row[name]).date() for name in ("closeddate", "createddate"))
    return (closed - created).days


def shares(values: list[Any]) -> dict[Any, float]:
    return {value: count / len(values) for value, count in Counter(values).items()}


LEGACY_ROWS = all_rows(city())
CASES_ROWS = all_rows(city(), CASES)


def test_the_same_city_is_made_twice() -> None:
    assert all_rows(city()) == LEGACY_ROWS


def test_another_seed_makes_another_city() -> None:
    assert all_rows(city(rows=100, seed=1)) != all_rows(city(rows=100, seed=2))


def test_it_has_exactly_the_rows_requested() -> None:
    assert [len(all_rows(city(rows=rows))) for rows in (0, 1, 9_999, 10_001)] == [0, 1, 9_999, 10_001]


def test_a_later_day_keeps_the_requests_and_adds_new_ones() -> None:
    later = all_rows(city(today=date(2026, 12, 4)))
    assert [(r["srnumber"], r["createddate"], r["address"]) for r in later[: len(LEGACY_ROWS)]] == [
        (r["srnumber"], r["createddate"], r["address"]) for r in LEGACY_ROWS
    ]
    assert {row["createddate"][:10] for row in later[len(LEGACY_ROWS) :]} <= {
        *(f"2026-11-{day}" for day in range(24, 31)),
        *(f"2026-12-0{day}" for day in range(1, 4)),
    }


def test_a_later_day_only_moves_a_request_forward() -> None:
    later = all_rows(city(today=date(2026, 12, 4)))
    changed = [(a, b) for a, b in zip(LEGACY_ROWS, later, strict=False) if a != b]
    assert changed
    for before, after in changed:
        assert before[":updated_at"] < after[":updated_at"]
        assert before["closeddate"] in (None, after["closeddate"])


def test_nothing_is_known_before_it_happened() -> None:
    for name in ("createddate", "closeddate", "updateddate"):
        assert max(row[name] for row in LEGACY_ROWS if row[name]) < "2026-11-24"
    assert max(row[":updated_at"] for row in LEGACY_ROWS) < "2026-11-24T00:10"


def test_events_are_in_order() -> None:
    for row in LEGACY_ROWS:
        assert row["createddate"] <= row["updateddate"]
        assert row["createddate"] <= (row["closeddate"] or row["createddate"]) <= row["updateddate"]
        assert row[":created_at"] <= row[":updated_at"]


def test_some_requests_are_changed_months_after_they_closed() -> None:
    late = [r for r in LEGACY_ROWS if r["closeddate"] and r["updateddate"][:7] > r["closeddate"][:7]]
    assert 0.01 < len(late) / len(LEGACY_ROWS) < 0.08


def test_every_year_has_requests_and_half_are_recent() -> None:
    years = Counter(row["createddate"][:4] for row in LEGACY_ROWS)
    assert sorted(years) == [str(year) for year in range(2015, 2027)]
    recent = [row for row in LEGACY_ROWS if row["createddate"] >= "2024-09"]
    assert 0.4 < len(recent) / len(LEGACY_ROWS) < 0.55


def test_the_last_two_years_can_be_compared() -> None:
    """The last 100 days were once 68 times denser than those before: every comparison was an artifact."""
    days = calendar(50_000, TODAY, TODAY)
    counted = np.diff(days.first_row)
    this, last = counted[-365:].sum(), counted[-730:-365].sum()
    assert 0.8 < this / last < 1.25
    assert counted[-30:].sum() > 300


def test_a_large_city_is_spread_evenly_over_the_years() -> None:
    days = calendar(5_000_000, TODAY, TODAY)
    in_2018 = (
        days.first_row[(date(2019, 1, 1) - FIRST_DAY).days]
        - days.first_row[(date(2018, 1, 1) - FIRST_DAY).days]
    )
    assert 0.07 < in_2018 / 5_000_000 < 0.1


def test_more_of_the_late_requests_are_open() -> None:
    def share_open(since: str, until: str) -> float:
        rows = [row for row in LEGACY_ROWS if since <= row["createddate"] < until]
        return sum(row["closeddate"] is None for row in rows) / len(rows)

    assert 0.01 < share_open("2015", "2026") < 0.05
    assert (
        share_open("2026-11-20", "2026-11-24")
        > 0.3
        > share_open("2026-08", "2026-09")
        > share_open("2015", "2026")
    )


def test_keys_and_row_identifiers_are_unique_and_well_formed() -> None:
    for rows, key, form in ((LEGACY_ROWS, "srnumber", r"1-\d{10}"), (CASES_ROWS, "casenumber", r"\d{8}")):
        assert len({row[key] for row in rows}) == len({row[":id"] for row in rows}) == len(rows)
        assert all(re.fullmatch(form, row[key]) for row in rows)
        assert all(re.fullmatch(r"row-[2-9a-z]{4}\.[2-9a-z]{4}-[2-9a-z]{4}", row[":id"]) for row in rows)


def test_times_are_floating_with_milliseconds() -> None:
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000")
    names = ("createddate", "updateddate", "closeddate", "servicedate")
    assert all(row[name] is None or form.fullmatch(row[name]) for row in LEGACY_ROWS for name in names)


def test_a_council_has_one_area_one_district_and_one_precinct() -> None:
    found: dict[str, set[tuple[str, ...]]] = {}
    retired = set(facts()["places"]["retired_codes"])
    for row in LEGACY_ROWS:
        if row["nc"] and row["nc"] not in retired and row["apc"]:
            found.setdefault(row["nc"], set()).add(
                (row["ncname"], row["apc"], row["cd"], row["cdmember"], row["policeprecinct"])
            )
    assert len(found) == 99
    assert all(len(facts_seen) == 1 for facts_seen in found.values())


def test_a_request_lies_in_the_polygon_of_its_council() -> None:
    rings = council_polygons(load_councils())
    inside = total = 0
    for row in LEGACY_ROWS:
        if row["nc"] and row["latitude"] and int(row["nc"]) in rings:
            ring, x, y = rings[int(row["nc"])], float(row["longitude"]), float(row["latitude"])
            turns = [
                (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
                for a, b in zip([ring[-1], *ring], ring, strict=False)
            ]
            inside += min(turns) > -1e-9
            total += 1
    assert inside == total


def test_people_decide_how_many_requests_a_council_has() -> None:
    counts = Counter(row["nc"] for row in LEGACY_ROWS)
    councils = load_councils()
    assert (
        statistics.correlation([c.population for c in councils], [counts[str(c.nc_id)] for c in councils])
        > 0.95
    )


def test_the_cases_era_has_more_types_owners_and_statuses() -> None:
    rows = [
        row for row in all_rows(city(rows=80_000), CASES) if row["createddate"] >= CASES_START.isoformat()
    ]
    assert len({row["type"] for row in rows}) > 55
    assert len({row["department_name__c"] for row in rows}) > 80
    assert len({row["status"] for row in rows}) == 9
    assert {"Driver Self Report", "Driver Self Reported"} <= {row["origin"] for row in rows}
    assert {row["reported_anonymously__c"] for row in rows} == {"true", "false"}


def test_titles_are_the_published_ones() -> None:
    titles = {dataset.id: dataset.title for dataset in datasets_until(TODAY)}
    assert titles["73a2-6ar5"] == "MyLA311 Cases March 2025 to December 2025"
    assert len(titles) == 13


def test_retired_councils_have_their_real_names() -> None:
    names = {row["nc"]: row["ncname"] for row in LEGACY_ROWS if row["nc"] in ("65", "117", "123", "126")}
    assert names == {
        "65": "BRENTWOOD CC",
        "117": "PACIFIC PALISADES NC",
        "123": "UNITED FOR VICTORY",
        "126": "HERMON NC",
    }


def test_each_day_is_in_the_dataset_of_its_year_and_schema() -> None:
    datasets = {dataset.id: dataset for dataset in datasets_until(TODAY)}
    for identifier, rows in by_dataset(city()).items():
        days = [row["createddate"][:10] for row in rows]
        assert rows
        assert datasets[identifier].first_day.isoformat() <= min(days)
        assert max(days) <= datasets[identifier].last_day.isoformat()


def test_the_overlap_is_in_both_schemas_under_different_numbers() -> None:
    autumn = date(2025, 10, 20)
    found = by_dataset(city(today=autumn, anchor=autumn))
    legacy = [row for row in found["h73f-gn57"] if row["createddate"][:10] >= CASES_START.isoformat()]
    old_types = set(facts()["cases"]["types"]) - {
        "Information-Only",
        "Service Not Complete",
        "Program Research",
    }
    cases = {int(r["casenumber"]) - 10_000_001: r for r in found["73a2-6ar5"] if r["type"] in old_types}
    pairs = [(row, cases[(int(row["srnumber"][2:]) - 1_000_000_001) // 10]) for row in legacy]
    assert all(places_agree(*pair) for pair in pairs)
    assert not {row["srnumber"] for row in legacy} & {row["casenumber"] for row in found["73a2-6ar5"]}
    dense = [row for row in legacy if row["createddate"][:10] <= LEGACY_DENSE_END.isoformat()]
    all_dense = [row for row in cases.values() if row["createddate"][:10] <= LEGACY_DENSE_END.isoformat()]
    assert 0 <= len(dense) - len(all_dense) < 0.01 * len(dense)
    stragglers = [row for row in legacy if row["createddate"][:10] > LEGACY_DENSE_END.isoformat()]
    assert 0 < len(stragglers) < 0.1 * len(dense)
    assert max(row["createddate"][:10] for row in stragglers) <= LEGACY_END.isoformat()


def places_agree(legacy: dict[str, Any], case: dict[str, Any]) -> bool:
    """Whether two rows have the same time and, if both have a location, the same location."""
    places = {legacy["latitude"], case["geolocation__latitude__s"]} - {None}
    return legacy["createddate"] == case["createddate"] and len(places) < 2


def test_a_new_year_brings_a_new_dataset() -> None:
    titles = {dataset.title: dataset.id for dataset in datasets_until(date(2027, 1, 2))}
    assert re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}", titles["MyLA311 Cases 2027"])
    assert len(set(titles.values())) == len(titles)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=lambda schema: schema.name)
def test_every_kind_of_damage_is_done(schema: Schema) -> None:
    clean, damaged = all_rows(city(rows=3_000), schema), all_rows(city(rows=3_000, bad=0.5), schema)
    hit = [(a, b) for a, b in zip(clean, damaged, strict=True) if a != b]
    created, key = [b["createddate"] for _, b in hit], [b[schema.key] for _, b in hit]
    updated = {b[schema.updated] for _, b in hit}
    assert {None, "not a date", "2020-13-45T25:61:00.000"} <= set(created)
    assert {None, "  "} <= set(key)
    assert {None, "yesterday", "3020-03-14T08:15:00.000"} <= updated
    texts = [value for _, b in hit for value in b.values() if value]
    for odd in (
        "\x00",
        "'; DROP TABLE",
        "東京",
        "\n",
        "  52",
        "NaN",
        "N/A",
        "Space Debris",
        "Carrier Pigeon",
        "9999",
    ):
        assert any(odd in text for text in texts), odd
    assert max(len(text) for text in key if text) > 60
    assert len({k for k in key if k}) < len([k for k in key if k])


def test_damage_is_seldom_unless_requested() -> None:
    damaged = all_rows(city(bad=0.005))
    changed = sum(a != b for a, b in zip(LEGACY_ROWS, damaged, strict=True))
    assert 0.002 < changed / len(damaged) < 0.008
    assert len(DAMAGES) == 34


def test_repeated_numbers_come_with_older_and_newer_stamps() -> None:
    rows = all_rows(city(rows=10_000, bad=0.5))
    groups: dict[str, Rows] = {}
    for row in rows:
        if row["srnumber"] and row["srnumber"].strip():
            groups.setdefault(row["srnumber"], []).append(row)
    pairs = [pair for group in groups.values() if len(group) > 1 for pair in itertools.pairwise(group)]
    older = [1 for first, second in pairs if second[":updated_at"] < first[":updated_at"]]
    newer = [1 for first, second in pairs if second[":updated_at"] > first[":updated_at"]]
    assert older
    assert newer


@pytest.fixture(scope="session")
def sample() -> Rows:
    rows: Rows = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return rows


@needs_sample
@pytest.mark.parametrize(
    ("column", "tolerance"),
    [("requesttype", 0.03), ("requestsource", 0.05), ("owner", 0.03), ("anonymous", 0.05), ("status", 0.03)],
)
def test_the_mix_is_that_of_the_real_sample(sample: Rows, column: str, tolerance: float) -> None:
    rows = [row for row in LEGACY_ROWS if row["createddate"] < CASES_START.isoformat()]
    ours, real = shares([row[column] for row in rows]), shares([row[column] for row in sample])
    assert {
        value: share for value, share in real.items() if abs(share - ours.get(value, 0)) > tolerance
    } == {}


@needs_sample
def test_requests_come_at_the_hours_of_the_real_sample(sample: Rows) -> None:
    ours, real = (shares([row["createddate"][11:13] for row in rows]) for rows in (LEGACY_ROWS, sample))
    assert max(abs(ours.get(hour, 0) - share) for hour, share in real.items()) < 0.03


@needs_sample
@pytest.mark.parametrize(
    "kind",
    [
        "Bulky Items",
        "Graffiti Removal",
        "Illegal Dumping Pickup",
        "Metal/Household Appliances",
        "Dead Animal Removal",
    ],
)
def test_types_take_as_long_to_close_as_in_the_real_sample(sample: Rows, kind: str) -> None:
    def quartiles(rows: Rows) -> list[int]:
        days = sorted(days_to_close(r) for r in rows if r["requesttype"] == kind and r.get("closeddate"))
        return [days[len(days) * quarter // 4] for quarter in (1, 2, 3)]

    old = [row for row in LEGACY_ROWS if row["createddate"] < CASES_START.isoformat()]
    pairs = zip(quartiles(old), quartiles(sample), strict=True)
    assert all(abs(ours - real) <= 1 for ours, real in pairs)


@needs_sample
def test_the_columns_are_the_published_ones() -> None:
    lines = [line.split(",") for line in FIELDS.read_text(encoding="utf-8").splitlines()[1:]]
    legacy = {line[1] for line in lines if line[1]}
    cases = {line[2] for line in lines if line[2]}
    assert {column.name for column in LEGACY.columns} == legacy | {"location"}
    assert {column.name for column in CASES.columns} == cases
