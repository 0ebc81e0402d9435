"""Datasets by declaration: different column names, undeclared years, and the months published twice."""

from __future__ import annotations

import tomllib

from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound

from pipeline.city import CITIES, City
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


def city_with(declaration: str) -> City:
    """Los Angeles, with its year 2020 replaced by another declaration."""
    declared, added = tomllib.loads((CITIES / "la" / "city.toml").read_text()), tomllib.loads(declaration)
    datasets = [dataset for dataset in declared["dataset"] if dataset["id"] != OLD]
    changed = {"schema": declared["schema"] | added["schema"], "dataset": datasets + added["dataset"]}
    return tolerant(City.model_validate(declared | changed))


def test_another_column_naming_is_a_few_declared_lines(
    town: tuple[str, Controller], database: Database
) -> None:
    url, portal = town
    with databases.database() as usual:
        run_ingest(settings_for(usual, url), datasets=(OLD,))
        truth = usual.rows(f"SELECT {READ} FROM requests ORDER BY 1")
    for name, other in SPRINGFIELD_NAMES.items():
        portal.add_fault("rename", dataset=OLD, column=name, to=other)
    settings = settings_for(database, url)
    run = run_ingest(settings, city=city_with(SPRINGFIELD), datasets=(OLD,))
    assert run.result.by_dataset[OLD]["missing"] == []
    assert database.rows(f"SELECT {READ} FROM requests ORDER BY 1") == truth
    assert_sound(database)


def test_months_in_both_schemas_are_counted_once(database: Database) -> None:
    with serve(rows=3_000, today=NOW.date()) as (url, portal):
        run = run_ingest(settings_for(database, url), datasets=(LEGACY_2025, CASES_2025))
        published = portal.count(LEGACY_2025) + portal.count(CASES_2025)
    days = "SELECT min(createddate)::text, max(createddate)::text FROM requests WHERE dataset_id = %s"
    assert database.rows(days, LEGACY_2025)[0][1] < "2025-03-28"
    assert database.rows(days, CASES_2025)[0][0] >= "2025-03-28"
    elsewhere = run.result.counts["elsewhere"]
    rejected = run.result.counts["rejected"]
    stored = database.value("SELECT count(*) FROM requests")
    superseded = database.value("SELECT (details ->> 'superseded')::integer FROM load_runs")
    assert elsewhere > 20
    assert stored + elsewhere + rejected + superseded == published
    places = "SELECT count(*) - count(DISTINCT (createddate, address, latitude, longitude)) FROM requests"
    twice = f"{places} WHERE createddate >= '2025-03-28' AND address IS NOT NULL AND latitude IS NOT NULL"
    assert database.value(twice) == 0
    assert_sound(database)
