"""Weeks and months as named in URLs, cut to the loaded days, and the days they are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from report_kit import text
from report_kit.selection import month_end

WEEK = re.compile(r"(\d{4})-W(\d{2})")
MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday to Sunday (ISO 8601), or a calendar month; ``last`` is its last loaded day."""

    kind: str
    name: str
    first: date
    end: date
    last: date

    @property
    def is_partial(self) -> bool:
        return self.last < self.end

    @property
    def query(self) -> str:
        """The query of its URL."""
        return f"{self.kind}={self.name}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def title(self) -> str:
        """Such as Week 47, Nov 16, 2026 to Nov 22, 2026, or November 2026, with a note if it is partial."""
        span = text.span(self.first, self.last)
        whole = f"Week {int(self.name[-2:])}, {span}" if self.kind == "week" else text.month(self.first)
        so_far = f" ({text.plural(self.days, 'day')} so far)" if self.kind == "week" else f" ({span}, so far)"
        return whole + (so_far if self.is_partial else "")

    def before(self) -> Period:
        """The previous week or month; for a partial period, only its corresponding days."""
        found = of_day(self.kind, self.first - timedelta(days=1), date.max)
        last = min(found.end, found.first + timedelta(days=self.days - 1)) if self.is_partial else found.end
        return Period(found.kind, found.name, found.first, found.end, last)

    def after(self, newest: date) -> Period:
        """The next week or month, as far as it is loaded."""
        return of_day(self.kind, self.end + timedelta(days=1), newest)

    @property
    def compared(self) -> str:
        """The period that its numbers are compared with; used after "in"."""
        return f"the same days of the {self.kind} before" if self.is_partial else f"the {self.kind} before"


def of_day(kind: str, day: date, newest: date) -> Period:
    """The week or month that a day is in."""
    if kind == "week":
        year, number, weekday = day.isocalendar()
        first = day - timedelta(days=weekday - 1)
        # Python has no days after the year 9999.
        end = first + min(timedelta(days=6), date.max - first)
        return Period(kind, f"{year}-W{number:02d}", first, end, min(end, newest))
    first = day.replace(day=1)
    end = month_end(day)
    return Period(kind, f"{first:%Y-%m}", first, end, min(end, newest))


def of_query(given: Mapping[str, str], newest: date) -> Period | None:
    """The period of ``week=2026-W47`` or ``month=2026-11``; the last whole week if neither is given.

    None for an invalid week or month.
    """
    try:
        if "week" in given:
            return of_day("week", date.fromisocalendar(*_parts(WEEK, given["week"]), 1), newest)
        if "month" in given:
            return of_day("month", date(*_parts(MONTH, given["month"]), 1), newest)
    except ValueError:
        return None
    return last_whole("week", newest)


def _parts(pattern: re.Pattern[str], written: str) -> tuple[int, int]:
    found = pattern.fullmatch(written)
    if found is None:
        raise ValueError(written)
    return int(found[1]), int(found[2])


def last_whole(kind: str, newest: date) -> Period:
    """The last week or month whose days are all loaded."""
    found = of_day(kind, newest, newest)
    return of_day(kind, found.first - timedelta(days=1), newest) if found.is_partial else found


def going_back(period: Period, oldest: date) -> Iterator[Period]:
    """The period and those before it, as long as all of their days are loaded."""
    while period.first >= oldest:
        yield period
        period = of_day(period.kind, period.first - timedelta(days=1), date.max)
