"""Every figure of the request type map against a count over the rows as published."""

from __future__ import annotations

from typing import Any

import pytest
from support.databases import Database
from support.raw import RAW

from data.source import Source
from figures.maps import color_of
from frame.selection import Selection
from pages import types_map as page


def select(source: Source, search: str = "type=4") -> Selection:
    return Selection.of(page.REPORT.controls, search, source.facts())


def counted(city: Database) -> dict[str, list[Any]]:
    rows = city.rows(
        RAW
        + """SELECT council, count(*), max(population) FROM past
            WHERE created >= today - 365 AND type = 'Bulky Items' GROUP BY 1"""
    )
    return {council: [number, people] for council, number, people in rows}


def test_every_council_has_its_number_and_none_is_a_hole(city: Database, source: Source) -> None:
    shown = page.city_map(source, select(source)).table
    truth = counted(city)
    assert len(shown) == 99
    assert {row["council"]: row["requests"] for row in shown if row["requests"]} == {
        council: number for council, (number, _) in truth.items() if council != "No council"
    }
    for row in shown:
        assert row["requests_per_10000_people"] == pytest.approx(
            10_000 * row["requests"] / row["people_2020"], abs=0.051
        )


def test_the_colour_is_what_was_chosen(source: Source) -> None:
    by_count, by_people = (
        page.city_map(source, select(source, f"type=4&measure={measure}")) for measure in ("count", "people")
    )
    assert by_count.figure
    assert by_people.figure
    for shown, column in ((by_count, "requests"), (by_people, "requests_per_10000_people")):
        values = [value or 0 for value in shown.table.column(column)]
        colors = [area["fillcolor"] for area in shown.figure["data"][:-1]]  # type: ignore[index]
        assert colors == [color_of(value / max(values)) for value in values]
    assert by_count.figure["data"][-1]["marker"]["cmax"] == max(by_count.table.column("requests"))


def test_the_large_numbers(city: Database, source: Source) -> None:
    value = dict(page.numbers(source, select(source)).table.rows)
    truth = counted(city)
    assert value["requests"] == sum(number for number, _ in truth.values())
    assert value["requests_without_council"] == truth["No council"][0] > 0
    assert value["councils_without_requests"] == 99 - (len(truth) - 1)


def test_bars_have_no_council_last(city: Database, source: Source) -> None:
    shown = page.by_council(source, select(source)).table
    assert len(shown) == 100
    assert list(shown)[-1]["council"] == "No council"
    assert shown.total("requests") == sum(number for number, _ in counted(city).values())
    per_person = page.by_council(source, select(source, "type=4&measure=people")).table
    assert "No council" not in per_person.column("council")


def test_an_area_leads_to_its_council(source: Source) -> None:
    figure = page.city_map(source, select(source)).figure
    assert figure
    (area,) = [trace for trace in figure["data"] if "council=52&" in trace.get("meta", "")]
    assert area["meta"].startswith("/neighborhood?council=52&type=4&from=")
    assert area["text"].startswith("Noho")


def test_without_borders_the_map_says_so(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page.geography, "polygons", lambda _: [])
    assert page.city_map(source, select(source)).why_empty == page.NO_POLYGONS
    assert page.city_map(source, select(source)).is_empty
