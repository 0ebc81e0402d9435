"""The number of requests on each day, and the day of each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from portal.city.facts import Floats, Integers, cumulate, facts
from portal.datasets import FIRST_DAY

RECENT_ROWS = 30_000
RECENT_SHARE = 0.6
RECENT_DAYS = 800
FADING_DAYS = 1_000


@dataclass(frozen=True)
class Calendar:
    """Days from 2015-01-01 and how many requests were created up to the end of each.

    Made for ``rows`` requests up to the day before ``anchor``. Later days follow at the latest rate,
    so that on a later ``today`` the city has the same requests and some more.
    """

    first_row: Integers
    days: Integers

    @property
    def rows(self) -> int:
        return int(self.first_row[-1])

    def day_of(self, row: Integers) -> Integers:
        """Days since 2015-01-01 of each row number; rows are numbered in the order of their days."""
        return np.searchsorted(self.first_row, row, side="right").astype(np.int64) - 1


@cache
def calendar(rows: int, anchor: date, today: date) -> Calendar:
    """The calendar of a city that has ``rows`` requests at ``anchor``, as of ``today``.

    Up to 30,000 of the rows, and at most 60% of them, are added to the last 800 days (fading out over the
    1,000 days before): a small city has enough recent data for reports, two years that can be compared day
    by day, and some requests in every year.
    """
    days = (max(today, anchor) - FIRST_DAY).days
    anchor_days = (anchor - FIRST_DAY).days
    even = _even_weights(days)
    ages = anchor_days - np.arange(days)
    near = np.clip((RECENT_DAYS + FADING_DAYS - ages) / FADING_DAYS, 0.0, 1.0)
    recent = even * near
    share = min(RECENT_SHARE, RECENT_ROWS / max(rows, 1))
    weights = (1 - share) * even / even[:anchor_days].sum() + share * recent / recent[:anchor_days].sum()
    ends = np.floor(np.cumsum(weights) * rows + 1e-6).astype(np.int64)
    visible = (today - FIRST_DAY).days
    return Calendar(np.concatenate([[0], ends[:visible]]), np.arange(visible))


def _even_weights(days: int) -> Floats:
    declared = facts()["calendar"]
    last_year = max(declared["years"], key=int)
    weights = np.empty(days)
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        year = declared["years"].get(str(day.year), declared["years"][last_year])
        weights[number] = year * declared["weekdays"][day.weekday()] * declared["months"][day.month - 1]
    return weights


@cache
def hour_shares() -> Floats:
    return cumulate(facts()["calendar"]["hours"])
