from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pipeline.catalog import load_catalog

from pipeline.errors import DataError, SourceError
from pipeline.plan import Reading, from_portal, match_columns, portal_time

CATALOG = load_catalog()
LIVE = CATALOG.datasets[-1]
CASES = CATALOG.schemas["cases"]
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
    reading = Reading(LIVE, start, 10, SEEN, 10, {})
    assert replace(reading, known_newest=known).is_seamless is is_seamless


def test_times_of_the_portal_go_both_ways() -> None:
    assert from_portal(portal_time(SEEN)) == SEEN
    assert from_portal(None) is None
    with pytest.raises(SourceError, match="is not a time"):
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
