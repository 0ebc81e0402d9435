"""Every figure of the neighborhood report against a count over the rows as published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from support.databases import Database
from support.raw import RAW

from data.source import Source
from frame.selection import Selection
from pages import neighborhood as page

COUNCIL = 52


def select(source: Source, search: str = "") -> Selection:
    return Selection.of(page.REPORT.controls, f"council={COUNCIL}&{search}", source.facts())


def daily(city: Database, where: str) -> pd.Series[Any]:
    """Requests of every calendar day from the first to the last full one."""
    rows = city.rows(RAW + f"SELECT created::date, count(*) FROM past WHERE {where} GROUP BY 1")
    edges = city.rows(RAW + "SELECT min(created)::date, max(created)::date FROM past")[0]
    counted = pd.Series({pd.Timestamp(day): number for day, number in rows}, dtype=float)
    return counted.reindex(pd.date_range(*edges), fill_value=0.0)


def of_council() -> str:
    return f"council = (SELECT council_name FROM councils WHERE council_id = {COUNCIL})"


@pytest.mark.parametrize("window", [1, 7, 30])
def test_the_average_is_centred_over_calendar_days(city: Database, source: Source, window: int) -> None:
    selection = select(source, f"average={window}")
    shown = page.average(source, selection).table

    own, all_ = daily(city, of_council()), daily(city, "population IS NOT NULL")
    people, city_people = (
        city.value(f"SELECT sum(population_2020) FROM councils WHERE council_id {which}")
        for which in (f"= {COUNCIL}", "> 0")
    )
    before = (window - 1) // 2
    for values, inhabitants, column in (
        (own, people, "council_per_10000"),
        (all_, city_people, "all_councils_per_10000"),
    ):
        means = values.rolling(window).mean().shift(before - window + 1).dropna()
        expected = 10_000 * means[means.index >= pd.Timestamp(selection.first)] / inhabitants
        assert shown.column("day") == [f"{day:%Y-%m-%d}" for day in expected.index]
        assert shown.column(column) == pytest.approx(list(expected), abs=0.00006)
    last = source.facts().last_day
    assert last is not None
    assert shown.column("day")[-1] == (last - timedelta(days=window // 2)).isoformat()


def test_days_without_requests_are_zero_and_not_left_out(city: Database, source: Source) -> None:
    shown = page.average(source, select(source, "type=12")).table
    assert len(shown) == 90
    assert 0.0 in shown.column("council_per_10000")
    assert city.value(RAW + f"SELECT count(*) FROM past WHERE {of_council()} AND type = 'Feedback'") > 0


def test_the_large_numbers(city: Database, source: Source) -> None:
    value = dict(page.numbers(source, select(source)).table.rows)
    ((requests, people),) = city.rows(
        RAW + f"SELECT count(*), max(population) FROM past WHERE created >= today - 90 AND {of_council()}"
    )
    ((all_requests, city_people),) = city.rows(
        RAW
        + """SELECT count(*), (SELECT sum(population_2020) FROM councils)
            FROM past WHERE created >= today - 90 AND population IS NOT NULL"""
    )
    assert value["requests"] == requests > 0
    assert value["people_2020"] == people
    assert value["per_10000_people"] == pytest.approx(10_000 * requests / people, abs=0.051)
    assert value["all_councils_per_10000_people"] == pytest.approx(
        10_000 * all_requests / city_people, abs=0.051
    )


def test_types_of_the_council(city: Database, source: Source) -> None:
    shown = page.by_type(source, select(source)).table
    assert [list(row) for row in shown.shown().rows] == city.rows(
        RAW
        + f"""SELECT type, count(*) FROM past WHERE created >= today - 90 AND {of_council()}
            GROUP BY 1 ORDER BY 2 DESC, 1"""
    )


def test_no_council_has_no_people(source: Source) -> None:
    selection = Selection.of(page.REPORT.controls, "council=0", source.facts())
    assert page.average(source, selection).why_empty == page.NO_PEOPLE
    assert dict(page.numbers(source, selection).table.rows)["people_2020"] is None


def test_an_unknown_council_is_told(source: Source) -> None:
    selection = Selection.of(page.REPORT.controls, "council=4711", source.facts())
    assert page.numbers(source, selection).is_empty
    assert page.average(source, selection).is_empty


def test_a_window_wider_than_the_data_says_so(source: Source) -> None:
    last = source.facts().last_day or date.min
    shown = page.average(source, select(source, f"from={last}&to={last}&average=30"))
    assert shown.is_empty
    assert shown.why_empty == page.TOO_SHORT
