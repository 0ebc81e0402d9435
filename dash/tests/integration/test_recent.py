"""Every figure of recent requests against a count over the rows as published."""

from __future__ import annotations

import pytest
from support.databases import Database
from support.raw import RAW

from data.source import Source
from frame import type_cards
from frame.selection import Selection
from pages import recent as page

LAST_30 = "FROM past WHERE created >= today - 30"


def select(source: Source, search: str = "") -> Selection:
    return Selection.of(page.REPORT.controls, search, source.facts())


def test_thirty_full_days(city: Database, source: Source) -> None:
    value = dict(page.numbers(source, select(source)).table.rows)
    (counted,) = city.rows(RAW + f"SELECT count(*), min(created)::date, max(created)::date {LAST_30}")
    assert [value["requests"], value["first_day"], value["last_day"]] == counted
    assert value["requests_a_day"] == round(counted[0] / 30, 1)
    before = city.value(
        RAW + "SELECT count(*) FROM past WHERE created >= today - 60 AND created < today - 30"
    )
    assert value["requests_in_the_period_before"] == before


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(110, 100, "+10% on the 30 days before"), (1, 0, "none in the 30 days before")],
)
def test_change_on_the_period_before(now: int, before: int, text: str) -> None:
    assert page.change(now, before, 30) == text


def test_requests_a_day_by_type(city: Database, source: Source) -> None:
    shown = type_cards.lines_a_day(source, select(source)).table
    counted = city.rows(RAW + f"SELECT created::date, type, count(*) {LAST_30} GROUP BY 1, 2")
    named = {row["type"] for row in shown if not row["type"].startswith("Others")}
    lines = {(row["day"], row["type"]): row["requests"] for row in shown}

    assert len(named) == type_cards.LINES
    assert len(lines) == 30 * (type_cards.LINES + 1)
    assert sum(lines.values()) == sum(number for _, _, number in counted)
    assert {key: number for key, number in lines.items() if number and key[1] in named} == {
        (day, name): number for day, name, number in counted if name in named
    }


def test_weekdays_are_averages_of_their_days(city: Database, source: Source) -> None:
    shown = page.by_weekday(source, select(source)).table
    counted = city.rows(
        RAW
        + f"""SELECT trim(to_char(created, 'Day')), count(*), round(count(*)::numeric
            / count(DISTINCT created::date), 1)::float8 {LAST_30}
            GROUP BY 1 ORDER BY min(extract(dow FROM created))"""
    )
    assert [[row["weekday"], row["requests"], row["requests_a_day"]] for row in shown] == counted


def test_types_of_one_council(city: Database, source: Source) -> None:
    shown = type_cards.slices(page.PAGE)(source, select(source, "council=52")).table
    counted = city.rows(
        RAW
        + f"""SELECT type, count(*) {LAST_30} AND council =
            (SELECT council_name FROM councils WHERE council_id = 52) GROUP BY 1 ORDER BY 2 DESC, 1"""
    )
    assert [list(row) for row in shown.shown().rows] == counted
