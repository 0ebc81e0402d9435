"""The period to compare with: the previous one, or the same days a year earlier."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd
from dash.development.base_component import Component
from pandas import DataFrame, DateOffset, DatetimeIndex, Series, Timestamp

from data.counts import count, total
from data.facts import Facts
from data.filters import Filters
from data.frames import daily
from data.warehouse import Warehouse
from report_kit import text
from report_kit.controls import Choice
from report_kit.selection import COMPARE, DAYS_BEFORE, NOT_COMPARED, PREVIOUS, Selection, month_end

OPTIONS = {NOT_COMPARED: "Nothing", PREVIOUS: "Previous period", "year": "Same days last year"}
USUAL = tuple(OPTIONS)
OPTIONS |= {DAYS_BEFORE: "The days before"}
NOT_LOADED = "no comparison: not all of its days are loaded"
UNITS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Comparison(Choice):
    """Shows "The days before" only if a link with fixed days has chosen it."""

    def component(self, report: str, value: str, facts: Facts, warehouse: Warehouse) -> Component:
        shown = {key: label for key, label in self.options.items() if key in (*USUAL, value)}
        return Choice(self.name, self.label, shown).component(report, value, facts, warehouse)


def compare(default: str = NOT_COMPARED) -> Choice:
    """The control; the default comes first."""
    return Comparison(COMPARE, "Compare with", {default: OPTIONS[default], **OPTIONS})


@dataclass(frozen=True)
class Baseline:
    """The days that a period is compared with; ``name`` is used after "in", or after "on" for a single day.

    Adding ``shift`` to a day of the baseline gives the day of the period that it is compared with.
    """

    filters: Filters
    name: str
    shift: DateOffset

    @property
    def span(self) -> str:
        return text.span(self.filters.first, self.filters.last)

    @property
    def months(self) -> str:
        """Its months, for values that exist by month only."""
        return text.months(self.filters.first, self.filters.last)

    def change(self, now: float, before: float) -> str:
        """The change of a number from its value in the baseline, in words."""
        return text.change(now, before, self.name)

    def steps(self, days: Series, steps: pd.PeriodIndex, period: Filters) -> Series:
        """The baseline's days, summed by the steps of the period that they are compared with."""
        grouped = days.groupby(pd.PeriodIndex(self._moved(days, period), freq=steps.freq)).sum()
        return grouped.reindex(steps, fill_value=0)

    def drawn(self, days: Series, period: Filters, *, is_rate: bool = False) -> Series:
        """The baseline's values on the days of the period that they are compared with; missing where none is.

        Several days may be compared with one, such as February 28 and 29: counts are added up.
        """
        grouped = days.groupby(self._moved(days, period))
        found = grouped.mean() if is_rate else grouped.sum(min_count=1)
        return found.reindex(pd.date_range(period.first, period.last))

    def _moved(self, days: Series, period: Filters) -> DatetimeIndex:
        moved = (days.index + self.shift).to_series()
        return DatetimeIndex(moved.clip(Timestamp(period.first), Timestamp(period.last)))


def baseline_of(warehouse: Warehouse, selection: Selection, first_day: date | None = None) -> Baseline | None:
    """The chosen baseline; None if none was chosen or if not all of its days are loaded.

    ``first_day`` is for figures whose data does not go back as far as the requests.
    """
    found, since = wanted(selection), first_day or warehouse.facts().first_day
    return found if found and since and since <= found.filters.first else None


def wanted(selection: Selection) -> Baseline | None:
    """The baseline that was chosen, loaded or not."""
    chosen = selection.choices.get(COMPARE, NOT_COMPARED)
    if chosen == NOT_COMPARED:
        return None
    found = _year_before(selection.filters) if chosen == "year" else _before(selection)
    if selection.is_monthly and selection.last == month_end(selection.last):
        # Whole months are compared with whole months: February with all days of January.
        return replace(found, filters=replace(found.filters, last=month_end(found.filters.last)))
    return found


def _before(selection: Selection) -> Baseline:
    filters = selection.filters
    is_usual = not selection.has_days or selection.choices[COMPARE] == DAYS_BEFORE
    same_unit = None if is_usual else _calendar_before(filters)
    return same_unit or (_months_before(filters) if selection.is_monthly else _days_before(filters))


def _year_before(filters: Filters) -> Baseline:
    year = DateOffset(years=1)
    first, last = _moved(filters.first, -year), _moved(filters.last, -year)
    which = f"of {first.year}" if first.year == last.year else "a year earlier"
    days = "day" if filters.days == 1 else "days"
    return Baseline(replace(filters, first=first, last=last), f"the same {days} {which}", year)


def _calendar_before(filters: Filters) -> Baseline | None:
    """The same days of the previous month, quarter or year; None if the period is no part of one."""
    for unit, months in UNITS.items():
        if _is_within(filters, months):
            return _unit_before(filters, unit, months)
    return None


def _months_before(filters: Filters) -> Baseline:
    """The same number of months just before."""
    first, last = filters.first, filters.last
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    return _unit_before(filters, "month" if months == 1 else f"{months} months", months)


def _days_before(filters: Filters) -> Baseline:
    days = timedelta(days=filters.days)
    moved = replace(filters, first=filters.first - days, last=filters.last - days)
    name = "the day before" if filters.days == 1 else f"the {filters.days:,} days before"
    return Baseline(moved, name, DateOffset(days=filters.days))


def _is_within(filters: Filters, months: int) -> bool:
    """Whether the period starts with a unit of ``months`` months, ends in it, and is longer than a day."""
    begins = filters.first.day == 1 and (filters.first.month - 1) % months == 0
    return begins and filters.days > 1 and filters.last <= _end(filters.first, months)


def _end(first: date, months: int) -> date:
    return _moved(first, DateOffset(months=months, days=-1))


def _unit_before(filters: Filters, unit: str, months: int) -> Baseline:
    first = _moved(filters.first, -DateOffset(months=months))
    is_whole = filters.last == _end(filters.first, months)
    end = _end(first, months)
    last = end if is_whole else min(end, _moved(filters.last, -DateOffset(months=months)))
    name = f"the {unit} before" if is_whole else f"the same days of the {unit} before"
    return Baseline(replace(filters, first=first, last=last), name, DateOffset(months=months))


def _moved(day: date, by: DateOffset) -> date:
    return (Timestamp(day) + by).date()


def by_day(warehouse: Warehouse, filters: Filters) -> Series:
    """Requests by calendar day."""
    return daily(count(warehouse, filters, "day"), filters.first, filters.last)


def noted(warehouse: Warehouse, selection: Selection, now: float, otherwise: str = "") -> str:
    """How the number of requests in a selection has changed; ``otherwise`` if there is no comparison."""
    if wanted(selection) is None:
        return otherwise
    baseline = baseline_of(warehouse, selection)
    return baseline.change(now, total(warehouse, baseline.filters)) if baseline else NOT_LOADED


def joined(frame: DataFrame, before: DataFrame, name: str) -> DataFrame:
    """Counts by name with those of the baseline (``requests_before``), largest first."""
    before = before.rename(columns={"requests": "requests_before"})
    both = frame.merge(before, on=name, how="outer", sort=False).fillna({"requests": 0, "requests_before": 0})
    both = both.astype({"requests": "int64", "requests_before": "int64"})
    return both.sort_values(["requests", name], ascending=[False, True], ignore_index=True)


def with_change(frame: DataFrame) -> DataFrame:
    """The frame with ``change_percent``, to one decimal; it is missing where the base is too small."""
    if "requests_before" not in frame:
        return frame
    base = frame["requests_before"].astype("float64")
    percent = 100 * (frame["requests"] - base) / base.where(base >= text.SMALL_BASE)
    return frame.assign(change_percent=percent.round(1))
