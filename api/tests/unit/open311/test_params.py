"""Parameters of GeoReport as filters."""

from __future__ import annotations

import datetime as dt
from typing import get_type_hints
from zoneinfo import ZoneInfo

import pytest

from lacity_data_api.city.facts import City, Rollup
from lacity_data_api.open311.errors import BadRequestError
from lacity_data_api.open311.filters import Span
from lacity_data_api.open311.params import Parameters, WantedRequests, days_of, parse
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


def test_links_name_the_default_on_every_day_of_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the clocks change within the span."""
    for number in range(366):
        _set_today(monkeypatch, (dt.date(2026, 1, 1) + dt.timedelta(days=number)).isoformat())
        recent = _parse(page="1").filter
        linked = _parse(page="2", **days_of(recent.requested))
        assert (linked.filter, linked.is_lasting) == (recent, True)


@pytest.mark.parametrize(
    ("given", "first", "end"),
    [
        ({"start_date": "2026-01-01"}, "2026-01-01", "2026-04-01"),
        ({"end_date": "2026-03-31"}, "2026-01-01", "2026-04-01"),
        ({"start_date": "2026-01-01T08:00"}, "2026-01-01T08:00", "2026-04-01T08:00"),
        ({"end_date": "2026-04-01T08:00"}, "2026-01-01T08:00:00.000001", "2026-04-01T08:00:00.000001"),
        ({"start_date": "2026-01-01", "end_date": "2026-04-01"}, "2026-01-01", "2026-04-02"),
    ],
)
def test_a_single_date_covers_90_days(given: dict[str, str], first: str, end: str) -> None:
    """Two dates may be 90 days apart, both included."""
    assert _parse(**given).filter.requested == _span(first, end)


def test_extensions_apply_to_numbers_too() -> None:
    assert _parse(service_request_id="1-1", extensions="true").is_extended
    with pytest.raises(BadRequestError):
        _parse(service_request_id="1-1", extensions="x")


def test_openapi_names_what_numbers_override() -> None:
    """Not all other parameters: ``extensions`` and ``jurisdiction_id`` still apply."""
    (query,) = get_type_hints(Parameters, include_extras=True)["service_request_id"].__metadata__
    assert query.description.endswith("all other filters, `page` and `page_size` are ignored")
