"""Real rows of the city, with its real declaration: every figure equals a recount over the published file."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.histories import load_published
from pipeline_tests.ingest_runs import settings_for
from pipeline_tests.truth import assert_sound

from pipeline.city import City, load_city

REAL = Path(__file__).parents[5] / "shared" / "data" / "real"
pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason="no real rows next to this checkout (../shared/data/real)"
)
CITY = load_city()
DRAWN = 6_000
Row = dict[str, Any]
YEARS = {"d4vt-q4t5": "la_legacy_2017.json", "h65r-yf5i": "la_legacy_2018.json"}


def documented() -> dict[str, dict[str, int]]:
    """The published values of four columns and how often they occur; a small count where that is unknown."""
    values = json.loads((REAL / "la_documented_values.json").read_text())
    columns = {"type": "type ", "department_name__c": "department", "status": "status", "origin": "origin"}
    found = {}
    for column, start in columns.items():
        (key,) = (key for key in values if key.startswith(start))
        counts = {name: count[0] if isinstance(count, list) else count for name, count in values[key].items()}
        found[column] = {name: count or 3_000 for name, count in counts.items()}
    return found


def drawn_cases() -> Iterator[Row]:
    """Cases that have the documented values in the documented shares."""
    chance, values = random.Random(311), documented()
    columns = {
        name: chance.choices([*counts], [*counts.values()], k=DRAWN) for name, counts in values.items()
    }
    for number in range(DRAWN):
        row: Row = {name: drawn[number] for name, drawn in columns.items()}
        is_closed = row["status"] in {"Closed", "Reported", "Cancelled", "Closed Ext-Referred"}
        created = f"2026-{number % 11 + 1:02}-{number % 20 + 1:02}T{number % 24:02}:15:00.000"
        row |= {"casenumber": f"9{number:06}", "createddate": created}
        row |= {"closeddate": "2026-11-22T09:00:00.000"} if is_closed and number % 9 else {}
        if row["type"] != "Information-Only" and number % 18:
            row |= {"geolocation__latitude__s": "34.05", "geolocation__longitude__s": "-118.25"}
        yield row | {
            "locator_sr_neigborhood_council": "52",
            "resolution_code__c": ("DUP-Duplicate", None)[number % 2],
        }


def published() -> dict[str, list[Row]]:
    """Every row by dataset, each number once; the files repeat some rows."""
    rows = {dataset: json.loads((REAL / file).read_text()) for dataset, file in YEARS.items()}
    rows["2cy6-i7zn"] = [
        *json.loads((REAL / "la_cases_2026_three_real_rows.json").read_text()),
        *drawn_cases(),
    ]
    return rows


class Recount:
    """The published rows in the city's terms, computed here and not by the pipeline."""

    def __init__(self, city: City, published: dict[str, list[Row]]) -> None:
        self.city = city
        self.rows: list[Row] = []
        schemas = {dataset.id: city.schemas[dataset.schema_name] for dataset in city.datasets}
        for dataset, rows in published.items():
            columns, ended = schemas[dataset].columns, schemas[dataset].ended_statuses
            for row in {row[columns["srnumber"][0]]: row for row in rows}.values():
                read = {name: row.get(sources[0]) for name, sources in columns.items()}
                self.rows.append(read | {"is_ended": read["status"] in ended})

    def code(self, column: Any, row: Row) -> str:
        return self.city.code_of(column, row[column] or "")

    def is_information(self, row: Row) -> bool:
        return self.code("requesttype", row) in self.city.information_types

    def is_located(self, row: Row) -> bool:
        bounds = self.city.bounds
        latitude, longitude = float(row.get("latitude") or 0), float(row.get("longitude") or 0)
        return bounds.south <= latitude <= bounds.north and bounds.west <= longitude <= bounds.east

    def count(self, key: Callable[[Row], Any], rows: Iterable[Row] | None = None) -> Counter[Any]:
        return Counter(key(row) for row in (rows or self.rows) if not self.is_information(row))


@pytest.fixture(scope="module")
def recount() -> Recount:
    return Recount(CITY, published())


@pytest.fixture(scope="module")
def loaded() -> Iterator[Database]:
    with databases.database() as database:
        settings = settings_for(database, "http://unused.invalid")
        for dataset_id, rows in published().items():
            load_published(settings, CITY, dataset_id, rows)
        yield database


def test_every_row_is_stored_and_served(loaded: Database, recount: Recount) -> None:
    tables = [loaded.value(f"SELECT count(*) FROM {table}") for table in ("requests", "service_requests")]
    assert tables == [len(recount.rows)] * 2
    assert loaded.value("SELECT count(*) FROM rejected_requests") == 0
    assert_sound(loaded)


FIELDS = {
    "requesttype": ("rollup_day_type", "request_types USING (type_id)"),
    "owner": ("rollup_day_agency", "agencies USING (agency_id)"),
    "requestsource": ("rollup_day_source", "sources USING (source_id)"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_requests_by_code_equal_the_recount(field: str, loaded: Database, recount: Recount) -> None:
    rollup, reference = FIELDS[field]
    query = (
        f"SELECT data_code, sum(requests) FROM {rollup} JOIN {reference} GROUP BY 1 HAVING sum(requests) > 0"
    )
    assert dict(loaded.rows(query)) == recount.count(lambda row: recount.code(field, row))


def test_requests_by_group_equal_the_recount(loaded: Database, recount: Recount) -> None:
    groups = {code: group.name for group in CITY.groups for code in group.types}
    query = """
        SELECT group_name, sum(requests) FROM rollup_day_type
          JOIN request_types USING (type_id) JOIN type_groups USING (group_id)
         GROUP BY 1 HAVING sum(requests) > 0
    """
    counted = recount.count(lambda row: groups.get(recount.code("requesttype", row), "Other"))
    assert dict(loaded.rows(query)) == counted


def test_requests_by_day_and_hour_equal_the_recount(loaded: Database, recount: Recount) -> None:
    query = """
        SELECT to_char(created_date, 'YYYY-MM-DD') || 'T' || lpad(created_hour::text, 2, '0'), sum(requests)
          FROM rollup_hour_type GROUP BY 1 HAVING sum(requests) > 0
    """
    assert dict(loaded.rows(query)) == recount.count(lambda row: row["createddate"][:13])


def test_located_and_information_calls_equal_the_recount(loaded: Database, recount: Recount) -> None:
    (totals,) = loaded.rows("SELECT sum(requests), sum(unlocated), sum(information) FROM rollup_daily")
    located = recount.count(recount.is_located)
    information = sum(map(recount.is_information, recount.rows))
    assert totals == (located.total(), located[False], information)
    assert located[False] > 300
    assert information > 1_000


def test_open_requests_equal_the_recount(loaded: Database, recount: Recount) -> None:
    query = "SELECT data_code, sum(requests) FROM rollup_open JOIN request_types USING (type_id) GROUP BY 1"
    is_open = [row for row in recount.rows if not row.get("closeddate") and not row["is_ended"]]
    assert dict(loaded.rows(query)) == recount.count(lambda row: recount.code("requesttype", row), is_open)


def test_requests_by_published_council_equal_the_recount(loaded: Database, recount: Recount) -> None:
    """Without polygons, every published code is served unchanged."""
    known = {str(code) for (code,) in loaded.rows("SELECT data_code FROM councils")}
    query = """
        SELECT data_code::text, sum(requests) FROM rollup_day_council JOIN councils USING (council_id)
         GROUP BY 1 HAVING sum(requests) > 0
    """
    counted = recount.count(lambda row: row["nc"] if row["nc"] in known else "0")
    assert dict(loaded.rows(query)) == counted


def test_few_documented_rows_end_in_an_unreviewed_type_or_agency(loaded: Database) -> None:
    for rollup, reference in (FIELDS["requesttype"], FIELDS["owner"]):
        query = f"""
            SELECT sum((requests + information) * (NOT is_reviewed)::integer)::float
                   / sum(requests + information)
              FROM {rollup} JOIN {reference} WHERE created_date >= '2026-01-01'
        """
        assert loaded.value(query) <= 0.01
