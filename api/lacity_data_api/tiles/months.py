"""Finds the whole months in the days of a filter, which a rollup has already counted."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

DAY = dt.timedelta(days=1)


class WholeMonths(NamedTuple):
    """From the first month up to, but not including, the month after the last; None means unbounded."""

    first: dt.date | None
    after: dt.date | None

    @property
    def is_everything(self) -> bool:
        return self.first is None and self.after is None

    @property
    def is_empty(self) -> bool:
        return self.first is not None and self.after is not None and self.first >= self.after


def whole_months(start: dt.date | None, end: dt.date | None) -> WholeMonths:
    """The months that lie entirely within these days, both included."""
    if end is None or end == dt.date.max:
        return WholeMonths(_first_on_or_after(start), None)
    return WholeMonths(_first_on_or_after(start), (end + DAY).replace(day=1))


def _first_on_or_after(start: dt.date | None) -> dt.date | None:
    if start is None or start.day == 1:
        return start
    if (start.year, start.month) == (dt.MAXYEAR, 12):
        # No whole month is left; the last day of the calendar is after every request.
        return dt.date.max
    return (start.replace(day=28) + 4 * DAY).replace(day=1)
