"""Published times and instants around the switches to and from daylight saving time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lacity_data_api.open311.times import parse, to_instant, to_published

ZONE = ZoneInfo("America/Los_Angeles")
AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.mark.parametrize(
    ("published", "instant"),
    [
        ("2020-07-01T12:00:00", "2020-07-01T12:00:00-07:00"),
        ("2020-01-01T00:45:00", "2020-01-01T00:45:00-08:00"),
        ("2020-11-01T01:30:00", "2020-11-01T01:30:00-07:00"),  # the first of two
        ("2020-11-01T02:00:00", "2020-11-01T02:00:00-08:00"),
        ("2020-03-08T02:30:00", "2020-03-08T03:30:00-07:00"),  # skipped: an hour later
        ("2020-03-08T03:30:00.25", "2020-03-08T03:30:00.250000-07:00"),
        ("9999-12-31T23:59:59", "9999-12-31T23:59:59-08:00"),  # how some cities write that there is no date
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00-07:53"),
        ("1880-01-01T00:00:00", "1880-01-01T00:00:00-07:53"),  # the offset was -07:52:58
    ],
)
def test_published_times_get_the_offset_of_the_city(published: str, instant: str) -> None:
    assert to_instant(published, ZONE) == instant


def test_the_first_hours_of_the_calendar_are_written_in_zones_east_of_greenwich() -> None:
    assert to_instant("0001-01-01T00:00:00", AUCKLAND) == "0001-01-01T00:00:00+11:39"


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        ("2020-11-01T08:30:00+00:00", "2020-11-01T01:30:00-07:00"),
        ("2020-11-01T09:30:00+00:00", "2020-11-01T01:30:00-08:00"),  # the second occurrence
    ],
)
def test_times_with_an_offset_remain_the_same_instant(instant: str, local: str) -> None:
    assert to_instant(instant, ZONE) == local


@pytest.mark.parametrize(
    ("instant", "first"),
    [
        ("2020-07-01T19:00:00+00:00", "2020-07-01T12:00:00"),
        ("2020-11-01T01:30:00-07:00", "2020-11-01T01:30:00"),
        ("2020-11-01T01:00:00-08:00", "2020-11-01T02:00:00"),  # no published time falls into the second hour
        ("2020-11-01T01:59:59.9-08:00", "2020-11-01T02:00:00"),
        ("2020-11-01T02:00:00-08:00", "2020-11-01T02:00:00"),
        ("2020-11-01T02:00:01-08:00", "2020-11-01T02:00:01"),
    ],
)
def test_instants_become_the_first_published_time_not_before_them(instant: str, first: str) -> None:
    assert to_published(dt.datetime.fromisoformat(instant), ZONE).isoformat() == first


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2020-01-31", "2020-01-31T00:00:00-08:00"),
        ("2020-01-31T08:00", "2020-01-31T08:00:00-08:00"),
        ("2020-01-31 08:00:01", "2020-01-31T08:00:01-08:00"),
        ("2020-01-31T08:00:00Z", "2020-01-31T08:00:00+00:00"),
        ("2020-01-31t08:00:00z", "2020-01-31T08:00:00+00:00"),
        ("2020-01-31T08:00:00.123456+05:30", "2020-01-31T08:00:00.123456+05:30"),
        ("2020-01-31T08:00:00.123456789-0800", "2020-01-31T08:00:00.123456-08:00"),
        ("2020-01-31T08:00:00.5", "2020-01-31T08:00:00.500000-08:00"),
        ("2020-01-31T08:00:00 05:30", "2020-01-31T08:00:00+05:30"),  # a plus sign that was not encoded
    ],
)
def test_times_of_real_clients_are_understood(text: str, instant: str) -> None:
    assert parse(text, ZONE)[0].isoformat() == instant


def test_a_day_is_known_as_a_day() -> None:
    assert [parse(text, AUCKLAND)[1] for text in ("2020-01-31", "2020-01-31T00:00")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        *("2020", "2020-02", "2020-02-30", "2020-13-01", "20200131", "2020-W05-1", "2020-01-31T24:00:00"),
        *("2020-01-31T08", "2020-01-31T08:00:60", "2020-01-31T08:00+25:00", "0001-01-01", "9999-12-31"),
        *("yesterday", "1580457600", "2020-01-31T08:00:00Z[UTC]", "٢٠٢٠-01-31", "2020-01-31T08:00:00\n"),
    ],
)
def test_everything_else_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a time|is not a valid date|must be in the years"):
        parse(text, ZONE)
