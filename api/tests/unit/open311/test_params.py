"""Parameters of GeoReport as filters."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lacity_data_api.city.facts import City, Rollup
from lacity_data_api.open311.filters import Span
from lacity_data_api.open311.params import WantedRequests, parse
from lacity_data_api.open311.repository import days

CITY = City(time_zone=ZoneInfo("America/Los_Angeles"))
ROLLUP = Rollup("rollup_by_day", frozenset({"created_date", "type_id"}))


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_today(monkeypatch, "2026-11-30")


def _set_today(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(City, "today", lambda _: dt.date.fromisoformat(day))


def _parse(**values: str) -> WantedRequests:
    return parse(values, CITY)


def _span(first: str, end: str) -> Span:
    return Span(dt.datetime.fromisoformat(first), dt.datetime.fromisoformat(end))


@pytest.mark.usefixtures("today")
def test_default_is_90_whole_days_that_end_with_today() -> None:
    assert _parse().filter.requested == _span("2026-09-02", "2026-12-01")


@pytest.mark.usefixtures("today")
def test_a_rollup_counts_the_default_without_reading_requests() -> None:
    sql = days(_parse(page="2").filter, ROLLUP).sql
    assert ROLLUP.table in sql
    assert "service_requests" not in sql


def test_the_default_moves_at_midnight_so_its_url_is_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_today(monkeypatch, "2026-11-30")
    before = _parse()
    _set_today(monkeypatch, "2026-12-01")
    assert _parse().filter != before.filter
    assert not before.is_lasting
    assert _parse(end_date="2026-11-30").is_lasting
