"""Bins of days, as the first version drew them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MAX_SINGLE_DAYS = 24
BINS = 12


@dataclass(frozen=True)
class Bins:
    """One day each for up to 24 days, else a twelfth of the range, in whole days; the last may be shorter."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def width(self) -> int:
        return 1 if self.days <= MAX_SINGLE_DAYS else self.days // BINS

    @property
    def count(self) -> int:
        return -(-self.days // self.width)

    @property
    def edges(self) -> list[str]:
        """The first day of each bin, and the day after the last bin (at most ``date.max``)."""
        after = min(self.end.toordinal() + 1, dt.date.max.toordinal())
        starts = (self.start.toordinal() + number * self.width for number in range(self.count))
        return [dt.date.fromordinal(day).isoformat() for day in (*starts, after)]
