"""Every figure of the request type map against a count over the rows as published."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from support.cards import card, column, dicts, figures, rows, total
from support.databases import Database
from support.raw import RAW

from data import reference
from data.warehouse import Warehouse
from figures.maps import color_of
from pages import types_map as page
from report_kit.content import CardContent
from report_kit.controls import Choice


def build(warehouse: Warehouse, name: str, search: str = "type=4") -> CardContent:
    return card(warehouse, page.REPORT, name, search)


def counted(city: Database) -> dict[str, list[Any]]:
    rows = city.rows(
        RAW
        + """SELECT council, count(*), max(population) FROM past
            WHERE created >= today - 365 AND type = 'Bulky Items' GROUP BY 1"""
    )
    return {council: [number, people] for council, number, people in rows}


def test_the_default_is_all_types_by_rate(city: Database, warehouse: Warehouse) -> None:
    truth = city.value(RAW + "SELECT count(*) FROM past WHERE created >= today - 365")
    assert figures(build(warehouse, "numbers", ""))["requests"] == truth
    shown = build(warehouse, "map", "")
    assert shown.figure
    assert shown.figure["data"][-1]["marker"]["colorbar"]["title"]["text"] == "Requests per 10,000 people"


def test_regions_have_the_rate_of_their_councils_together(city: Database, warehouse: Warehouse) -> None:
    """Requests per capita by region used to be unavailable."""
    truth = city.rows(
        RAW
        + """SELECT region_name, sum(people)::int, sum(n)::int, 10000.0 * sum(n) / sum(people) FROM (
                SELECT r.region_name, c.population_2020 AS people, count(p.created) AS n
                FROM councils c JOIN regions r USING (region_id)
                LEFT JOIN past p ON p.council = c.council_name AND p.created >= today - 365
                WHERE c.council_id <> 0 GROUP BY c.council_id, 1, 2) AS councils
            GROUP BY 1 ORDER BY 4 DESC, 1"""
    )
    found = rows(build(warehouse, "by-region", ""))
    assert [row[:3] for row in found] == [row[:3] for row in truth]
    assert [row[3] for row in found] == pytest.approx([float(row[3]) for row in truth])


def test_every_council_has_its_number_and_none_is_a_hole(city: Database, warehouse: Warehouse) -> None:
    shown = dicts(build(warehouse, "map"))
    truth = counted(city)
    assert len(shown) == 99
    assert {row["council"]: row["requests"] for row in shown if row["requests"]} == {
        council: number for council, (number, _) in truth.items() if council != "No council"
    }
    for row in shown:
        rate = 10_000 * row["requests"] / row["people_2020"]
        assert row["requests_per_10000_people"] == pytest.approx(rate)


def test_the_color_is_of_the_chosen_measure_and_the_rate_is_first(warehouse: Warehouse) -> None:
    by_count, by_people = (build(warehouse, "map", f"type=4{more}") for more in ("&measure=count", ""))
    assert by_count.figure
    assert by_people.figure
    for shown, name in ((by_count, "requests"), (by_people, "requests_per_10000_people")):
        values = [value or 0 for value in column(shown, name)]
        colors = [area["fillcolor"] for area in shown.figure["data"][:-1]]  # type: ignore[index]
        assert colors == [color_of(value / max(values)) for value in values]
    assert by_count.figure["data"][-1]["marker"]["cmax"] == max(column(by_count, "requests"))


def test_slivers_far_away_do_not_squeeze_the_map(city: Database, warehouse: Warehouse) -> None:
    """The small city has one at 34.914, -117.657, as do the official boundaries."""
    assert city.value("SELECT max(ST_XMax(geom)) FROM geometries") > -117.7
    figure = build(warehouse, "map").figure
    assert figure
    west, east = figure["layout"]["xaxis"]["range"]
    south, north = figure["layout"]["yaxis"]["range"]
    assert (west, south) == pytest.approx((-118.6, 33.8))
    assert (east, north) == pytest.approx((-118.6 + 9 * 0.03 + 0.025, 33.8 + 9 * 0.03 + 0.025), abs=0.001)


def test_the_large_numbers(city: Database, warehouse: Warehouse) -> None:
    value = figures(build(warehouse, "numbers"))
    truth = counted(city)
    assert value["requests"] == sum(number for number, _ in truth.values())
    assert value["requests_without_council"] == truth["No council"][0] > 0
    assert value["councils_without_requests"] == 99 - (len(truth) - 1)


def test_no_winner_is_named_where_there_is_nothing(warehouse: Warehouse) -> None:
    numbers = build(warehouse, "numbers", "type=12&from=2023-11-24&to=2023-11-24")
    assert figures(numbers)["requests"] == 0
    assert [number.label for number in numbers.numbers] == [
        "Requests",
        "Outside all councils",
        "Councils without requests",
    ]


@pytest.mark.parametrize("measure", ["people", "count"])
@pytest.mark.parametrize("name", ["by-region", "by-council"])
def test_no_requests_are_none_in_every_area(warehouse: Warehouse, name: str, measure: str) -> None:
    """The sentence was "No requests per 10,000 people anywhere."."""
    shown = build(warehouse, name, f"type=12&from=2023-11-24&to=2023-11-24&measure={measure}")
    assert shown.summary == page.NONE


def test_bars_have_no_council_last(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "by-council", "type=4&measure=count")
    assert len(shown.frame) == 100
    assert column(shown, "council")[-1] == "No council"
    assert total(shown) == sum(number for number, _ in counted(city).values())
    assert "No council" not in column(build(warehouse, "by-council"), "council")


def test_an_area_leads_to_the_list_of_its_requests(warehouse: Warehouse) -> None:
    figure = build(warehouse, "map").figure
    assert figure
    (area,) = [trace for trace in figure["data"] if "council=52" in trace.get("meta", "")]
    assert area["meta"].startswith("/requests-list?from=")
    assert area["meta"].endswith("&type=4&council=52")
    assert area["text"].startswith("Noho")


def test_without_boundaries_the_map_says_so(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    none = page.reference.polygons(warehouse).head(0)
    monkeypatch.setattr(page.reference, "polygons", lambda _: none)
    assert build(warehouse, "map").why_empty == page.NO_POLYGONS
    assert build(warehouse, "map").is_empty


def test_without_populations_there_is_no_choice_and_requests_have_the_order(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rate was selected while every figure showed requests, and regions were in alphabetical order."""
    (measure,) = (one for one in page.REPORT.controls if one.name == "measure")
    assert isinstance(measure, Choice)
    assert measure.has_choice(warehouse)
    none = reference.councils(warehouse).assign(people=pd.Series(dtype="Int64"))
    monkeypatch.setattr(reference, "councils", lambda _: none)
    assert not measure.has_choice(warehouse)
    counted = column(build(warehouse, "by-region", ""), "requests")
    assert counted == sorted(counted, reverse=True)


def test_regions_have_the_order_of_the_chosen_measure(warehouse: Warehouse) -> None:
    counted = column(build(warehouse, "by-region", "measure=count"), "requests")
    assert counted == sorted(counted, reverse=True)
