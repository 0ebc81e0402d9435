from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.city import load_city
from pipeline.download import Download
from pipeline.errors import DataError, PortalError, SettingsError, TokenError, UnreachableError
from pipeline.job import Job
from pipeline.options import Options
from pipeline.plan import (
    DatasetState,
    Plan,
    Reading,
    SkippedDataset,
    Watermark,
    concerns_one_dataset,
    from_portal,
    portal_time,
)
from pipeline.reading import match_columns

CITY = load_city()
LIVE, OLD = CITY.datasets[-1], CITY.datasets[0]
CASES = CITY.schemas["cases"]
SEEN = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PUBLISHED = frozenset(sources[0] for sources in CASES.columns.values())


@pytest.mark.parametrize(
    ("start", "known", "is_seamless"),
    [
        ("", None, True),
        (portal_time(SEEN - timedelta(hours=6)), SEEN, True),
        (portal_time(SEEN), SEEN, True),
        (portal_time(SEEN + timedelta(seconds=1)), SEEN, False),
        (portal_time(SEEN), None, False),
    ],
)
def test_a_reading_that_begins_later_than_the_last_one_ended_leaves_a_gap(
    start: str, known: datetime | None, is_seamless: bool
) -> None:
    memory = DatasetState(Watermark(known, "row", 10)) if known else DatasetState()
    assert Reading(LIVE, start, 10, SEEN, 10, {}, known=memory).is_seamless is is_seamless


@pytest.mark.parametrize("mode", ["full", "reconcile"])
def test_what_needs_every_row_cannot_begin_at_a_time(mode: str) -> None:
    with pytest.raises(SettingsError, match="since reads only some rows"):
        Options(since=SEEN, **{mode: True})  # type: ignore[arg-type]


def test_rows_are_missed_only_where_every_row_was_read() -> None:
    readings = (
        Reading(OLD, "", 10, SEEN, 10, {}),
        Reading(CITY.datasets[1], "", 10, SEEN, 10, {}, window="createddate >= '2026-01-01'"),
        Reading(LIVE, portal_time(SEEN), 10, SEEN, 10, {}),
    )
    downloads = tuple(Download(reading, {}) for reading in readings)
    nowhere: Any = None
    job = Job(nowhere, replace(plan(*readings), options=Options(reconcile=True)), downloads, nowhere)
    assert job.complete_ids == [OLD.id]


def plan(*readings: Reading, skipped: tuple[SkippedDataset, ...] = ()) -> Plan:
    return Plan(1, Options(), CITY, readings, skipped, None, (), SEEN)


def test_a_dataset_that_fails_is_skipped_and_the_others_stay() -> None:
    readings = [Reading(dataset, "", 10, SEEN, 10, {}) for dataset in (OLD, LIVE)]
    skip = SkippedDataset(OLD, PortalError("was deleted"))
    kept = plan(*readings).skipping([skip])
    assert [reading.dataset for reading in kept.readings] == [LIVE]
    assert [skipped.message for skipped in kept.skipped] == ["portal error: was deleted"]


def test_a_run_that_would_skip_every_dataset_fails_with_the_first_error() -> None:
    with pytest.raises(DataError, match="shrank"):
        plan(
            skipped=(SkippedDataset(OLD, DataError("shrank")), SkippedDataset(LIVE, PortalError("503")))
        ).checked()
    assert plan().checked().readings == (), "no news is no failure"


@pytest.mark.parametrize(
    ("error", "is_its_own"),
    [
        (PortalError("404"), True),
        (DataError("shrank"), True),
        (TokenError("no token"), False),
        (UnreachableError("no database"), False),
        (RuntimeError("a defect"), False),
    ],
)
def test_only_errors_of_a_dataset_skip_it(error: Exception, is_its_own: bool) -> None:
    assert concerns_one_dataset(error) is is_its_own


def test_times_of_the_portal_go_both_ways() -> None:
    assert from_portal(portal_time(SEEN)) == SEEN
    assert from_portal(None) is None
    with pytest.raises(PortalError, match="is not a time"):
        from_portal("last night")


def test_columns_gone_and_new_are_named() -> None:
    published = PUBLISHED - {"origin"} | {"mood", ":id"}
    columns, missing, added = match_columns(LIVE, CASES, published)
    assert columns["srnumber"] == "casenumber"
    assert (missing, added) == (("requestsource",), ("mood",))


def test_a_required_column_gone_names_what_could_be_its_new_name() -> None:
    published = PUBLISHED - {"casenumber"} | {"case_no"}
    with pytest.raises(DataError, match=r"srnumber \(expected as casenumber\).*case_no"):
        match_columns(LIVE, CASES, published)
