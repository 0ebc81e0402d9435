"""Year boundaries: the newest dataset is open-ended, its successor is found, no row is silently dropped."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound, requests_of, served_of
from samples import first

from pipeline.city import City, load_city
from pipeline.declaration import Dataset
from pipeline.discovery import discover
from pipeline.errors import TokenError
from pipeline.socrata import Portal
from portal import datasets as published
from portal.controller import Controller
from portal.schemas import CASES
from portal.server import serve
from portal.throttle import Throttle

LIVE, LAST_YEAR, LEGACY_2025 = "2cy6-i7zn", "73a2-6ar5", "h73f-gn57"
JANUARY = datetime(2027, 1, 2, 10, tzinfo=UTC)
NEXT_ID = published.future_id(2027)
NEXT = Dataset(id=NEXT_ID, title="MyLA311 Cases 2027", schema="cases", first_day=date(2027, 1, 1))


def case(number: str, created: str) -> dict[str, str]:
    where = {"geolocation__latitude__s": "34.05", "geolocation__longitude__s": "-118.25"}
    return {"casenumber": number, "createddate": created, "type": "Graffiti Removal", **where}


def without(*years: int) -> City:
    city = load_city()
    kept = tuple(dataset for dataset in city.datasets if dataset.first_day.year not in years)
    return tolerant(city.model_copy(update={"datasets": kept}))


def publish_next_year(portal: Controller) -> None:
    days = (date(2027, 1, 1), date(2027, 12, 31))
    portal.publish(published.Dataset(NEXT_ID, NEXT.title, CASES, *days))


def dataset_of(database: Database, number: str) -> list[tuple[str]]:
    return database.rows("SELECT dataset_id FROM requests WHERE srnumber = %s", number)


def test_an_undeclared_year_is_found_used_and_reported(
    town: tuple[str, Controller], database: Database
) -> None:
    settings = settings_for(database, town[0])
    outcome = run_ingest(settings, city=without(2026), years=(2026,))
    notices = [notice for notice in outcome.plan.notices if "MyLA311 Cases 2026 (2cy6-i7zn)" in notice]
    assert len(notices) == 1
    assert "is not declared for Los Angeles" in notices[0]
    with databases.database() as declared:
        run_ingest(settings_for(declared, town[0]), years=(2026,))

        assert requests_of(database) == requests_of(declared)
        assert served_of(database) == served_of(declared)


def test_every_year_since_the_last_declared_one_is_found(database: Database) -> None:
    today = date(2027, 2, 1)
    with serve(rows=500, today=today) as (url, portal):
        with Portal(settings_for(database, url)) as client:
            city, notices = discover(client, without(2026), today, {})
        assert len(notices) == 2
        assert [dataset.title for dataset in city.datasets[-2:]] == ["MyLA311 Cases 2026", NEXT.title]
        assert [d.last_day for d in city.datasets[-3:]] == [date(2025, 12, 31), date(2026, 12, 31), None]
        assert {dataset.id for dataset in city.datasets} <= set(portal.dataset_ids)


def undeclared(*years: int) -> City:
    """The last years without these: a run finds the others by their titles."""
    city = without(*years)
    return city.model_copy(update={"datasets": city.datasets[-2:]})


@pytest.mark.slow
def test_a_year_that_was_found_is_read_even_without_the_catalog(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    settings, city = settings_for(database, url), undeclared(2026)
    run_ingest(settings, city=city)
    portal.add_fault("unavailable", area="catalog")
    portal.upsert(case("30990001", "2026-11-20T09:00:00.000"), LIVE)
    outcome = run_ingest(settings, city=city)
    assert any("is not declared for Los Angeles" in notice for notice in outcome.plan.notices)
    assert dataset_of(database, "30990001") == [(LIVE,)]
    assert_sound(database)


@pytest.mark.parametrize("kind", first(["private", "gone", "unavailable"]))
def test_a_year_that_was_found_and_cannot_be_read_is_skipped(
    kind: str, town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    settings, city = settings_for(database, url), undeclared(2026)
    run_ingest(settings, city=city)
    stored = requests_of(database)
    portal.add_fault(kind, dataset=LIVE)
    outcome = run_ingest(settings, city=city)
    assert [skipped.dataset.id for skipped in outcome.plan.skipped] == [LIVE]
    assert database.rows("SELECT status FROM load_runs ORDER BY load_run_id DESC LIMIT 1") == [("partial",)]
    assert requests_of(database) == stored


def test_a_rejected_token_is_no_reason_to_do_without_a_year(database: Database) -> None:
    with serve(rows=500, today=NOW.date(), throttle=Throttle(tokens=frozenset({"known"}))) as (url, _):
        settings = settings_for(database, url, socrata_app_token="wrong")
        with Portal(settings) as client, pytest.raises(TokenError):
            discover(client, without(2026), NOW.date(), {})


@pytest.mark.parametrize("fault", ["", "unavailable"])
def test_a_year_without_a_dataset_is_a_notice(
    fault: str, town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    if fault:
        portal.add_fault(fault, area="catalog")
    with Portal(settings_for(database, url)) as client:
        city, notices = discover(client, load_city(), date(2027, 1, 1), {})
    assert city == load_city()
    assert ["MyLA311 Cases 2026 covers the days of 2027" in notice for notice in notices] == [True]


@pytest.mark.parametrize("entry", [{"id": LIVE}, {"name": "MyLA311 Cases 2026"}, {"name": None, "id": LIVE}])
def test_a_catalog_entry_of_another_shape_is_a_notice(
    entry: dict[str, str], town: tuple[str, Controller], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Portal, "catalog", lambda *_: [entry])
    with Portal(settings_for(database, town[0])) as client:
        city, notices = discover(client, without(2026), NOW.date(), {})
    assert city == without(2026).reopened()
    assert ["another shape than documented" in notice for notice in notices] == [True]


def test_views_maps_and_charts_are_no_datasets(town: tuple[str, Controller], database: Database) -> None:
    url, portal = town
    for kind in ("filter", "map", "chart"):
        portal.publish_view(LIVE, kind)
    with Portal(settings_for(database, url)) as client:
        city, _ = discover(client, without(2026), NOW.date(), {})
    assert city.newest.id == LIVE


def test_of_two_datasets_of_one_title_the_one_with_rows_is_taken(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    portal.publish(published.Dataset("aaaa-aaaa", "MyLA311 Cases 2026", CASES, NOW.date(), NOW.date()))
    with Portal(settings_for(database, url)) as client:
        city, _ = discover(client, without(2026), NOW.date(), {})
    assert city.newest.id == LIVE


@pytest.mark.parametrize("is_published", first([False, True]))
def test_a_declared_dataset_that_has_no_rows_yet_is_a_notice(
    is_published: bool, town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    if is_published:
        publish_next_year(portal)
    portal.upsert(case("30950001", "2027-01-01T00:15:00.000"), LIVE)
    city = tolerant(load_city().with_dataset(NEXT))
    outcome = run_ingest(settings_for(database, url), city=city, now=JANUARY, datasets=(LIVE,))
    assert any("MyLA311 Cases 2027" in n and "has no rows yet" in n for n in outcome.plan.notices)
    assert outcome.plan.skipped == ()
    assert dataset_of(database, "30950001") == [(LIVE,)]
    assert database.rows("SELECT status FROM load_runs") == [("succeeded",)]


def test_a_loaded_dataset_that_vanishes_is_an_error(town: tuple[str, Controller], database: Database) -> None:
    url, portal = town
    settings = settings_for(database, url)
    run_ingest(settings, datasets=(LIVE, LAST_YEAR))
    portal.add_fault("gone", dataset=LIVE, status=404)
    outcome = run_ingest(settings, datasets=(LIVE, LAST_YEAR))
    assert [skipped.dataset.id for skipped in outcome.plan.skipped] == [LIVE]


def test_new_years_rows_are_taken_from_last_years_dataset_until_its_successor_has_them(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    settings = settings_for(database, url)
    portal.upsert(case("30950001", "2027-01-01T00:15:00.000"), LIVE)
    portal.upsert(case("30960001", "2026-12-31T23:50:00.000"), LIVE)
    run_ingest(settings, now=JANUARY, datasets=(LIVE,))
    assert dataset_of(database, "30950001") == dataset_of(database, "30960001") == [(LIVE,)]
    publish_next_year(portal)
    portal.upsert(case("30950001", "2027-01-01T00:15:00.000"), NEXT_ID)
    city = tolerant(load_city().with_dataset(NEXT))
    run_ingest(settings, city=city, now=JANUARY, datasets=(LIVE, NEXT_ID))
    assert dataset_of(database, "30950001") == [(NEXT_ID,)], "the day's own dataset has it now"
    assert dataset_of(database, "30960001") == [(LIVE,)]
    assert_sound(database)


def test_a_row_in_the_neighboring_years_dataset_is_taken_once(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    early, late = case("20990001", "2026-01-01T00:20:00.000"), case("30990001", "2025-12-31T23:50:00.000")
    both = case("40990001", "2026-01-01T00:30:00.000")
    portal.upsert(early, LAST_YEAR)
    portal.upsert(late, LIVE)
    portal.upsert(both, LIVE)
    portal.upsert({**both, "status": "Copied"}, LAST_YEAR)
    run_ingest(settings_for(database, url), datasets=(LAST_YEAR, LIVE))
    assert dataset_of(database, "20990001") == [(LAST_YEAR,)]
    assert dataset_of(database, "30990001") == [(LIVE,)]
    stored = database.rows("SELECT dataset_id, status FROM requests WHERE srnumber = '40990001'")
    assert stored == [(LIVE, None)], "the day's own dataset wins"
    assert_sound(database)


def test_the_last_day_of_a_dataset_is_its_own(town: tuple[str, Controller], database: Database) -> None:
    url, portal = town
    last_day = {"createddate": "2025-03-27T23:59:59.000", "requesttype": "Bulky Items"}
    next_day = {"createddate": "2025-03-28T00:00:00.000", "requesttype": "Bulky Items"}
    portal.upsert({"srnumber": "1-2503272359", **last_day}, LEGACY_2025)
    portal.upsert({"srnumber": "1-2503280000", **next_day}, LEGACY_2025)
    portal.upsert(case("20032800", "2025-03-28T00:00:00.000"), LAST_YEAR)
    portal.upsert(case("20123123", "2025-12-31T23:59:59.000"), LAST_YEAR)
    run_ingest(settings_for(database, url), datasets=(LEGACY_2025, LAST_YEAR))
    numbers = ("1-2503272359", "1-2503280000", "20032800", "20123123")
    stored = database.rows("SELECT srnumber FROM requests WHERE srnumber = ANY(%s) ORDER BY 1", list(numbers))
    assert stored == [("1-2503272359",), ("20032800",), ("20123123",)], "28 March is published twice"


def test_a_day_that_no_dataset_takes_is_rejected_with_its_reason(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    row = {"srnumber": "1-1412310001", "createddate": "2014-12-31T09:00:00.000", "requesttype": "Bulky Items"}
    portal.upsert(row, "ms7h-a45h")
    run_ingest(settings_for(database, url), years=(2015,))
    reason = database.value("SELECT reason FROM rejected_requests WHERE srnumber = '1-1412310001'")
    assert reason == "created on a day that no dataset takes"
