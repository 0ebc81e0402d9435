"""The URL of the list of the requests behind a number, a bar, a point or an area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal
from urllib.parse import urlencode

from data.filters import Dimension
from report_kit.controls import INCLUDED, INFORMATION
from report_kit.selection import DAYS, Selection

PATH = "/requests-list"
Status = Literal["open", "closed"]
STATUSES: tuple[Status, ...] = ("open", "closed")


def list_link(
    selection: Selection,
    narrowed: Mapping[Dimension, Sequence[int]] | None = None,
    *,
    first: date | None = None,
    last: date | None = None,
    status: Status | None = None,
    by_closing: bool = False,
    any_age: bool = False,
    each_day: bool = False,
    weekday: int | None = None,
    days_to_close: tuple[int, int] | None = None,
    age: str = "",
    address: str = "",
    sort: str = "",
) -> str:
    """The list for a selection, narrowed down to these ids and days; empty if none of the ids is selected.

    With ``by_closing`` the days are those of closing; ``any_age`` leaves the days out; ``each_day`` puts
    ``{x}`` in their place, which ``assets/live.js`` replaces with the day of a chosen point.
    ``age`` is the key of an age group, and ``address`` the beginning of an address.
    ``weekday`` is 1 for Monday to 7 for Sunday; ``days_to_close`` has the fewest and the most whole days.
    A status that the reader chose is kept, unless another one is given.
    """
    days = dict.fromkeys(DAYS, "{x}") if each_day else _days(first or selection.first, last or selection.last)
    ids = selection.narrowed(narrowed or {})
    if not all(ids.values()):
        return ""
    given = ({} if any_age else days) | ids
    if selection.filters.includes_information:
        given[INFORMATION.name] = INCLUDED
    given |= _more(status or _chosen(selection), by_closing, weekday, days_to_close)
    others = {"age": age, "address": address, "sort": sort}
    given |= {name: value for name, value in others.items() if value}
    return f"{PATH}?{urlencode(given, safe=',{}')}"


def _chosen(selection: Selection) -> Status | None:
    return next((one for one in STATUSES if selection.choices.get("status") == one), None)


def _days(first: date, last: date) -> dict[str, str]:
    return dict(zip(DAYS, (first.isoformat(), last.isoformat()), strict=True))


def _more(
    status: Status | None, by_closing: bool, weekday: int | None, days_to_close: tuple[int, int] | None
) -> dict[str, str]:
    more: dict[str, str] = {}
    if status:
        more["status"] = status
    if by_closing:
        more["date"] = "closed"
    if weekday:
        more["weekday"] = str(weekday)
    if days_to_close:
        more["days_to_close"] = "-".join(map(str, days_to_close))
    return more
