"""What users request, and how unevenly: a few councils, types and days are popular.

Request counts by council, by type and by day fall off like these in the city's own data, and interest
follows them. Skew matters: with even choices a cache looks worse than it is, with one choice better.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
FIRST_DAY = dt.date(2015, 1, 1)
MEAN_DAYS_BACK = 90
COUNCILS = 99
TYPES = 12
# A box inside the city, south-west and north-east.
SOUTH, WEST, NORTH, EAST = 33.93, -118.52, 34.25, -118.24
# Lengths of the selected period in days, and the percentage of users who select each.
SPANS = ((3, 50), (7, 35), (30, 14), (366, 1))

T = TypeVar("T")


def today() -> dt.date:
    return dt.datetime.now(LOS_ANGELES).date()


def skewed(items: Sequence[T], draw: random.Random, exponent: float = 1.1) -> T:
    """One of the items, by Zipf's law: the first is the most likely."""
    weights = [1 / rank**exponent for rank in range(1, len(items) + 1)]
    return draw.choices(items, weights)[0]


def council(draw: random.Random) -> int:
    return skewed(range(1, COUNCILS + 1), draw)


def request_type(draw: random.Random) -> int:
    return skewed(range(1, TYPES + 1), draw)


def past_day(draw: random.Random) -> dt.date:
    """A day that a user selects: usually a recent one, and usually the first of a week."""
    back = min(int(draw.expovariate(1 / MEAN_DAYS_BACK)) + 1, (today() - FIRST_DAY).days)
    day = today() - dt.timedelta(days=back)
    return day - dt.timedelta(days=day.weekday()) if draw.random() < 0.7 else day


def days(last: dt.date, count: int) -> list[dt.date]:
    """``count`` days that end with the last, in order."""
    return [last - dt.timedelta(days=back) for back in range(count - 1, -1, -1)]


def span(draw: random.Random) -> list[dt.date]:
    """The period that a user selects on the map."""
    (count,) = draw.choices([length for length, _ in SPANS], [share for _, share in SPANS])
    return days(min(past_day(draw) + dt.timedelta(days=count - 1), today()), count)


def point(draw: random.Random) -> tuple[float, float]:
    """Latitude and longitude of an address that a user enters."""
    return round(draw.uniform(SOUTH, NORTH), 5), round(draw.uniform(WEST, EAST), 5)
