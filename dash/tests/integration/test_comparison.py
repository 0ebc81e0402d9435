"""Every figure of the comparison of councils against a count over the rows as published."""

from __future__ import annotations

import re

import pytest
from support.cards import card, column, dicts, rows, total
from support.databases import Database
from support.raw import RAW

from data.filters import COUNCIL, TYPE
from data.reference import ids_by_name
from data.warehouse import Warehouse
from pages import nc_summary_comparison as page
from report_kit import text
from report_kit.content import NO_MATCH, CardContent

MINE = """FROM past JOIN councils ON council_name = council
    WHERE created >= today - 30 AND council_id IN (1, 52)"""


def build(warehouse: Warehouse, name: str, search: str = "") -> CardContent:
    return card(warehouse, page.REPORT, name, f"council=1,52&{search}")


def test_the_large_numbers(city: Database, warehouse: Warehouse) -> None:
    shown = dicts(build(warehouse, "numbers"))
    counted = city.rows(RAW + f"SELECT council, count(*), max(population) {MINE} GROUP BY 1 ORDER BY 1")
    assert [[row["council"], row["requests"]] for row in shown] == [row[:2] for row in counted]
    for row, (_, requests, people) in zip(shown, counted, strict=True):
        assert row["requests_a_day"] == pytest.approx(requests / 30, abs=0.051)
        assert row["per_10000_people"] == pytest.approx(10_000 * requests / people, abs=0.051)
    still_open = city.rows(
        RAW
        + """SELECT council, count(*) FROM raw JOIN councils ON council_name = council
            WHERE is_open AND council_id IN (1, 52) GROUP BY 1 ORDER BY 1"""
    )
    assert [[row["council"], row["open_now"]] for row in shown] == still_open


def test_days_of_the_councils_and_of_the_average_one(city: Database, warehouse: Warehouse) -> None:
    shown = dicts(build(warehouse, "over-time"))
    own = city.rows(RAW + f"SELECT created::date, council, count(*) {MINE} GROUP BY 1, 2")
    listed = {(row["day"], row["council"]): row["requests"] for row in shown}
    assert len(listed) == 3 * 30
    assert {key: number for key, number in listed.items() if key[1] != page.AVERAGE and number} == {
        (day, council): number for day, council, number in own
    }
    all_councils = city.rows(
        RAW
        + """SELECT created::date, count(*) FROM past
            WHERE created >= today - 30 AND council <> 'No council' GROUP BY 1"""
    )
    for day, number in all_councils:
        assert listed[(day, page.AVERAGE)] == pytest.approx(number / 99, abs=0.0051)


def test_the_average_of_few_requests_is_not_rounded_to_nothing(city: Database, warehouse: Warehouse) -> None:
    """Four requests in 41 councils were an average of 0."""
    day = "created >= today - 1 AND council <> 'No council'"
    kind, number = city.rows(
        RAW + f"SELECT type, count(*) FROM past WHERE {day} GROUP BY 1 ORDER BY 2, 1 LIMIT 1"
    )[0]
    ids = ",".join(map(str, ids_by_name(warehouse, TYPE)[kind]))
    last = warehouse.facts().last_day
    summary = build(warehouse, "over-time", f"from={last}&to={last}&type={ids}").summary
    assert 0 < number < 40
    assert f"{page.AVERAGE} {text.number(number / 99)}." in summary


@pytest.mark.parametrize("days", [200, 900])
def test_weeks_and_months_add_up_to_the_days(city: Database, warehouse: Warehouse, days: int) -> None:
    last = warehouse.facts().last_day
    assert last is not None
    search = f"from={last.fromordinal(last.toordinal() - days + 1)}"
    shown = [row for row in dicts(build(warehouse, "over-time", search)) if row["council"] != page.AVERAGE]
    counted = city.value(RAW + f"SELECT count(*) {MINE}".replace("today - 30", f"today - {days}"))
    assert sum(row["requests"] for row in shown) == counted > 0


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("from=2024-03-10&to=2026-08-31", "The first month is only partly in the period."),
        ("from=2024-03-01&to=2026-08-20", "The last month is only partly in the period."),
        ("from=2024-03-10&to=2026-08-20", "The first and the last month are only partly in the period."),
    ],
)
def test_partial_months_are_named(warehouse: Warehouse, search: str, sentence: str) -> None:
    assert build(warehouse, "over-time", search).summary.endswith(sentence)
    assert "partly" not in build(warehouse, "over-time", "from=2024-03-01&to=2026-08-31").summary


@pytest.mark.parametrize("name", ["type", "source"])
def test_shares(city: Database, warehouse: Warehouse, name: str) -> None:
    counted = city.rows(
        RAW
        + f"""SELECT council, {name}, count(*),
            round(100.0 * count(*) / sum(count(*)) OVER (PARTITION BY council), 1)::float8
            {MINE} GROUP BY 1, 2"""
    )
    assert sorted(rows(build(warehouse, f"by-{name}"))) == [
        [*row[:3], pytest.approx(row[3], abs=0.051)] for row in sorted(counted)
    ]


@pytest.mark.parametrize("choice", ["typical", "all"])
def test_all_days_to_close(city: Database, warehouse: Warehouse, choice: str) -> None:
    """The file has every closed request, regardless of what the figure leaves out."""
    shown = build(warehouse, "days-to-close", f"days={choice}")
    counted = city.rows(
        RAW + f"SELECT council, days, count(*) {MINE} AND closed IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert rows(shown) == counted
    assert 0 in column(shown, "days")


def test_the_median_is_of_all_rows_also_without_outliers(city: Database, warehouse: Warehouse) -> None:
    counted = city.rows(
        RAW
        + f"""SELECT council, percentile_disc(0.5) WITHIN GROUP (ORDER BY days), count(*)
            {MINE} AND closed IS NOT NULL GROUP BY 1 ORDER BY 1"""
    )
    typical, everything = (build(warehouse, "days-to-close", f"days={one}") for one in ("typical", "all"))
    for council, median, number in counted:
        assert f"{council} {median} (of {number})" in typical.summary
        assert f"{council} {median} (of {number})" in everything.summary
    assert "not drawn" not in everything.summary
    left_out = re.search(r"([\d,]+) requests? beyond (\d+) days not drawn", typical.summary)
    assert left_out
    beyond = f"SELECT count(*) {MINE} AND closed IS NOT NULL AND days > {left_out[2]}"
    assert city.rows(RAW + beyond) == [[int(left_out[1].replace(",", ""))]]


def test_bars_are_shares_of_every_closed_request(warehouse: Warehouse) -> None:
    typical, everything = (build(warehouse, "days-to-close", f"days={one}") for one in ("typical", "all"))
    assert typical.figure
    assert everything.figure
    for trace in everything.figure["data"]:
        assert sum(trace["y"]) == pytest.approx(100, abs=1.5)
    assert min(sum(trace["y"]) for trace in typical.figure["data"]) < 98


def test_no_requests_closed_says_so(city: Database, warehouse: Warehouse) -> None:
    """It was also the reason where there are no requests at all."""
    (kind, council), *_ = city.rows(
        RAW
        + """SELECT type, council FROM past WHERE created >= today - 30
            GROUP BY 1, 2 HAVING bool_and(closed IS NULL) ORDER BY 1, 2"""
    )
    types, councils = ids_by_name(warehouse, TYPE), ids_by_name(warehouse, COUNCIL)
    for number, why in ((types[kind][0], page.NONE_CLOSED), (4711, NO_MATCH)):
        search = f"type={number}&council={councils[council][0]}"
        shown = card(warehouse, page.REPORT, "days-to-close", search)
        assert (shown.is_empty, shown.why_empty) == (True, why)


def test_one_council_is_a_summary(warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "over-time", "council=52")
    assert set(column(shown, "council")) == {page.AVERAGE, "Noho"}
    figure = card(warehouse, page.REPORT, "by-type", "council=52").figure
    assert figure
    assert len(figure["data"]) == 1


def test_no_council_is_a_council_of_the_comparison(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, page.REPORT, "over-time", "council=0,52")
    counted = city.value(
        RAW + "SELECT count(*) FROM past WHERE council = 'No council' AND created >= today - 30"
    )
    assert total(shown) > counted > 0
    assert sum(row["requests"] for row in dicts(shown) if row["council"] == "No council") == counted
