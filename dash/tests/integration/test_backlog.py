"""Every figure of the backlog against a count over the rows as published."""

from __future__ import annotations

from typing import Any

import pytest
from support.cards import card, column, dicts, figures
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from pages import backlog as page

WHOLE = ("", "council=0", "district=8&group=1", "type=8,9", "district=0")
"""Selections for which every dimension is counted; for the others, only agencies are."""
LIMITS = ((0, 7), (8, 30), (31, 90), (91, 10**6))
OPEN = RAW + ", waiting AS (SELECT *, greatest(today - 1 - created::date, 0) AS age FROM raw WHERE is_open) "
DIMENSIONS = {
    "by-agency": "agency",
    "by-district": "CASE district WHEN 0 THEN 'No district' ELSE 'District ' || district END",
    "by-group": "type_group",
    "by-region": "(SELECT coalesce(region_name, w.council) FROM councils LEFT JOIN regions USING (region_id)"
    " WHERE council_name = w.council)",
    "by-type": "type",
    "by-council": "council",
}
# Query of the URL → condition on the rows as published.
SELECTIONS = {
    "": "true",
    "council=52": "council = 'Noho'",
    "council=0": "council = 'No council'",
    "type=4": "type = 'Bulky Items'",
    "agency=4": "agency = (SELECT agency_name FROM agencies WHERE agency_id = 4)",
    "district=8&group=1": "district = 8 AND type_group = 'Item Pickups'",
    "region=3": "region = 3",
    "source=8&type=4,6": "source = (SELECT source_name FROM sources WHERE source_id = 8)"
    " AND type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6))",
    "council=52,1": "council IN (SELECT council_name FROM councils WHERE council_id IN (52, 1))",
    "council=0&type=4": "council = 'No council' AND type = 'Bulky Items'",
    "council=52&agency=4": "council = 'Noho'"
    " AND agency = (SELECT agency_name FROM agencies WHERE agency_id = 4)",
    "council=52&source=8": "council = 'Noho'"
    " AND source = (SELECT source_name FROM sources WHERE source_id = 8)",
    "type=8,9": "type IN (SELECT type_name FROM request_types WHERE type_id IN (8, 9))",
    "group=2": "type_group = 'Streetlights'",
    "district=0": "district = 0",
    "region=3&type=4": "region = 3 AND type = 'Bulky Items'",
    "from=2026-01-15&to=2026-02-10": "true",
}


def ages(row: dict[str, Any]) -> list[int]:
    return [row[name] for name in ("open", "days_0_to_7", "days_8_to_30", "days_31_to_90", "over_90_days")]


def counted(days: list[int]) -> list[int]:
    """All of them, and those of each band of ages."""
    return [len(days), *(sum(least <= age <= most for age in days) for least, most in LIMITS)]


@pytest.mark.parametrize(("search", "condition"), SELECTIONS.items())
def test_open_by_age_and_by_every_dimension(
    city: Database, warehouse: Warehouse, search: str, condition: str
) -> None:
    keys = ", ".join(DIMENSIONS.values())
    rows = city.rows(OPEN + f"SELECT age, {keys} FROM waiting w WHERE {condition}")
    expected, oldest = counted([row[0] for row in rows]), max(row[0] for row in rows)
    value = figures(card(warehouse, page.REPORT, "numbers", search))
    assert [value["open"], value["over_90_days"], value["oldest_days"]] == [expected[0], expected[4], oldest]
    assert column(card(warehouse, page.REPORT, "by-age", search), "open") == expected[1:]
    is_whole = search in WHOLE
    for place, name in [*enumerate(DIMENSIONS, start=1)][: None if is_whole else 1]:
        shown = dicts(card(warehouse, page.REPORT, name, search))
        found = {next(iter(row.values())): ages(row) for row in shown if row["open"]}
        grouped: dict[str, list[int]] = {}
        for row in rows:
            grouped.setdefault(row[place], []).append(row[0])
        assert found == {key: counted(days) for key, days in grouped.items()}, name


def test_one_open_request_of_a_selection(city: Database, warehouse: Warehouse) -> None:
    type_id, council_id = city.run(
        """SELECT type_id, council_id FROM service_requests WHERE is_open AND NOT is_information
        GROUP BY 1, 2 HAVING count(*) = 1 ORDER BY 1, 2 LIMIT 1"""
    )[0]
    search = f"type={type_id}&council={council_id}"
    assert figures(card(warehouse, page.REPORT, "numbers", search))["open"] == 1
    assert len(card(warehouse, page.REPORT, "oldest", search).frame) == 1
    assert dicts(card(warehouse, page.REPORT, "by-council", search))[0]["open"] == 1


@pytest.mark.parametrize(("search", "condition"), [*SELECTIONS.items()][:5])
def test_opened_and_closed_in_the_period(
    city: Database, warehouse: Warehouse, search: str, condition: str
) -> None:
    opened = city.value(RAW + f"SELECT count(*) FROM past WHERE created >= today - 60 AND {condition}")
    closed = city.value(
        RAW + f"SELECT count(*) FROM raw WHERE closed >= today - 60 AND closed < today AND {condition}"
    )
    first = city.value(RAW + "SELECT (today - 60)::text FROM past LIMIT 1")
    last = city.value(RAW + "SELECT (today - 1)::text FROM past LIMIT 1")
    search = f"{search}&from={first}&to={last}"
    shown = card(warehouse, page.REPORT, "over-time", search)
    assert [sum(column(shown, "opened")), sum(column(shown, "closed"))] == [opened, closed]
    assert figures(card(warehouse, page.REPORT, "numbers", search))["opened_minus_closed"] == opened - closed
    by_agency = card(warehouse, page.REPORT, "by-agency", search)
    assert [sum(column(by_agency, "new_requests")), sum(column(by_agency, "closed_requests"))] == [
        opened,
        closed,
    ]


def test_the_oldest_come_first(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "oldest", "council=52")
    rows = city.rows(
        OPEN + "SELECT number, age FROM waiting WHERE council = 'Noho' ORDER BY created, number LIMIT 50"
    )
    assert column(shown, "days") == [days for _, days in rows]
    assert set(column(shown, "number")) == {number for number, _ in rows}


def test_a_period_does_not_change_what_is_open(warehouse: Warehouse) -> None:
    usual = figures(card(warehouse, page.REPORT, "numbers"))
    short = figures(card(warehouse, page.REPORT, "numbers", "from=2026-11-01&to=2026-11-02"))
    assert usual["open"] == short["open"]


def test_a_selection_without_an_open_request(warehouse: Warehouse) -> None:
    assert card(warehouse, page.REPORT, "by-age", "type=60").is_empty
    (oldest,) = [
        one for one in card(warehouse, page.REPORT, "numbers", "type=60").numbers if one.label == "Oldest"
    ]
    assert (oldest.value, oldest.note) == ("none", "")
    assert figures(card(warehouse, page.REPORT, "numbers", "type=60"))["oldest_days"] is None


def test_opened_and_closed_are_compared_day_for_day(city: Database, warehouse: Warehouse) -> None:
    rows = city.rows(
        RAW
        + """SELECT (today - 30)::text, (today - 1)::text,
            count(*) FILTER (WHERE created >= today - 60 AND created < today - 30),
            count(*) FILTER (WHERE closed >= today - 60 AND closed < today - 30) FROM raw GROUP BY today"""
    )
    first, last, opened, closed = rows[0]
    search = f"from={first}&to={last}&compare=previous"
    if first.endswith("-01"):
        pytest.skip("a month so far is compared with the same days of the month before")
    shown = card(warehouse, page.REPORT, "over-time", search)
    assert [sum(column(shown, "opened_before")), sum(column(shown, "closed_before"))] == [opened, closed]
    notes = [number.note for number in card(warehouse, page.REPORT, "numbers", search).numbers]
    assert any(f"{opened:,} in the 30 days before" in note for note in notes)
