"""The values of a council's brief, for its page, picture and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pandas import DataFrame

from data import briefs
from data.counts import count
from data.filters import TYPE, Filters
from data.frames import records
from data.warehouse import Warehouse
from report_kit import text
from report_kit.list_link import PATH as LIST
from report_kit.periods import Period

ADDRESSES, OLDEST = 8, 8
FEW = 20
"""A median of fewer requests is marked "few"."""


class Number(NamedTuple):
    """A number for the period and for the previous one, which is None if it is not loaded."""

    key: str
    label: str
    value: int | None
    before: int | None
    note: str
    link: str = ""

    @property
    def shown(self) -> str:
        return "none" if self.value is None else text.number(self.value)


@dataclass(frozen=True)
class Brief:
    """The content of a brief. Frames have the columns of ``data.briefs``."""

    council: int
    name: str
    period: Period
    numbers: tuple[Number, ...]
    types: DataFrame
    """Columns: type, requests, requests_before; every type of either period."""
    addresses: DataFrame
    oldest: DataFrame
    places: DataFrame

    def list(self, **more: str) -> str:
        """The URL of this council's list of requests."""
        return f"{LIST}?{urlencode({'council': str(self.council), **more}, safe=',')}"

    @property
    def summary(self) -> str:
        """The numbers in words: the text alternative of the picture."""
        parts = [
            f"{one.label.lower()}: {one.shown}{f' ({one.note})' if one.note else ''}" for one in self.numbers
        ]
        top = [f"{row['type']} {text.number(row['requests'])}" for row in records(self.types.head(3))]
        most = f" Most requested: {text.listed(top)}." if top else ""
        return f"{self.name}, {self.period.title}: {'; '.join(parts)}.{most}"


def brief(warehouse: Warehouse, council: int, name: str, period: Period) -> Brief:
    """The brief of a council for a period that is loaded."""
    oldest_day = warehouse.facts().first_day
    before = period.before()
    is_known = oldest_day is not None and before.first >= oldest_day
    types = _types(warehouse, council, period, before if is_known else None)
    found = Brief(
        council,
        name,
        period,
        (),
        types,
        briefs.addresses(warehouse, council, period.first, period.last, ADDRESSES),
        briefs.oldest(warehouse, council, period.last, OLDEST),
        briefs.places(warehouse, council, period.first, period.last),
    )
    numbers = _numbers(warehouse, found, before if is_known else None)
    return Brief(**(vars(found) | {"numbers": numbers}))


def _types(warehouse: Warehouse, council: int, period: Period, before: Period | None) -> DataFrame:
    now = _count(warehouse, council, period)
    if before is None:
        return now.assign(requests_before=None)
    then = _count(warehouse, council, before).rename(columns={"requests": "requests_before"})
    both = now.merge(then, on="type", how="outer").fillna(0)
    both = both.astype({"requests": "int64", "requests_before": "int64"})
    return both.sort_values(["requests", "type"], ascending=[False, True], ignore_index=True)


def _count(warehouse: Warehouse, council: int, period: Period) -> DataFrame:
    return count(warehouse, Filters(period.first, period.last, councils=(council,)), TYPE)


def _numbers(warehouse: Warehouse, brief: Brief, before: Period | None) -> tuple[Number, ...]:
    council, period = brief.council, brief.period
    closed, median = briefs.closed(warehouse, council, period.first, period.last)
    waiting, old = briefs.open_at(warehouse, council, period.last)
    then: dict[str, Any] = {}
    if before:
        then["closed"], then["median"] = briefs.closed(warehouse, council, before.first, before.last)
        then["open"], then["old"] = briefs.open_at(warehouse, council, before.last)
        then["new"] = int(brief.types["requests_before"].sum())
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    new = int(brief.types["requests"].sum())
    few = f"of {text.plural(closed, 'closed request')}"
    name = period.compared
    return (
        Number(
            "new",
            "New requests",
            new,
            then.get("new"),
            _change(new, then.get("new"), name),
            brief.list(**days),
        ),
        Number(
            "closed",
            "Closed requests",
            closed,
            then.get("closed"),
            _change(closed, then.get("closed"), name),
            brief.list(**days, date="closed"),
        ),
        Number(
            "open",
            "Open at the end",
            waiting,
            then.get("open"),
            _difference(waiting, then.get("open"), period),
        ),
        Number(
            "over_90_days",
            "Open for over 90 days",
            old,
            then.get("old"),
            _difference(old, then.get("old"), period),
        ),
        Number(
            "median_days",
            "Median days to close",
            median,
            then.get("median"),
            few
            + (", few" if closed < FEW else "")
            + (f"; {then['median']} in {name}" if then.get("median") is not None else ""),
        ),
    )


def _change(now: int, before: int | None, name: str) -> str:
    return "" if before is None else text.change(now, before, name)


def _difference(now: int, before: int | None, period: Period) -> str:
    """The change in open requests as a number: a percentage makes no sense for a count at one moment."""
    if before is None:
        return ""
    when = f"than a {period.kind} earlier"
    return (
        f"as many as a {period.kind} earlier"
        if now == before
        else f"{abs(now - before):,} {'more' if now > before else 'fewer'} {when}"
    )


def rows(brief: Brief) -> DataFrame:
    """Everything in one table for a file: section, name, value, before."""
    found: list[tuple[str, str, Any, Any]] = [
        ("numbers", one.key, one.value, one.before) for one in brief.numbers
    ]
    found += [("types", row["type"], row["requests"], row["requests_before"]) for row in records(brief.types)]
    found += [("addresses", row["address"], row["requests"], None) for row in records(brief.addresses)]
    found += [
        (
            "oldest open, days",
            f"{row['number']} {row['type']}, {row['address'] or 'no address'}",
            row["days"],
            None,
        )
        for row in records(brief.oldest)
    ]
    texts = [["" if cell is None else str(cell) for cell in row] for row in found]
    return DataFrame(texts, columns=["section", "name", "value", "before"])
