"""Every figure of time to close against percentiles over the rows as published."""

from __future__ import annotations

import pytest
from support.databases import Database
from support.raw import RAW

from data.filters import COUNCIL, TYPE, Dimension
from data.source import Source
from frame.selection import Selection
from pages import time_to_close as page

# Whole months from that of the period's first day; the report's default is 730 days. The last month goes
# as far as it is loaded, also beyond the last full day.
CLOSED = """FROM raw WHERE closed >= date_trunc('month', today - 730)
    AND date_trunc('month', closed) <= today - 1"""
PERCENTILES = """count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days)"""


def select(source: Source, search: str = "") -> Selection:
    return Selection.of(page.REPORT.controls, search, source.facts())


def test_the_large_numbers(city: Database, source: Source) -> None:
    (shown,) = page.numbers(source, select(source)).table.rows
    counted = city.rows(
        RAW
        + f"""SELECT {PERCENTILES}, count(*) FILTER (WHERE days = 0),
            count(*) FILTER (WHERE days <= 7) {CLOSED}"""
    )
    assert [list(shown)] == counted
    assert counted[0][0] > 0


def test_month_by_month(city: Database, source: Source) -> None:
    shown = page.trend(source, select(source, "type=4,1")).table
    counted = city.rows(
        RAW
        + f"""SELECT date_trunc('month', closed)::date, {PERCENTILES}
            {CLOSED} AND type IN ('Bulky Items', 'Graffiti')
            GROUP BY 1 ORDER BY 1"""
    )
    assert [list(row) for row in shown.rows] == counted
    assert len(counted) > 20


@pytest.mark.parametrize("dimension", [TYPE, COUNCIL], ids=["type", "council"])
def test_each_type_and_council(city: Database, source: Source, dimension: Dimension) -> None:
    shown = page.compared(dimension)(source, select(source)).table
    counted = city.rows(RAW + f"""SELECT {dimension.name}, {PERCENTILES} {CLOSED} GROUP BY 1""")
    assert sorted(list(row) for row in shown.shown().rows) == sorted(counted)
    medians = [row["median_days"] for row in shown if row["_id"] != 0]
    assert medians == sorted(medians, reverse=True)


@pytest.mark.parametrize(("measure", "place"), [("median", 3), ("p90", 4)])
def test_lines_of_the_largest(city: Database, source: Source, measure: str, place: int) -> None:
    shown = page.trends(TYPE)(source, select(source, f"measure={measure}"))
    counted = city.rows(
        RAW + f"""SELECT type, date_trunc('month', closed)::date, {PERCENTILES} {CLOSED} GROUP BY 1, 2"""
    )
    closed: dict[str, int] = {}
    for row in counted:
        closed[row[0]] = closed.get(row[0], 0) + row[2]
    largest = sorted(closed, key=lambda name: -closed[name])[: page.LINES]

    assert shown.figure is not None
    assert {trace["name"] for trace in shown.figure["data"]} == set(largest)
    for trace in shown.figure["data"]:
        expected = sorted((row[1], row[place]) for row in counted if row[0] == trace["name"])
        assert list(zip(trace["x"], trace["y"], strict=True)) == expected


def test_nothing_closed_says_so(source: Source) -> None:
    empty = select(source, "from=1990-01-01&to=1990-02-01")
    for card in page.REPORT.cards:
        shown = card.build(source, empty)
        assert shown.is_empty, card.name
        assert "No requests were closed" in shown.why_empty
