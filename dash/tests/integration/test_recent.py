"""Every figure of recent requests against a count over the rows as published."""

from __future__ import annotations

import pytest
from support.cards import card, dicts, figures, rows, total
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from pages import recent as page
from report_kit import common_cards

LAST_30 = "FROM past WHERE created >= today - 30"


def test_thirty_full_days(city: Database, warehouse: Warehouse) -> None:
    value = figures(card(warehouse, page.REPORT, "numbers"))
    (counted,) = city.rows(RAW + f"SELECT count(*), min(created)::date, max(created)::date {LAST_30}")
    assert [value["requests"], value["first_day"], value["last_day"]] == counted
    assert value["requests_a_day"] == round(counted[0] / 30, 1)
    before = city.value(
        RAW + "SELECT count(*) FROM past WHERE created >= today - 60 AND created < today - 30"
    )
    assert value["requests_in_the_period_before"] == before


def test_a_period_before_the_loaded_days_is_compared_with_nothing(warehouse: Warehouse) -> None:
    facts = warehouse.facts()
    assert facts.first_day is not None
    after = facts.first_day.fromordinal(facts.first_day.toordinal() + 4)
    shown = card(warehouse, page.REPORT, "numbers", f"from={after}&to={facts.last_day}")
    assert figures(shown)["requests_in_the_period_before"] is None
    assert shown.numbers[0].note == "no comparison: not all of its days are loaded"
    assert "Compared with" not in [number.label for number in shown.numbers]


def test_requests_a_day_by_type(city: Database, warehouse: Warehouse) -> None:
    """The file has every type; the figure has the largest, and the others as one line."""
    shown = card(warehouse, page.REPORT, "by-day")
    counted = city.rows(RAW + f"SELECT created::date, type, count(*) {LAST_30} GROUP BY 1, 2 ORDER BY 1, 2")
    assert [[row["day"], row["type"], row["requests"]] for row in dicts(shown)] == counted
    assert shown.figure
    lines = {trace["name"]: trace for trace in shown.figure["data"]}
    types = {name for _, name, _ in counted}
    assert len(lines) == common_cards.LINES + 1
    assert list(lines)[-1] == f"Others ({len(types) - common_cards.LINES})"
    assert sum(sum(trace["y"]) for trace in lines.values()) == sum(number for *_, number in counted)
    for name in lines.keys() & types:
        days = dict(zip(lines[name]["x"], lines[name]["y"], strict=True))
        assert len(days) == 30
        assert {day: number for day, number in days.items() if number} == {
            day: number for day, type_, number in counted if type_ == name
        }


def test_everything_is_no_dense_table(warehouse: Warehouse) -> None:
    """Only days with requests are read and cached: types by day once produced 278,208 rows for nine lines."""
    first = warehouse.facts().first_day
    shown = card(warehouse, page.REPORT, "by-day", f"from={first}")
    assert 0 < len(shown.frame) <= 4000


def test_weekdays_are_averages_of_their_days(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "by-weekday")
    counted = city.rows(
        RAW
        + f"""SELECT trim(to_char(created, 'Day')), count(*), count(DISTINCT created::date)
            {LAST_30} GROUP BY 1 ORDER BY min(extract(dow FROM created))"""
    )
    assert [row[:3] for row in rows(shown)] == counted
    assert shown.figure
    averages = [round(number / days, 1) for _, number, days in counted]
    assert shown.figure["data"][0]["y"] == pytest.approx(averages)
    busiest = max(counted, key=lambda row: row[1] / row[2])[0]
    assert shown.summary.startswith(f"{busiest}s are busiest, averaging {max(averages):g}")


def test_nothing_is_busiest_where_there_is_nothing(warehouse: Warehouse) -> None:
    assert card(warehouse, page.REPORT, "by-weekday", "type=4711").summary == ""


def test_types_of_one_council(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "by-type", "council=52")
    counted = city.rows(
        RAW
        + f"""SELECT type, count(*) {LAST_30} AND council =
            (SELECT council_name FROM councils WHERE council_id = 52) GROUP BY 1 ORDER BY 2 DESC, 1"""
    )
    assert [row[:2] for row in rows(shown) if row[1]] == counted


def test_a_group_of_types_is_a_filter(city: Database, warehouse: Warehouse) -> None:
    members = "type_id IN (SELECT type_id FROM request_types WHERE group_id = 1)"
    counted = city.value(
        RAW + f"SELECT count(*) {LAST_30} AND type IN (SELECT type_name FROM request_types WHERE {members})"
    )
    assert total(card(warehouse, page.REPORT, "by-type", "group=1")) == counted > 0


def test_information_calls_count_where_they_are_asked_for(city: Database, warehouse: Warehouse) -> None:
    everything = city.value(
        RAW + "SELECT count(*) FROM every WHERE created >= today - 30 AND created < today"
    )
    assert figures(card(warehouse, page.REPORT, "numbers", "information=include"))["requests"] == everything
    shown = card(warehouse, page.REPORT, "by-type", "information=include")
    assert "Information-Only" in {row[0] for row in rows(shown)}
    assert "Information-Only" not in {row[0] for row in rows(card(warehouse, page.REPORT, "by-type"))}
