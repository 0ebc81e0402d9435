from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from load_tests.site import CITY, Site, running

from scenarios import places

LARGE = places.Places(
    tuple(range(1, 100)),
    tuple(range(1, 13)),
    tuple((40.5 + number / 250, -74.2 + number / 250) for number in range(99)),
    dt.date(2026, 11, 20),
)


@pytest.fixture(autouse=True)
def city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_known", [LARGE])


def test_the_served_city_says_what_there_is() -> None:
    with running(Site()) as site:
        places.learn(environment(site.url))
    found = places.known()
    assert (found.areas, found.types, found.last_day) == ((7, 9), (3, 5), dt.date(2026, 11, 20))
    draw = random.Random(311)
    assert {places.council(draw) for _ in range(50)} == {7, 9}
    assert {places.request_type(draw) for _ in range(50)} == {3, 5}
    assert all(40.6 <= places.point(draw)[0] <= 40.8 for _ in range(50))


@pytest.mark.parametrize("body", [{}, {"last_day": None}])
def test_a_run_against_something_else_ends(
    body: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(CITY, "/status/data", body)
    with running(Site()) as site, pytest.raises(SystemExit):
        places.learn(environment(site.url))
    assert "the served city is unknown" in capsys.readouterr().err


def environment(url: str) -> Any:
    return SimpleNamespace(host=url)


def test_first_items_are_hot() -> None:
    draw = random.Random(311)
    chosen = Counter(places.council(draw) for _ in range(10_000))
    hottest = sum(count for _, count in chosen.most_common(10))
    assert 0.5 < hottest / 10_000 < 0.8
    assert set(chosen) <= set(LARGE.areas)


def test_days_end_with_the_last_in_order() -> None:
    last = dt.date(2026, 3, 2)
    assert places.days(last, 3) == [dt.date(2026, 2, 28), dt.date(2026, 3, 1), last]


def test_past_days_are_recent_more_often_and_never_in_the_future() -> None:
    draw = random.Random(311)
    back = sorted((places.today() - places.past_day(draw)).days for _ in range(2_000))
    assert back[0] >= 1
    assert back[1_000] < places.MEAN_DAYS_BACK
    assert places.past_day(draw) >= places.first_day()


def test_spans_have_the_offered_lengths_and_end_today_at_the_latest() -> None:
    draw = random.Random(311)
    spans = [places.span(draw) for _ in range(500)]
    assert {len(span) for span in spans} == {length for length, _ in places.SPANS}
    assert all(span[-1] <= places.today() for span in spans)


def test_points_lie_in_the_city() -> None:
    draw = random.Random(311)
    for _ in range(100):
        latitude, longitude = places.point(draw)
        assert 40.5 <= latitude <= 40.9
        assert -74.2 <= longitude <= -73.8
