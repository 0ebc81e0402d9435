"""Requests to the API, and bare SQL for the same rows: the lower bound of an uncached response."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.client import HttpRequest

COUNCILS = list(range(1, 21))
TYPES = list(range(1, 13))
# Requests differ only in their month: each is uncached the first time, and all cost the same.
Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Subject:
    """A route with its goals in milliseconds, its request for a span of days, and its bare SQL."""

    work: str
    request: Callable[[Days], HttpRequest]
    bare: Callable[[Days], str]
    cold: float
    warm: float | None = None


def _between(days: Days) -> str:
    return f"created_date >= '{days[0]}' AND created_date < date '{days[1]}' + 1"


def _pins(days: Days) -> HttpRequest:
    body = {"startDate": str(days[0]), "endDate": str(days[1]), "typeIds": TYPES, "councilIds": COUNCILS}
    return HttpRequest("/requests/pins", body)


def _councils() -> str:
    return "council_id IN (" + ", ".join(map(str, COUNCILS)) + ")"


def _january(days: Days) -> str:
    return f"{days[1].year}-01-01"


def _some(days: Days) -> int:
    """The sequence number of a change, different for each span."""
    return days[0].toordinal() % 100 * 100


def _council(days: Days) -> int:
    """A council, different for each span."""
    return COUNCILS[days[0].toordinal() // 31 % len(COUNCILS)]


SUBJECTS = (
    Subject(
        "GET /requests/pins/open",
        lambda _: HttpRequest("/requests/pins/open"),
        lambda _: (
            "SELECT request_id, type_id, latitude, longitude FROM service_requests"
            " WHERE is_open AND NOT is_information"
        ),
        cold=100,
        warm=5,
    ),
    Subject(
        "GET /requests, one month",
        lambda days: HttpRequest(f"/requests?start_date={days[0]}&end_date={days[1]}&limit=100000"),
        lambda days: (
            f"SELECT * FROM service_requests WHERE {_between(days)}"
            " ORDER BY created_date DESC, request_id DESC"
        ),
        cold=350,
        warm=20,
    ),
    Subject(
        "POST /requests/pins, one month, 20 councils",
        _pins,
        lambda days: (
            "SELECT request_id, type_id, latitude, longitude FROM service_requests"
            f" WHERE {_between(days)} AND {_councils()} ORDER BY created_date DESC, request_id DESC"
        ),
        cold=60,
    ),
    Subject(
        "GET /types/stats",
        lambda _: HttpRequest("/types/stats"),
        lambda _: "SELECT type_id, days_to_close, sum(requests) FROM rollup_close_days GROUP BY 1, 2",
        cold=15,
    ),
    Subject(
        "GET /councils/types/stats",
        lambda _: HttpRequest("/councils/types/stats"),
        lambda _: "SELECT * FROM rollup_close_days",
        cold=15,
    ),
    Subject(
        "GET /reports, type by date since January",
        lambda days: HttpRequest(
            f"/reports?field=type_name&field=created_date&filter=created_date>={_january(days)}"
        ),
        lambda days: f"SELECT * FROM rollup_day_type WHERE created_date >= '{_january(days)}'",
        cold=25,
    ),
    Subject(
        "GET /geojson/hotspots",
        lambda days: HttpRequest(
            f"/geojson/hotspots?type_id=2&start_date={days[1] - dt.timedelta(days=365)}"
        ),
        lambda days: (
            "SELECT longitude, latitude FROM service_requests"
            f" WHERE type_id = 2 AND created_date >= '{days[1] - dt.timedelta(days=365)}'"
            " AND NOT is_information"
        ),
        cold=60,
    ),
    Subject(
        "GET /changes, 10,000 of all",
        lambda days: HttpRequest(f"/changes?after={_some(days)}&limit=10000"),
        lambda days: f"SELECT * FROM changes WHERE sequence > {_some(days)} ORDER BY sequence LIMIT 10000",
        cold=150,
        warm=10,
    ),
    Subject(
        "GET /changes, 1,000 of a council",
        lambda days: HttpRequest(f"/changes?after={_some(days)}&council_id={_council(days)}&limit=1000"),
        lambda days: (
            f"SELECT * FROM changes WHERE sequence > {_some(days)} AND council_id = {_council(days)}"
            " ORDER BY sequence LIMIT 1000"
        ),
        cold=30,
        warm=5,
    ),
    Subject(
        "GET /changes/feed.atom of a council",
        lambda days: HttpRequest(f"/changes/feed.atom?council_id={_council(days)}"),
        lambda days: (
            f"SELECT * FROM changes WHERE council_id = {_council(days)} ORDER BY sequence DESC LIMIT 50"
        ),
        cold=30,
        warm=5,
    ),
)
# Path and goal of each route that is measured in requests per second.
RATES = (("/geojson", 3_000), ("/councils", 6_000), ("/types", 8_000))


def months(last: dt.date, count: int) -> list[Days]:
    """As many different spans of 30 days, newest first."""
    ends = [last - dt.timedelta(days=31 * back + 1) for back in range(count)]
    return [(end - dt.timedelta(days=29), end) for end in ends]


def span_before(last: dt.date, days: int) -> Days:
    """A span of this many whole days, including the last day."""
    return last - dt.timedelta(days=days - 1), last
