"""Every quality check can fail: the run stops, nothing is changed, and the check says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import Row, load, plain_row
from pipeline_tests.ingest_runs import NOW, settings_for, tolerant
from pipeline_tests.truth import requests_of
from samples import first

from pipeline.boundaries import read_areas
from pipeline.city import load_city
from pipeline.config import Settings
from pipeline.errors import DataError
from pipeline.quality import Check

CITY = load_city()
MANY = range(100, 130)
"""More rows than the few that never fail a run."""


@pytest.fixture
def settings(database: Database) -> Settings:
    """A database with forty ordinary requests."""
    chosen = settings_for(database, "http://unused.invalid")
    load(chosen, CITY, [plain_row(number) for number in range(40)])
    return chosen


def failing(settings: Settings, rows: list[Row], **arguments: Any) -> Check:
    """The only check that fails when these rows are loaded."""
    with pytest.raises(DataError) as caught:
        load(settings, arguments.pop("city", CITY), rows, **arguments)
    (failed,) = (check for check in caught.value.checks if check.status == "fail")
    assert failed.name in str(caught.value)
    assert failed.limits
    return failed


def many(**fields: str | None) -> list[Row]:
    return [plain_row(number, stamp=2, **fields) for number in MANY]


SPOILED: dict[str, dict[str, str | None]] = {
    "rejected rows": {"createddate": "soon"},
    "outside the city's bounds": {"latitude": "-118.25", "longitude": "34.05"},
    "without coordinates": {"latitude": None, "longitude": None},
    "unreviewed types": {"requesttype": "Space Debris"},
    "unreviewed agencies": {"owner": "Starfleet"},
    "created in the future": {"createddate": "2026-12-30T09:00:00.000"},
    "closed in the future": {"closeddate": "3020-06-05T00:00:00.000"},
    "closed before 2000": {"closeddate": "1899-12-31T00:00:00.000"},
}


@pytest.mark.parametrize("name", SPOILED)
def test_rows_that_are_not_to_be_believed_stop_the_run(
    name: str, settings: Settings, database: Database
) -> None:
    before = requests_of(database)
    assert name in failing(settings, many(**SPOILED[name])).name
    assert requests_of(database) == before
    assert database.value("SELECT generation FROM data_generation") == 1
    saved = "SELECT check_name FROM run_checks WHERE status = 'fail' AND load_run_id = 2"
    assert [name in row[0] for row in database.rows(saved)] == [True]


@pytest.mark.parametrize(
    "name", first(["created in the future", "closed in the future", "closed before 2000"])
)
def test_one_wrong_date_is_worth_a_warning(name: str, settings: Settings) -> None:
    ordinary = [plain_row(number, stamp=2) for number in MANY]
    result = load(settings, CITY, [*ordinary, plain_row(1, stamp=2, **SPOILED[name])])
    assert [check.status for check in result.checks if check.name == name] == ["warn"]


def test_the_usual_share_without_coordinates_is_no_failure(database: Database) -> None:
    settings = settings_for(database, "http://unused.invalid")
    nowhere: dict[str, str | None] = {"latitude": None, "longitude": None}
    half = [plain_row(number, **(nowhere if number % 2 else {})) for number in range(100)]
    load(settings, CITY, half)
    more = [plain_row(number, stamp=2, **(nowhere if number % 2 else {})) for number in range(100, 200)]
    (check,) = (c for c in load(settings, CITY, more).checks if "without coordinates" in c.name)
    assert "usually 50.0%" in check.meaning
    assert check.status != "fail"


def test_calls_for_information_need_no_place(settings: Settings) -> None:
    calls = many(requesttype="Information-Only", latitude=None, longitude=None)
    (check,) = (c for c in load(settings, CITY, calls).checks if "without coordinates" in c.name)
    assert (check.status, check.value) == ("ok", "0 of 0 (0.0%)")


def test_data_that_were_fresh_and_grow_old_fail(settings: Settings) -> None:
    later = NOW + timedelta(days=60)
    # A request from the future does not hide this.
    future = plain_row(200, stamp=2, createddate="2027-12-30T09:00:00.000")
    open_ended = {dataset.id: {"last_day": None} for dataset in CITY.datasets[-1:]}
    datasets = tuple(d.model_copy(update=open_ended.get(d.id, {})) for d in CITY.datasets)
    city = CITY.model_copy(update={"datasets": datasets})
    check = failing(settings, [future], city=city, dataset=datasets[-1], now=later)
    assert (check.name, check.value) == ("newest request", "2026-11-20 09:00")


def test_data_that_were_old_at_the_first_load_are_history(database: Database) -> None:
    settings = settings_for(database, "http://unused.invalid")
    rows = [plain_row(number, createddate="2026-01-02T09:00:00.000") for number in range(30)]
    results = [load(settings, CITY, rows[:at]) for at in (20, 30)]
    assert [[c.status for c in r.checks if c.name == "newest request"] for r in results] == [["warn"]] * 2


def test_ten_times_the_usual_requests_of_a_weekday_fail(database: Database) -> None:
    settings = settings_for(database, "http://unused.invalid")
    days = ["2026-10-16", "2026-10-23", "2026-10-30", "2026-11-06"]
    usual = [plain_row(n, createddate=f"{days[n % 4]}T09:00:00.000") for n in range(20)]
    load(settings, CITY, usual)
    flood = [plain_row(n, stamp=2, createddate="2026-11-13T09:00:00.000") for n in range(100, 200)]
    newest = plain_row(300, stamp=2, createddate="2026-11-14T09:00:00.000")
    assert failing(settings, [*flood, newest]).name == "requests on the newest whole day"


def test_rows_that_the_portal_counts_and_does_not_send_fail(settings: Settings) -> None:
    assert "unread growth" in failing(settings, [plain_row(200, stamp=2)], unread=30).name


def test_a_stored_request_that_is_not_served_fails_until_a_full_load(
    settings: Settings, database: Database
) -> None:
    database.change("DELETE FROM service_requests WHERE srnumber = '1-7'")
    assert failing(settings, [plain_row(7)]).name == "stored but not served"
    load(settings, CITY, [plain_row(7)], full=True, is_whole=True)
    assert database.value("SELECT count(*) FROM service_requests WHERE srnumber = '1-7'") == 1


IN_FEET = {
    "type": "Feature",
    "properties": {"nc_id": "6", "name": "ARLETA NC", "service_re": "REGION 1 - NORTH"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[6.4e6, 1.8e6], [6.5e6, 1.8e6], [6.5e6, 1.9e6], [6.4e6, 1.8e6]]],
    },
}


def test_unusable_boundaries_fail_where_no_others_are_stored(settings: Settings, database: Database) -> None:
    boundaries = read_areas([IN_FEET], CITY)
    check = failing(settings, [plain_row(200, stamp=2)], boundaries=boundaries)
    assert check.name == "boundaries"
    assert "projection" in check.meaning
    assert database.value("SELECT count(*) FROM geometries") == 0


def test_a_dry_run_shows_the_failed_checks_and_leaves_no_trace(
    settings: Settings, database: Database
) -> None:
    runs = database.rows("SELECT * FROM load_runs"), database.rows("SELECT * FROM run_checks")
    assert "rejected rows" in failing(settings, many(createddate="soon"), dry_run=True).name
    assert (database.rows("SELECT * FROM load_runs"), database.rows("SELECT * FROM run_checks")) == runs


def test_every_check_is_saved_with_its_limits(settings: Settings, database: Database) -> None:
    result = load(settings, tolerant(), [plain_row(200, stamp=2)])
    columns = "check_name, status, value, limits, meaning"
    query = f"SELECT {columns} FROM run_checks WHERE load_run_id = 2 ORDER BY place"
    assert database.rows(query) == [(c.name, c.status, c.value, c.limits, c.meaning) for c in result.checks]
