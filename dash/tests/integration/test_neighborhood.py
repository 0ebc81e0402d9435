"""Every figure of the neighborhood report against a count over the rows as published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from support.cards import card, column, figures, listed, rows
from support.databases import Database
from support.raw import RAW

from data import reference
from data.warehouse import Warehouse
from pages import neighborhood as page
from report_kit.content import CardContent
from report_kit.covers import unusable
from report_kit.selection import Selection

COUNCIL = 52


def build(warehouse: Warehouse, name: str, search: str = "") -> CardContent:
    return card(warehouse, page.REPORT, name, f"council={COUNCIL}&{search}")


def daily(city: Database, where: str) -> pd.Series[Any]:
    """The requests of every calendar day from the first to the last full day."""
    found = city.rows(RAW + f"SELECT created::date, count(*) FROM past WHERE {where} GROUP BY 1")
    edges = city.rows(RAW + "SELECT min(created)::date, max(created)::date FROM past")[0]
    counted = pd.Series({pd.Timestamp(day): number for day, number in found}, dtype=float)
    return counted.reindex(pd.date_range(*edges), fill_value=0.0)


def of_council() -> str:
    return f"council = (SELECT council_name FROM councils WHERE council_id = {COUNCIL})"


@pytest.mark.parametrize("window", [1, 7, 30])
def test_the_average_is_centered_over_calendar_days(
    city: Database, warehouse: Warehouse, window: int
) -> None:
    shown = build(warehouse, "average", f"average={window}")
    first = Selection.of(page.REPORT.controls, f"council={COUNCIL}", warehouse).first

    own, all_ = daily(city, of_council()), daily(city, "population IS NOT NULL")
    people, city_people = (
        city.value(f"SELECT sum(population_2020) FROM councils WHERE council_id {which}")
        for which in (f"= {COUNCIL}", "> 0")
    )
    before = (window - 1) // 2
    for values, inhabitants, name in (
        (own, people, "council_per_10000"),
        (all_, city_people, "all_councils_per_10000"),
    ):
        means = values.rolling(window).mean().shift(before - window + 1).dropna()
        expected = 10_000 * means[means.index >= pd.Timestamp(first)] / inhabitants
        assert column(shown, "day") == [f"{day:%Y-%m-%d}" for day in expected.index]
        assert column(shown, name) == pytest.approx(list(expected))
    last = warehouse.facts().last_day
    assert last is not None
    assert column(shown, "day")[-1] == (last - timedelta(days=window // 2)).isoformat()


def test_a_point_of_all_councils_lists_the_requests_that_it_counts(
    city: Database, warehouse: Warehouse
) -> None:
    """Requests outside every council were listed too."""
    shown = build(warehouse, "average", "average=1")
    inside, outside = (daily(city, f"population IS {which} NULL") for which in ("NOT", ""))
    assert shown.figure
    for day in outside.index[outside > 0][-3:]:
        link = shown.figure["data"][1]["meta"].replace("{x}", f"{day:%Y-%m-%d}")
        assert listed(warehouse, link) == inside[day]


def test_the_average_reaches_the_first_loaded_day(city: Database, warehouse: Warehouse) -> None:
    """All of the window's days must be loaded: with 7 days, the first three have no average."""
    first = warehouse.facts().first_day
    assert first is not None
    shown = build(warehouse, "average", f"from={first}&average=7")
    assert column(shown, "day")[0] == (first + timedelta(days=3)).isoformat()


def test_days_without_requests_are_zero_and_not_left_out(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "average", "type=12&average=1")
    assert len(shown.frame) == 90
    assert 0.0 in column(shown, "council_per_10000")
    assert city.value(RAW + f"SELECT count(*) FROM past WHERE {of_council()} AND type = 'Feedback'") > 0


def test_the_large_numbers(city: Database, warehouse: Warehouse) -> None:
    value = figures(build(warehouse, "numbers"))
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
    assert value["per_10000_people"] == pytest.approx(10_000 * requests / people)
    assert value["all_councils_per_10000_people"] == pytest.approx(10_000 * all_requests / city_people)


def test_small_rates_are_told_apart(city: Database, warehouse: Warehouse) -> None:
    """0.0147 and 0.0099 a day were both shown as 0.01."""
    shown = build(warehouse, "average", "type=12&average=1")
    rates = [f"{100 * rate:.3g}" for rate in shown.frame.set_index("day").mean()]
    assert rates[0] != rates[1]
    own, everyone = (part.split(" requests")[0].split()[-1] for part in shown.summary.split(": ")[1:])
    assert own.rstrip(".") != everyone.rstrip(".")


def test_the_sentence_is_about_the_days_of_the_period(city: Database, warehouse: Warehouse) -> None:
    """It was the mean of the moving average: a day without requests had some of the days around it."""
    days = daily(city, of_council())
    (empty, *_) = days.index[(days == 0) & (days.rolling(7, center=True).sum() > 0)]
    day = f"from={empty:%Y-%m-%d}&to={empty:%Y-%m-%d}"
    name = city.value(f"SELECT council_name FROM councils WHERE council_id = {COUNCIL}")
    shown = build(warehouse, "average", f"average=7&{day}")
    assert column(shown, "council_per_10000")[0] > 0
    assert shown.summary.startswith(f"{name}: 0 requests a day per 10,000 people on average; ")


def test_types_of_the_council(city: Database, warehouse: Warehouse) -> None:
    assert rows(build(warehouse, "by-type")) == city.rows(
        RAW
        + f"""SELECT type, count(*) FROM past WHERE created >= today - 90 AND {of_council()}
            GROUP BY 1 ORDER BY 2 DESC, 1"""
    )


def test_no_council_has_no_people(warehouse: Warehouse) -> None:
    assert card(warehouse, page.REPORT, "average", "council=0").why_empty == page.NO_PEOPLE
    assert figures(card(warehouse, page.REPORT, "numbers", "council=0"))["people_2020"] is None


def keep_people(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, *, which: int) -> None:
    """Leave only this council with a published population."""
    councils = reference.councils(warehouse)
    known = councils["people"].where(councils["council_id"] == which)
    monkeypatch.setattr(reference, "councils", lambda _: councils.assign(people=known))


def test_a_city_without_populations_has_no_rates(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were 0, and longer periods were recommended."""
    keep_people(warehouse, monkeypatch, which=-1)
    assert build(warehouse, "average").why_empty == page.NONE_PUBLISHED
    shown = build(warehouse, "numbers")
    assert [one.value for one in shown.numbers[1:]] == ["unknown"] * 3
    assert figures(shown)["all_councils_per_10000_people"] is None


def test_a_council_without_a_population_has_no_line(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_people(warehouse, monkeypatch, which=1)
    shown = build(warehouse, "average", "compare=previous")
    assert shown.figure
    assert [line["name"] for line in shown.figure["data"]] == [page.CITY]
    assert list(shown.frame) == ["day", "all_councils_per_10000"]
    assert shown.summary.startswith("All councils: ")
    assert shown.summary.endswith("; the city publishes no population for Noho.")


@pytest.mark.parametrize(
    ("search", "why"),
    [("council=4711", "There is no such council."), ("council=", "Choose at least one council.")],
)
def test_an_unknown_council_is_reported_and_not_replaced(warehouse: Warehouse, search: str, why: str) -> None:
    selection = Selection.of(page.REPORT.controls, search, warehouse)
    assert unusable(page.REPORT, selection, warehouse) == why


def test_a_window_wider_than_the_data_says_so(warehouse: Warehouse) -> None:
    last = warehouse.facts().last_day or date.min
    shown = build(warehouse, "average", f"from={last}&to={last}&average=30")
    assert shown.is_empty
    assert shown.why_empty == page.TOO_SHORT
