"""The number is a request's identity: rows that are republished, moved or damaged do no harm."""

from __future__ import annotations

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import DATASET, load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.truth import assert_sound, requests_of
from samples import first

from pipeline.city import load_city
from pipeline.config import Settings

CITY = tolerant()
BEFORE, LIVE = CITY.datasets[-2:]
LEGACY = next(dataset for dataset in CITY.datasets if dataset.id == "h73f-gn57")


@pytest.fixture
def settings(database: Database) -> Settings:
    chosen = settings_for(database, "http://unused.invalid")
    load(chosen, CITY, [plain_row(number) for number in range(30)])
    return chosen


def republished(**fields: str | None) -> list[object]:
    return [plain_row(number, stamp=99, row_id=500 + number, **fields) for number in range(30)]


def test_equal_rows_under_new_ids_and_stamps_change_nothing(settings: Settings, database: Database) -> None:
    stored = "SELECT srnumber, xmin::text, loaded_at, source_row_id FROM requests ORDER BY 1"
    before = database.rows(stored)
    mark = database.value("SELECT source_updated_at FROM dataset_watermarks")
    result = load(settings, CITY, republished(), is_whole=True)
    assert result.message.startswith("Nothing changed: 30 rows read")
    assert not result.has_changed
    assert result.counts["unchanged"] == 30
    assert database.rows(stored) == before
    assert database.value("SELECT source_updated_at FROM dataset_watermarks") > mark
    assert database.value("SELECT generation FROM data_generation") == 1


@pytest.mark.parametrize("way", first(["reconcile", "full"]))
def test_a_republished_row_that_is_rejected_now_stays(
    way: str, settings: Settings, database: Database
) -> None:
    before = [row[0] for row in requests_of(database)]
    rows = [*republished()[3:], *(plain_row(n, 99, 600 + n, createddate="06/02/2026") for n in range(3))]
    result = load(settings, CITY, rows, is_whole=True, **{way: True})
    assert result.counts["rejected"] == 3
    assert result.counts["retired"] == 0
    assert [row[0] for row in requests_of(database)] == before
    assert_sound(database)


@pytest.mark.parametrize("way", first(["full", "reconcile"]))
def test_a_rejected_row_that_lost_its_number_is_known_by_its_row_id(
    way: str, settings: Settings, database: Database
) -> None:
    rows = [plain_row(number) for number in range(1, 30)]
    blank = plain_row(0, stamp=9)
    damaged = type(blank)(blank.id, " ", blank.stamp, blank.content)
    result = load(settings, CITY, [*rows, damaged], is_whole=True, **{way: True})
    assert result.counts["retired"] == 0
    assert database.value("SELECT count(*) FROM requests WHERE srnumber = '1-0'") == 1


def test_a_watermark_never_moves_back(settings: Settings, database: Database) -> None:
    load(settings, CITY, [plain_row(31, stamp=50)])
    mark = database.rows("SELECT source_updated_at, source_row_id FROM dataset_watermarks")
    load(settings, CITY, [plain_row(32, stamp=10)])
    assert database.rows("SELECT source_updated_at, source_row_id FROM dataset_watermarks") == mark


def test_a_row_of_another_years_day_is_taken_where_no_other_dataset_publishes_it(
    settings: Settings, database: Database
) -> None:
    load(settings, CITY, [plain_row(70, createddate="2025-12-31T23:50:00.000")], LIVE)
    load(settings, CITY, [plain_row(71, createddate="2026-01-01T00:20:00.000")], BEFORE)
    stored = "SELECT srnumber, dataset_id FROM requests WHERE srnumber IN ('1-70', '1-71') ORDER BY 1"
    assert database.rows(stored) == [("1-70", LIVE.id), ("1-71", BEFORE.id)]
    assert_sound(database)


@pytest.mark.parametrize("own_stamp", [1, 9])
@pytest.mark.parametrize("is_own_first", first([True, False]))
def test_the_days_own_dataset_has_precedence_and_the_request_is_counted_once(
    own_stamp: int, is_own_first: bool, settings: Settings, database: Database
) -> None:
    day = {"createddate": "2025-12-31T23:50:00.000"}
    own = (plain_row(70, own_stamp, 800, status="own", **day), BEFORE)
    other = (plain_row(70, 5, 700, status="other", **day), LIVE)
    for row, dataset in (own, other) if is_own_first else (other, own):
        load(settings, CITY, [row], dataset)
    stored = "SELECT status, dataset_id FROM requests WHERE srnumber = '1-70'"
    assert database.rows(stored) == [("own", BEFORE.id)]
    assert_sound(database)


def test_a_request_that_its_own_dataset_gives_up_is_taken_from_the_other(
    settings: Settings, database: Database
) -> None:
    day = {"createddate": "2025-12-31T23:50:00.000"}
    load(settings, CITY, [plain_row(70, 1, 800, **day), plain_row(71, 1, 801, **day)], BEFORE)
    load(settings, CITY, [plain_row(71, 1, 801, **day)], BEFORE, reconcile=True)
    load(settings, CITY, [plain_row(70, 1, 700, **day)], LIVE)
    assert database.rows("SELECT dataset_id FROM requests WHERE srnumber = '1-70'") == [(LIVE.id,)]
    assert_sound(database)


def test_rows_of_another_numbering_are_left_to_the_days_dataset(
    settings: Settings, database: Database
) -> None:
    result = load(settings, CITY, [plain_row(80, createddate="2025-08-01T09:00:00.000")], LEGACY)
    assert result.counts["elsewhere"] == 1
    assert database.value("SELECT count(*) FROM requests WHERE srnumber = '1-80'") == 0
    assert database.value("SELECT count(*) FROM rejected_requests") == 0


def test_the_last_day_of_a_dataset_is_its_own(settings: Settings, database: Database) -> None:
    last = plain_row(90, createddate="2025-03-27T23:59:59.000")
    after = plain_row(91, createddate="2025-03-28T00:00:00.000")
    result = load(settings, CITY, [last, after], LEGACY)
    assert result.counts["elsewhere"] == 1
    assert database.rows("SELECT srnumber FROM requests WHERE dataset_id = %s", LEGACY.id) == [("1-90",)]


def test_the_declared_days_of_a_dataset_include_both_ends(settings: Settings, database: Database) -> None:
    alone = load_city().model_copy(update={"datasets": (DATASET,)})
    ends = ["2026-01-01T00:00:00.000", "2026-12-31T23:59:59.000"]
    rows = [plain_row(95 + at, createddate=moment) for at, moment in enumerate(ends)]
    outside = [
        plain_row(97, createddate="2025-12-31T23:59:59.000"),
        plain_row(98, createddate="2027-01-01T00:00:00.000"),
    ]
    result = load(settings, alone, [*rows, *outside])
    assert {reason["reason"]: reason["rows"] for reason in result.reasons} == {
        "created on a day that no dataset takes": 2
    }
