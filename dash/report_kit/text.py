"""Formats numbers, days and lists for readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from pandas import DataFrame

SMALL_BASE = 20
"""Percentage changes of fewer requests mean little; the numbers are shown instead."""


MANY_TIMES = 4
"""Larger increases are expressed as a multiple."""
ONE_DAY = ("the day ", "the same day ")
"""Beginnings of the names of comparison periods that are a single day."""


def rounded(value: float) -> float:
    """With one decimal; with two significant digits below one, so that small values are not 0."""
    return round(value, 1) if abs(value) >= 1 else float(f"{value:.2g}")


def number(value: float) -> str:
    """Such as 1,234,567; with one decimal if it has a fraction, with two significant digits below one."""
    value = rounded(value)
    if float(value).is_integer():
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:,.1f}"
    return np.format_float_positional(value, trim="-")


def day(value: date | str) -> str:
    """A day, such as Nov 24, 2026."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{value:%b} {value.day}, {value.year}"


def month(value: date | str) -> str:
    """A month, such as November 2026."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{value:%B %Y}"


def span(first: date, last: date) -> str:
    """A period, such as Nov 1, 2026, or Nov 1, 2026 to Nov 24, 2026."""
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def months(first: date, last: date) -> str:
    """The months of a period, such as October 2026, or October 2026 to November 2026."""
    names = dict.fromkeys((month(first), month(last)))
    return " to ".join(names)


def moment(value: datetime, zone: ZoneInfo) -> str:
    """A time in the city's time zone."""
    local = value.astimezone(zone)
    return f"{day(local.date())}, {local:%-I:%M %p %Z}"


def age(value: timedelta) -> str:
    """A duration in hours or, from two days on, in days."""
    hours = value.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return plural(round(hours), "hour")
    return plural(round(hours / 24), "day")


def plural(count: float, noun: str, nouns: str = "") -> str:
    """A number with its noun, such as 1 request or 2 requests."""
    written = number(count)
    return f"{written} {noun if written == '1' else nouns or noun + 's'}"


def listed(names: Sequence[str], at_most: int = 4) -> str:
    """An enumeration, such as A, B and C; or A, B and 7 more."""
    names = [*names[:at_most], f"{len(names) - at_most} more"] if len(names) > at_most + 1 else list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def share(part: float, whole: float) -> str:
    """A share in percent, such as 12%; 0% and 100% are exact."""
    percent = round(100 * part / whole) if whole else 0
    if percent == 0:
        return "<1%" if whole and part else "0%"
    return ">99%" if percent == 100 and part < whole else f"{percent}%"


def change(now: float, before: float, period: str) -> str:
    """How a number compares with the one of ``period``: "5% fewer than 120 in the 30 days before"."""
    then = f"{'on' if period.startswith(ONE_DAY) else 'in'} {period}"
    if before < SMALL_BASE:
        return f"{number(before)} {then}"
    if now > MANY_TIMES * before:
        return f"{now / before:.0f} times the {number(before)} {then}"
    if now == before:
        return f"as many as {then}"
    percent = round(100 * (now - before) / before)
    if percent == 0:
        return f"about as many as the {number(before)} {then}"
    if percent == -100 and now:
        return f"over 99% fewer than {number(before)} {then}"
    return f"{abs(percent)}% {'more' if percent > 0 else 'fewer'} than {number(before)} {then}"


def leader(frame: DataFrame, name: str) -> str:
    """A sentence about the largest group; empty if there are no requests."""
    if not len(frame) or not frame["requests"].sum():
        return ""
    top: Any = frame.loc[frame["requests"].idxmax()]
    whole = frame["requests"].sum()
    if top["requests"] == whole:
        return f"Only {top[name]}: {plural(whole, 'request')}."
    amount = f"{number(top['requests'])} of {number(whole)} requests"
    return f"Most: {top[name]}, {amount} ({share(top['requests'], whole)})."
