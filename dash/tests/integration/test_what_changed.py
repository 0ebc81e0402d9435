"""Every figure of "What changed" against the rows of the history, counted here."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd
import pytest
from support.cards import card, dicts, figures
from support.databases import Database

from data import history
from data.warehouse import Warehouse
from pages import data_quality
from pages import what_changed as page
from report_kit import covers, home_page, text
from report_kit.content import CardContent
from report_kit.selection import Selection

ROWS = """
SELECT (changed_at AT TIME ZONE time_zone)::date - 1, kind, also, cause, type_name, council_name,
       before, after, council_id, type_id, group_id
  FROM changes JOIN request_types USING (type_id) JOIN councils USING (council_id), city
"""
DAYS = 14


class Case(NamedTuple):
    """The selection, and the days before today, both included."""

    councils: tuple[int, ...] = ()
    types: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    first: int = DAYS
    last: int = 1


CASES = {
    "two weeks": Case(),
    "the last day": Case(first=1),
    "a day of last week": Case(first=8, last=8),
    "parts of two months": Case(first=30, last=12),
    "a council": Case((52,)),
    "no council": Case((0,), first=30),
    "two councils": Case((52, 1), first=30),
    "a type": Case(types=(4,)),
    "two types": Case(types=(4, 1), first=30),
    "a group": Case(groups=(1,)),
    "another group": Case(groups=(2,), first=30),
    "a council and a type": Case((52,), (4,), first=30),
    "a council and a group": Case((52,), (), (1,), first=30),
    "no council and a type": Case((0,), (4,), first=30),
    "before the history": Case(first=200, last=100),
    "nothing": Case((88,), (60,)),
}


def build(warehouse: Warehouse, name: str, search: str = "") -> CardContent:
    return card(warehouse, page.REPORT, name, search)


def period(warehouse: Warehouse) -> tuple[date, date, str]:
    last = warehouse.facts().last_day
    assert last is not None
    first = last - timedelta(days=DAYS - 1)
    return first, last, f"from={first}&to={last}"


def counted(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    """The numbers that these rows must give."""
    kinds = Counter(kind for _, kind, also, *_ in rows for kind in {kind, *(also or ())})
    net = sum(
        ((after or {}).get("is_open") is True) - ((before or {}).get("is_open") is True)
        for *_, before, after, _, _, _ in rows
    )
    named = {name: kinds[name] for name in ("created", "closed", "reopened", "gone", "returned")}
    other = sum(
        bool({kind, *(also or ())} & {"moved", "retyped", "reassigned", "updated"})
        for _, kind, also, *_ in rows
    )
    return named | {"otherwise_changed": other, "net_change": net}


def shown_rows(city: Database, warehouse: Warehouse) -> list[tuple[Any, ...]]:
    first, last, _ = period(warehouse)
    return [
        row for row in city.rows(ROWS) if str(first) <= str(row[0]) <= str(last) and row[3] == "published"
    ]


def test_numbers(city: Database, warehouse: Warehouse) -> None:
    found = figures(build(warehouse, "numbers", period(warehouse)[2]))
    expected = counted(shown_rows(city, warehouse))
    assert found == expected
    assert min(expected[name] for name in ("created", "closed", "reopened", "gone")) > 0


def test_every_day_council_and_type(city: Database, warehouse: Warehouse) -> None:
    rows, search = shown_rows(city, warehouse), period(warehouse)[2]
    for name, key, at in (("by-day", "day", 0), ("by-council", "council", 5), ("by-type", "type", 4)):
        shown = {str(row.pop(key)): row for row in dicts(build(warehouse, name, search))}
        groups = {str(row[at]) for row in rows}
        assert shown == {group: counted([row for row in rows if str(row[at]) == group]) for group in groups}


def test_changes_are_listed_with_names_before_and_after(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "changes", period(warehouse)[2])
    assert len(shown.frame) == len(shown_rows(city, warehouse)) < history.LISTED
    listed = {row["what"]: row for row in dicts(shown)}
    assert listed["closed"]["before"] == "closed_date: none; status: Open"
    assert listed["closed"]["after"] == "closed_date: 2026-01-02 10:00:00; status: Closed"
    assert listed["retyped"]["before"].startswith("type: ")
    assert listed["created"]["before"] is None


def test_data_quality_has_what_the_city_deleted_or_rewrote(city: Database, warehouse: Warehouse) -> None:
    last = warehouse.facts().last_day
    assert last is not None
    shown = dicts(card(warehouse, data_quality.REPORT, "rewritten"))
    first = last - timedelta(days=data_quality.REWRITTEN_DAYS - 1)
    rows = [row for row in city.rows(ROWS) if str(first) <= str(row[0]) <= str(last)]
    expected = counted([row for row in rows if row[3] == "published"])
    for name in data_quality.REWRITTEN:
        assert sum(row[name] for row in shown) == expected[name] > 0 or name == "returned"
    assert [row["day"] for row in shown] == sorted((row["day"] for row in shown), reverse=True)


def is_mine(case: Case, row: tuple[Any, ...]) -> bool:
    *_, council_id, type_id, group_id = row
    wanted = (case.councils, council_id), (case.types, type_id), (case.groups, group_id)
    return all(not chosen or value in chosen for chosen, value in wanted)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_every_selection_is_that_of_the_rows(city: Database, warehouse: Warehouse, case: Case) -> None:
    last = warehouse.facts().last_day
    assert last is not None
    first, last = (last - timedelta(days=days - 1) for days in (case.first, case.last))
    rows = [
        row
        for row in city.rows(ROWS)
        if str(first) <= str(row[0]) <= str(last) and row[3] == "published" and is_mine(case, row)
    ]
    chosen = {"council": case.councils, "type": case.types, "group": case.groups}
    listed = [f"&{name}={','.join(map(str, ids))}" for name, ids in chosen.items() if ids]
    search = f"from={first}&to={last}&compare=none{''.join(listed)}"
    numbers = build(warehouse, "numbers", search)
    assert numbers.is_empty if case == CASES["before the history"] else figures(numbers) == counted(rows)
    for name, key, at in (("by-day", "day", 0), ("by-council", "council", 5), ("by-type", "type", 4)):
        shown = {str(row.pop(key)): row for row in dicts(build(warehouse, name, search))}
        groups = {str(row[at]) for row in rows}
        assert shown == {group: counted([row for row in rows if str(row[at]) == group]) for group in groups}
    assert len(build(warehouse, "changes", search).frame) == len(rows)


def test_one_change_of_a_selection(city: Database, warehouse: Warehouse) -> None:
    ((council_id, type_id, day),) = city.rows(
        f"""SELECT council_id, type_id, min(day) FROM ({ROWS})
            AS changed (day, kind, also, cause, type, council, before, after, council_id, type_id, group_id)
            WHERE cause = 'published' GROUP BY 1, 2 HAVING count(*) = 1 ORDER BY 1, 2 LIMIT 1"""
    )
    search = f"from={day}&to={day}&council={council_id}&type={type_id}"
    assert len(build(warehouse, "changes", search).frame) == 1


def test_changes_are_compared_with_those_of_the_days_before(city: Database, warehouse: Warehouse) -> None:
    last = warehouse.facts().last_day
    assert last is not None
    first = last - timedelta(days=8)
    if first.day == 1:
        pytest.skip("a month so far is compared with the same days of the month before")
    search = f"from={first}&to={last}&compare=previous"
    earlier = (str(first - timedelta(days=9)), str(first - timedelta(days=1)))
    before = counted(
        [row for row in city.rows(ROWS) if earlier[0] <= str(row[0]) <= earlier[1] and row[3] == "published"]
    )
    notes = [number.note for number in build(warehouse, "numbers", search).numbers]
    for name, note in zip(("created", "closed", "reopened", "gone"), notes, strict=False):
        assert f"{before[name]} in the 9 days before" in note
    lines = build(warehouse, "by-day", search).figure["data"]
    dashed = {line["name"]: sum(filter(None, line["y"])) for line in lines if "before" in line["name"]}
    assert list(dashed.values()) == [before[name] for name in page.LINES]


def test_before_the_history_nothing_is_known(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros said that nothing had changed, also on the home page."""
    since = history.first_day(warehouse)
    assert since
    day = since - timedelta(days=1)
    unknown = "What changed in this period is unknown: the history begins"
    shown = build(warehouse, "numbers", f"from={day}&to={day}")
    assert (shown.is_empty, shown.why_empty) == (True, f"{unknown} on {text.day(since)}.")
    monkeypatch.setattr(history, "first_day", lambda _: None)
    assert build(warehouse, "numbers").why_empty == f"{unknown} with the first run that finds a change."
    monkeypatch.setattr(history, "by_day", lambda *_: pd.DataFrame(columns=["day", *page.LINES]))
    (tile,) = home_page.content_of(page.REPORT, warehouse)
    assert tile.children[1].children == f"{unknown} with the first run that finds a change."


def test_days_before_the_history_are_compared_with_nothing(warehouse: Warehouse) -> None:
    last = warehouse.facts().last_day
    search = f"from={last - timedelta(days=20)}&to={last}&compare=year"
    notes = {number.note for number in build(warehouse, "numbers", search).numbers[:4]}
    assert notes == {page.NO_HISTORY_BEFORE}
    assert len(build(warehouse, "by-day", search).figure["data"]) == len(page.LINES)


def test_days_before_the_history_are_no_zeros(warehouse: Warehouse) -> None:
    """And the page claimed a comparison that no number made."""
    since, last = history.first_day(warehouse), warehouse.facts().last_day
    assert since
    assert last
    search = f"from={since - timedelta(days=5)}&to={last}&compare=previous"
    begins = f"The history begins on {text.day(since)}."
    shown = build(warehouse, "by-day", search)
    assert shown.figure
    assert {line["x"][0] for line in shown.figure["data"]} == {since.isoformat()}
    assert shown.summary.endswith(begins)
    selection = Selection.of(page.REPORT.controls, search, warehouse)
    described = str(covers.lines(page.REPORT, selection, warehouse))
    assert "Not compared: not all of " in described
    assert begins in described
    whole = f"from={since}&to={last}&compare=none"
    assert "history begins" not in build(warehouse, "by-day", whole).summary
