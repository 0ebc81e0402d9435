"""Numbers, days and lists as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.table import Table

CITY = ZoneInfo("America/Los_Angeles")


def number(value: float) -> str:
    """1,234,567; with one decimal if it has a fraction."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def day(value: date | str) -> str:
    """Nov 24, 2026."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{value:%b} {value.day}, {value.year}"


def month(value: date | str) -> str:
    """November 2026."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{value:%B %Y}"


def moment(value: datetime) -> str:
    """A time as the city's clocks show it."""
    local = value.astimezone(CITY)
    return f"{day(local.date())}, {local:%-I:%M %p} Los Angeles time"


def age(value: timedelta) -> str:
    """How long ago, in the unit that fits."""
    hours = value.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return plural(round(hours), "hour")
    return plural(round(hours / 24), "day")


def plural(count: int, word: str, words: str = "") -> str:
    """1 request, 2 requests."""
    return f"{number(count)} {word if count == 1 else words or word + 's'}"


def listed(names: Sequence[str], at_most: int = 4) -> str:
    """A, B and C; A, B and 7 more."""
    names = [*names[:at_most], f"{len(names) - at_most} more"] if len(names) > at_most + 1 else list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def share(part: float, whole: float) -> str:
    """12%."""
    return f"{100 * part / whole:.0f}%" if whole else "0%"


def leader(table: Table, name: str) -> str:
    """The first row of counts, in words."""
    first = next(iter(table), None)
    if first is None:
        return ""
    total = table.total("requests")
    amount = f"{number(first['requests'])} of {number(total)} requests"
    return f"Most: {first[name]}, {amount} ({share(first['requests'], total)})."
