"""Datasets by declaration: another column naming, undeclared years, and the months published twice."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest
from pipeline.catalog import CATALOG_FILE, Catalog, load_catalog
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.nights import NOW, run_night, settings_for
from pipeline_tests.truth import assert_sound, requests_of, served_of

from pipeline.discovery import discover
from pipeline.socrata import Portal
from portal.controller import Controller
from portal.server import serve

OLD, LIVE = "rq3b-xjk8", "2cy6-i7zn"
LEGACY_2025, CASES_2025 = "h73f-gn57", "73a2-6ar5"
SPRINGFIELD = """
[schema.springfield]
required = ["srnumber", "createddate"]
[schema.springfield.columns]
srnumber = ["ticket"]
createddate = ["opened_at"]
closeddate = ["closed_at", "closeddate"]
requesttype = ["requesttype"]
owner = ["owner"]
latitude = ["lat"]
longitude = ["longitude"]

[[dataset]]
id = "rq3b-xjk8"
title = "Springfield's requests"
schema = "springfield"
first_day = 2020-01-01
last_day = 2020-12-31
"""
SPRINGFIELD_NAMES = {"srnumber": "ticket", "createddate": "opened_at", "latitude": "lat"}
READ = "srnumber, createddate, closeddate, requesttype, owner, latitude, longitude"


def catalog_with(declaration: str) -> Catalog:
    """The declared catalog, its year 2020 replaced by another declaration."""
    declared, added = tomllib.loads(CATALOG_FILE.read_text()), tomllib.loads(declaration)
    datasets = [dataset for dataset in declared["dataset"] if dataset["id"] != OLD]
    changed = {"schema": declared["schema"] | added["schema"], "dataset": datasets + added["dataset"]}
    return Catalog.model_validate(declared | changed)


def test_another_column_naming_is_a_few_declared_lines(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    with databases.database() as usual:
        run_night(settings_for(usual, url), datasets=(OLD,))
        truth = usual.rows(f"SELECT {READ} FROM requests ORDER BY 1")
    for name, other in SPRINGFIELD_NAMES.items():
        portal.misbehave("rename", dataset=OLD, column=name, to=other)
    settings = settings_for(database, url)
    night = run_night(settings, catalog=catalog_with(SPRINGFIELD), datasets=(OLD,))
    assert night.datasets[OLD]["missing"] == []
    assert database.rows(f"SELECT {READ} FROM requests ORDER BY 1") == truth
    assert_sound(database)


def test_months_in_both_schemas_are_counted_once(database: Database) -> None:
    with serve(rows=3_000, today=NOW.date()) as (url, portal):
        night = run_night(settings_for(database, url), datasets=(LEGACY_2025, CASES_2025))
        published = portal.count(LEGACY_2025) + portal.count(CASES_2025)
    days = "SELECT min(createddate)::text, max(createddate)::text FROM requests WHERE dataset_id = %s"
    assert database.rows(days, LEGACY_2025)[0][1] < "2025-03-28"
    assert database.rows(days, CASES_2025)[0][0] >= "2025-03-28"
    elsewhere = sum(row["elsewhere"] for row in night.datasets.values())
    refused = sum(row["refused"] for row in night.datasets.values())
    stored = database.value("SELECT count(*) FROM requests")
    superseded = database.value("SELECT (details ->> 'superseded')::integer FROM load_runs")
    assert elsewhere > 20
    assert stored + elsewhere + refused + superseded == published
    places = "SELECT count(*) - count(DISTINCT (createddate, address, latitude, longitude)) FROM requests"
    twice = f"{places} WHERE createddate >= '2025-03-28' AND address IS NOT NULL AND latitude IS NOT NULL"
    assert database.value(twice) == 0
    assert_sound(database)


def test_rows_of_another_datasets_days_are_no_longer_counted_when_bounds_move(database: Database) -> None:
    moved = {CASES_2025: {"last_day": date(2025, 9, 30)}, LIVE: {"first_day": date(2025, 10, 1)}}
    datasets = (d.model_copy(update=moved.get(d.id, {})) for d in load_catalog().datasets)
    catalog = load_catalog().model_copy(update={"datasets": tuple(datasets)})
    with serve(rows=3_000, today=NOW.date()) as (url, _):
        settings = settings_for(database, url, refused_share_limit=1)
        run_night(settings, datasets=(CASES_2025,))
        run_night(settings, catalog=catalog, reconcile=True, datasets=(CASES_2025,))
    assert database.value("SELECT max(createddate)::date <= '2025-09-30' FROM requests")
    assert_sound(database)


def without(*years: int) -> Catalog:
    catalog = load_catalog()
    kept = tuple(dataset for dataset in catalog.datasets if dataset.first_day.year not in years)
    return catalog.model_copy(update={"datasets": kept})


def test_a_year_that_nobody_declared_is_found_used_and_reported(
    town: tuple[str, Controller], database: Database
) -> None:
    settings = settings_for(database, town[0])
    night = run_night(settings, catalog=without(2026), years=(2026,))
    assert database.value("SELECT count(*) FROM requests WHERE dataset_id = %s", LIVE) > 0
    notices = [check.value for check in night.checks if check.name == "notice"]
    assert any("MyLA311 Cases 2026 (2cy6-i7zn) is not declared" in notice for notice in notices)
    assert night.status == "WARN"
    with databases.database() as declared:
        run_night(settings_for(declared, town[0]), years=(2026,))
        assert requests_of(database) == requests_of(declared)
        assert served_of(database) == served_of(declared)


def test_every_year_since_the_last_declared_one_is_found(database: Database) -> None:
    today = date(2027, 2, 1)
    with serve(rows=500, today=today) as (url, portal):
        with Portal(settings_for(database, url)) as client:
            catalog, notices = discover(client, without(2026), today)
        assert len(notices) == 2
        assert {dataset.title for dataset in catalog.datasets[-2:]} == {
            "MyLA311 Cases 2026",
            "MyLA311 Cases 2027",
        }
        assert all(dataset.id in portal.dataset_ids for dataset in catalog.datasets)


@pytest.mark.parametrize("fault", ["", "unavailable"])
def test_a_year_that_cannot_be_found_does_not_break_the_night(
    fault: str, town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    if fault:
        portal.misbehave(fault, area="catalog")
    with Portal(settings_for(database, url)) as client:
        catalog, notices = discover(client, load_catalog(), date(2027, 1, 1))
    assert catalog == load_catalog()
    assert ["no dataset takes 2027-01-01" in notice for notice in notices] == [True]


def test_the_first_night_of_a_year_goes_on_without_its_dataset(
    town: tuple[str, Controller], database: Database
) -> None:
    night = run_night(settings_for(database, town[0]), now=NOW + timedelta(days=60), datasets=(LIVE,))
    assert night.options.now > datetime(2027, 1, 1, tzinfo=UTC)
    assert any("no dataset takes 2027-01-01" in check.value for check in night.checks)
    assert database.value("SELECT count(*) FROM requests") > 0
