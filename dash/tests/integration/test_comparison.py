"""Every figure of the comparison of councils against a count over the rows as published."""

from __future__ import annotations

import pytest
from support.databases import Database
from support.raw import RAW

from data.source import Source
from frame.selection import Selection
from pages import nc_summary_comparison as page

MINE = """FROM past JOIN councils ON council_name = council
    WHERE created >= today - 30 AND council_id IN (1, 52)"""


def select(source: Source, search: str = "") -> Selection:
    return Selection.of(page.REPORT.controls, f"council=1,52&{search}", source.facts())


def test_the_large_numbers(city: Database, source: Source) -> None:
    shown = page.numbers(source, select(source)).table
    counted = city.rows(RAW + f"SELECT council, count(*), max(population) {MINE} GROUP BY 1 ORDER BY 1")
    assert [[row["council"], row["requests"]] for row in shown] == [row[:2] for row in counted]
    for row, (_, requests, people) in zip(shown, counted, strict=True):
        assert row["requests_a_day"] == pytest.approx(requests / 30, abs=0.051)
        assert row["per_10000_people"] == pytest.approx(10_000 * requests / people, abs=0.051)
    still_open = city.rows(
        RAW
        + """SELECT council, count(*) FROM raw JOIN councils ON council_name = council
            WHERE closed IS NULL AND council_id IN (1, 52) GROUP BY 1 ORDER BY 1"""
    )
    assert [[row["council"], row["open_now"]] for row in shown] == still_open


def test_days_of_the_councils_and_of_the_average_one(city: Database, source: Source) -> None:
    shown = page.over_time(source, select(source)).table
    own = city.rows(RAW + f"SELECT created::date, council, count(*) {MINE} GROUP BY 1, 2")
    listed = {(row["day"], row["council"]): row["requests"] for row in shown}
    assert len(listed) == 3 * 30
    assert {key: number for key, number in listed.items() if key[1] != "Average council" and number} == {
        (day, council): number for day, council, number in own
    }
    all_councils = city.rows(
        RAW
        + """SELECT created::date, count(*) FROM past
            WHERE created >= today - 30 AND council <> 'No council' GROUP BY 1"""
    )
    for day, number in all_councils:
        assert listed[(day, "Average council")] == pytest.approx(number / 99, abs=0.0051)


@pytest.mark.parametrize("name", ["type", "source"])
def test_shares(city: Database, source: Source, name: str) -> None:
    build = page.REPORT.card(f"by-{name}").build  # type: ignore[union-attr]
    shown = build(source, select(source)).table
    counted = city.rows(
        RAW
        + f"""SELECT council, {name}, count(*),
            round(100.0 * count(*) / sum(count(*)) OVER (PARTITION BY council), 1)::float8
            {MINE} GROUP BY 1, 2"""
    )
    assert sorted(map(list, shown.shown().rows)) == sorted(counted)


def test_all_days_to_close(city: Database, source: Source) -> None:
    shown = page.days_to_close(source, select(source, "days=all")).table
    counted = city.rows(
        RAW + f"SELECT council, days, count(*) {MINE} AND closed IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [list(row) for row in shown.rows] == counted
    assert 0 in shown.column("days")


def test_outliers_are_left_out_and_counted(city: Database, source: Source) -> None:
    shown = page.days_to_close(source, select(source))
    counted = city.rows(
        RAW
        + f""", days AS (SELECT council AS name, days {MINE} AND closed IS NOT NULL), fences AS (
            SELECT name, percentile_disc(0.25) WITHIN GROUP (ORDER BY days) AS low,
                percentile_disc(0.75) WITHIN GROUP (ORDER BY days) AS high FROM days GROUP BY 1)
        SELECT name, days, count(*) FROM days JOIN fences USING (name)
        WHERE days BETWEEN low - 1.5 * (high - low) AND high + 1.5 * (high - low)
        GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert [list(row) for row in shown.table.rows] == counted
    everything = page.days_to_close(source, select(source, "days=all")).table.total("requests")
    left_out = everything - sum(number for *_, number in counted)
    assert left_out > 0
    assert f"{left_out} outlier" in shown.summary


def test_bars_hold_every_request(source: Source) -> None:
    shown = page.days_to_close(source, select(source, "days=all"))
    assert shown.figure
    for trace in shown.figure["data"]:
        assert sum(trace["y"]) == pytest.approx(100, abs=1.5)


def test_no_requests_closed_says_so(source: Source) -> None:
    shown = page.days_to_close(source, select(source, "type=4711"))
    assert shown.is_empty
    assert shown.why_empty == page.NONE_CLOSED


def test_one_council_is_a_summary(source: Source) -> None:
    selection = Selection.of(page.REPORT.controls, "council=52", source.facts())
    shown = page.over_time(source, selection)
    assert len(set(shown.table.column("council"))) == 2
    figure = page.shares(page.TYPE)(source, selection).figure
    assert figure
    assert len(figure["data"]) == 1
