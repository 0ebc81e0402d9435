"""The list of requests that a URL selects, and its description in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from data import backlog
from data.request_list import ListQuery
from data.warehouse import Warehouse
from report_kit import text
from report_kit.selection import Selection

AGES: Mapping[str, tuple[int, int | None]] = {age.key: (age.fewest, age.most) for age in backlog.AGES}
AGE_NAMES = {age.key: age.name for age in backlog.AGES}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def query_of(warehouse: Warehouse, selection: Selection) -> ListQuery:
    """The list that a URL selects."""
    chosen, facts = selection.choices, warehouse.facts()
    age = AGES.get(chosen["age"])
    is_dated = any(f"{name}=" in f"&{selection.search}" for name in ("&from", "&to"))
    return ListQuery(
        filters=selection.filters,
        today=facts.last_day or selection.last,
        has_period=is_dated,
        status="open" if age else cast("Literal['', 'open', 'closed']", chosen["status"].replace("any", "")),
        by_closing=chosen["date"] == "closed",
        ages=age,
        weekday=int(chosen["weekday"] or 0) or None,
        days_to_close=_range(chosen["days_to_close"]),
        address=chosen["address"].strip(),
    )


def _range(written: str) -> tuple[int, int | None] | None:
    if not written:
        return None
    fewest, _, most = written.partition("-")
    return int(fewest), int(most) if most else None


def conditions(query: ListQuery) -> list[str]:
    """Describes the list: sentences on status, days, age and address."""
    parts = [{"open": "Open.", "closed": "Closed.", "": ""}[query.status if not query.ages else ""]]
    if query.ages:
        youngest, oldest = query.ages
        parts.append(
            f"Open for {youngest} to {oldest} days." if oldest else f"Open for over {youngest - 1} days."
        )
    verb = "Closed" if query.by_closing else "Created"
    first, last = query.filters.first, query.filters.last
    when = "" if first == last else "from "
    parts.append(
        f"{verb} {when or 'on '}{text.span(first, last)}." if query.has_period else f"{verb} on any day."
    )
    if query.weekday:
        parts.append(f"Created on a {WEEKDAYS[query.weekday - 1]}.")
    if query.days_to_close:
        fewest, most = query.days_to_close
        parts.append(
            f"Closed in {fewest} to {most} days." if most is not None else f"Closed in {fewest} days or more."
        )
    if query.address:
        parts.append(f"Address begins with “{query.address}”.")
    return [part for part in parts if part]
