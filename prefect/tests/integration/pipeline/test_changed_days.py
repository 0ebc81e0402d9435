"""After a run, ``days_version`` tells which days have changed; what was made of the others is still valid."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
from pipeline_tests.changed_days import difference
from pipeline_tests.databases import Database
from pipeline_tests.histories import load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from samples import first

from pipeline import lifetime
from pipeline.boundaries import Boundaries, read_areas
from pipeline.config import Settings
from pipeline.database import connect
from portal.boundaries import approximate

CITY = tolerant()
BEFORE, LIVE = CITY.datasets[-2:]
DAYS = [date(2026, 11, day) for day in range(1, 6)]
FEATURES: list[dict[str, Any]] = json.loads(approximate().geojson)["features"]


def on(day: date) -> dict[str, str]:
    return {"createddate": f"{day}T09:00:00.000"}


@pytest.fixture
def settings(database: Database) -> Settings:
    """The settings of a city with a request on each of five days."""
    chosen = settings_for(database, "http://unused.invalid")
    load(chosen, CITY, [plain_row(number, **on(day)) for number, day in enumerate(DAYS)])
    return chosen


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        ([plain_row(0, 2, status="Closed", **on(DAYS[0]))], {DAYS[0]}),
        ([plain_row(0, 2, **on(DAYS[2]))], {DAYS[0], DAYS[2]}),
        ([plain_row(9, 2, **on(DAYS[3]))], {DAYS[3]}),
        ([plain_row(9, 2, requesttype="Space Debris", **on(date(2025, 12, 31)))], {date(2025, 12, 31)}),
        # Neither served nor exported, but part of the city's own columns elsewhere.
        ([plain_row(1, 2, row_id=77, **on(DAYS[1]))], set()),
        ([], set()),
    ],
    ids=["closed", "another day", "new", "new type", "equal row of another id", "nothing"],
)
def test_a_run_changes_the_days_of_its_rows(
    settings: Settings, database: Database, rows: list[Any], days: set[date]
) -> None:
    with difference(database) as found:
        load(settings, CITY, rows)
    assert found.content == days
    assert found.is_told
    assert found.version <= days | {DAYS[1]}


def test_a_request_that_is_gone_has_changed_its_day(settings: Settings, database: Database) -> None:
    rows = [plain_row(number, **on(day)) for number, day in enumerate(DAYS) if number != 2]
    with difference(database) as found:
        load(settings, CITY, rows, is_whole=True, reconcile=True)
    assert (found.content, found.version) == ({DAYS[2]}, {DAYS[2]})
    with difference(database) as found, connect(database.loader_url, "test") as connection:
        lifetime.erase(connection, ["1-3"])
    assert (found.content, found.version) == ({DAYS[3]}, {DAYS[3]})


def test_a_row_that_another_dataset_publishes_has_changed_its_day(
    settings: Settings, database: Database
) -> None:
    """Published files name the dataset."""
    day = {"createddate": "2025-12-31T23:50:00.000"}
    load(settings, CITY, [plain_row(70, 1, 700, **day)], LIVE)
    with difference(database) as found:
        load(settings, CITY, [plain_row(70, 1, 800, **day)], BEFORE)
    assert (found.content, found.version) == ({date(2025, 12, 31)}, {date(2025, 12, 31)})


@pytest.mark.parametrize("options", first([{"full": True}, {"full": True, "reconcile": True}]))
def test_a_full_load_may_have_changed_every_day(
    settings: Settings, database: Database, options: dict[str, bool]
) -> None:
    rows = [plain_row(number, **on(day)) for number, day in enumerate(DAYS)]
    with difference(database) as found:
        load(settings, CITY, rows, is_whole=True, **options)
    assert found.is_of_every_day


def test_other_rules_may_have_changed_every_day(settings: Settings, database: Database) -> None:
    renamed = CITY.model_copy(update={"names": {**CITY.names, "requesttype": {"Bulky Items": "Large Items"}}})
    with difference(database) as found:
        load(settings, renamed, [])
    assert found.is_told
    assert found.is_of_every_day


@pytest.mark.slow
def test_another_column_of_the_city_changes_every_day(settings: Settings, database: Database) -> None:
    """Exports of earlier years have it too, although none of their rows has changed."""
    schemas = dict(CITY.schemas)
    name, schema = next(reversed(schemas.items()))
    schemas[name] = schema.model_copy(update={"columns": {**schema.columns, "parent": ("parentid",)}})
    with difference(database) as found:
        load(settings, CITY.model_copy(update={"schemas": schemas}), [])
    assert set(DAYS) <= found.content
    assert found.is_told
    assert found.is_of_every_day


def areas(region: str = "") -> Boundaries:
    features = copy.deepcopy(FEATURES)
    if region:
        features[0]["properties"]["service_re"] = region
    return read_areas(features, CITY)


@pytest.mark.slow
def test_another_region_of_a_council_changes_every_day(settings: Settings, database: Database) -> None:
    load(settings, CITY, [], boundaries=areas())
    with difference(database) as found:
        load(settings, CITY, [], boundaries=areas())
    assert not found.version
    with difference(database) as found:
        load(settings, CITY, [], boundaries=areas("REGION 12 - ELSEWHERE"))
    assert found.is_told
    assert found.is_of_every_day


def test_a_dry_run_changes_no_day(settings: Settings, database: Database) -> None:
    with difference(database) as found:
        load(settings, CITY, [plain_row(9, 2, **on(DAYS[3]))], dry_run=True)
    assert not found.version


@pytest.mark.slow
def test_an_unrecorded_generation_may_have_changed_every_day(settings: Settings, database: Database) -> None:
    """Even if later runs record their days again."""
    with difference(database) as found:
        database.change("UPDATE data_generation SET generation = generation + 1")
        load(settings, CITY, [plain_row(9, 2, **on(DAYS[3]))])
    assert found.is_of_every_day
    with difference(database) as found:
        load(settings, CITY, [plain_row(10, 3, **on(DAYS[1]))])
    assert found.version == {DAYS[1]}
