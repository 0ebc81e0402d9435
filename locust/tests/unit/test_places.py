from __future__ import annotations

import datetime as dt
import random
from collections import Counter

from scenarios import places


def test_first_items_are_hot() -> None:
    draw = random.Random(311)
    chosen = Counter(places.council(draw) for _ in range(10_000))
    hottest = sum(count for _, count in chosen.most_common(10))
    assert 0.5 < hottest / 10_000 < 0.8
    assert set(chosen) <= set(range(1, places.COUNCILS + 1))


def test_days_end_with_the_last_in_order() -> None:
    last = dt.date(2026, 3, 2)
    assert places.days(last, 3) == [dt.date(2026, 2, 28), dt.date(2026, 3, 1), last]


def test_past_days_are_recent_more_often_and_never_in_the_future() -> None:
    draw = random.Random(311)
    back = sorted((places.today() - places.past_day(draw)).days for _ in range(2_000))
    assert back[0] >= 1
    assert back[1_000] < places.MEAN_DAYS_BACK
    assert places.past_day(draw) >= places.FIRST_DAY


def test_spans_have_the_offered_lengths_and_end_today_at_the_latest() -> None:
    draw = random.Random(311)
    spans = [places.span(draw) for _ in range(500)]
    assert {len(span) for span in spans} == {length for length, _ in places.SPANS}
    assert all(span[-1] <= places.today() for span in spans)


def test_points_lie_in_the_city() -> None:
    draw = random.Random(311)
    for _ in range(100):
        latitude, longitude = places.point(draw)
        assert 33.7 < latitude < 34.4
        assert -118.7 < longitude < -118.1
