"""Plotly accepts every kind of chart, and each shows its units on hover."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from pandas import Series, date_range

from figures import charts, groups, maps, rows, theme

NAMES, VALUES = ["a", "b"], [3, 1]
DAYS = pd.to_datetime(["2026-01-01", "2026-01-02"])
BOX = {"name": "a", "low": 0, "q1": 1, "median": 2, "q3": 3, "high": 4}


def line(*values: float | None) -> Series:
    return Series(values, index=DAYS, dtype="Float64")


FIGURES = {
    "horizontal": charts.horizontal_bars(NAMES, VALUES, unit="requests", links=["?type=1", "?type=2"]),
    "bars": charts.bars(NAMES, VALUES, unit="requests", partial=[True, False]),
    "lines": charts.lines({"a": line(3, 1), "b": line(1, None)}, unit="requests"),
    "shares": charts.lines({"a": line(0.5, 0.2)}, unit="requests", hover=":,.3~r"),
    "months": charts.lines({"a": line(3, 1)}, unit="days", by_month=True, notes={"a": [", of 2", ", of 3"]}),
    "stacked": charts.stacked(NAMES, {"New": (VALUES, "#111111")}, unit="rows"),
    "ranges": charts.ranges(
        NAMES, [1, 2], [3, 4], titles=("Median", "90th percentile"), unit="days", counts=[50, 2], small=20
    ),
    "boxes": charts.boxes([BOX], unit="days"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_accepts_it_whole_and_small(name: str) -> None:
    figure = FIGURES[name]
    assert len(go.Figure(figure).data) == len(figure["data"])
    small = charts.small(figure)
    assert go.Figure(small).layout.height == 130
    assert small["data"] == figure["data"]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("horizontal", "requests"),
        ("bars", "requests"),
        ("lines", "requests"),
        ("shares", "requests"),
        ("months", "days"),
        ("stacked", "rows"),
        ("ranges", "days"),
    ],
)
def test_hover_says_the_unit(name: str, unit: str) -> None:
    named = [trace for trace in FIGURES[name]["data"] if trace.get("hoverinfo") != "skip"]
    assert named
    assert all(unit in trace["hovertemplate"] for trace in named)


def test_bars_lead_where_their_links_say() -> None:
    assert FIGURES["horizontal"]["data"][0]["customdata"] == ["?type=1", "?type=2"]


def test_partial_bars_are_hatched() -> None:
    assert FIGURES["bars"]["data"][0]["marker"]["pattern"]["shape"] == ["/", ""]


def test_a_missing_value_is_a_gap() -> None:
    trace = FIGURES["lines"]["data"][1]
    assert trace["y"] == [1.0, None]
    assert trace["connectgaps"] is False


def test_the_number_of_requests_is_on_hover() -> None:
    trace = FIGURES["months"]["data"][0]
    assert trace["text"] == [", of 2", ", of 3"]
    assert "%{text}" in trace["hovertemplate"]


@pytest.mark.parametrize(("values", "step"), [([0, 1, 3], 1), ([0, 5], None), ([0.2, 0.4], None)])
def test_small_counts_have_whole_steps(values: list[float], step: int | None) -> None:
    """Plotly's own ticks, formatted as whole numbers, were 0 0 0 1 1 1."""
    assert theme.numbers("Requests", values).get("dtick") == step
    assert theme.numbers("Requests", values)["rangemode"] == "tozero"


def test_bars_find_room() -> None:
    assert rows.height_of(["name"] * 99) > 99 * 20
    many = [str(number) for number in range(40)]
    assert charts.horizontal_bars(many, range(40), unit="requests")["layout"]["xaxis"]["side"] == "top"


def test_the_scale_of_a_figure_that_scrolls_is_on_top() -> None:
    """Fifteen names of two lines are taller than their box, and the scale was below it."""
    names = [f"Community Beautification {number}" for number in range(15)]
    figure = charts.horizontal_bars(names, range(15), unit="requests")
    assert figure["layout"]["height"] > rows.BOX
    assert figure["layout"]["xaxis"]["side"] == "top"
    few = charts.horizontal_bars(names[:9], range(9), unit="requests")
    assert few["layout"]["xaxis"]["side"] == "bottom"
    style = (Path(rows.__file__).parents[1] / "assets" / "style.css").read_text()
    assert f"max-height: {rows.BOX}px; overflow-y: auto" in style


def test_long_names_leave_room_for_bars() -> None:
    axis = theme.names(["Noho", "Empowerment Congress Southeast"])
    assert axis["ticktext"] == ["Noho", "Empowerment Congress<br>Southeast"]
    assert axis["tickvals"] == ["Noho", "Empowerment Congress Southeast"]
    assert rows.height_of(["Empowerment Congress Southeast"] * 99) > rows.height_of(["Noho"] * 99)


def test_names_end_lines_between_words() -> None:
    """One broke into "Oceanview/Merced/Ing" and "leside", and three lines touched those of the neighbors."""
    parts, word = "Oceanview/Merced/Ingleside", "Donaudampfschifffahrtsgesellschaft"
    agency = "Department of Housing Preservation and Development"
    assert theme.names([parts, word, agency])["ticktext"] == [
        "Oceanview/Merced/<br>Ingleside",
        word,
        "Department of<br>Housing Preservation<br>and Development",
    ]
    assert rows.height_of([agency] * 99) > 99 * 3 * 1.3 * 11


def test_no_figure_loads_anything_from_another_host() -> None:
    assert "http" not in str(FIGURES)


def test_no_figure_is_a_ring() -> None:
    """Twelve slices in twelve colors cannot be compared; sorted bars of one color can."""
    assert {trace["type"] for figure in FIGURES.values() for trace in figure["data"]} == {
        "bar",
        "box",
        "scatter",
    }


def test_small_counts_of_groups_have_whole_steps_too() -> None:
    shown = groups.horizontal(NAMES, [groups.OneSeries("New", [2, 1], NAMES)], x_title="Requests")
    assert shown["layout"]["xaxis"]["dtick"] == 1


def test_what_bars_are_compared_with_is_drawn_over_them() -> None:
    lying = charts.horizontal_bars(NAMES, VALUES, unit="requests", marks=[2, 9], marks_name="the week before")
    assert lying["data"][1]["x"] == [2, 9]
    standing = charts.bars(NAMES, VALUES, unit="requests", dashed=[2, 9], dashed_name="the week before")
    assert standing["data"][1]["line"]["dash"] == "dash"
    for figure in (lying, standing):
        assert len(go.Figure(figure).data) == 2
        assert "the week before" in figure["data"][1]["hovertemplate"]


def test_a_dashed_line_has_the_color_of_its_line() -> None:
    shown = charts.lines(
        {"a": line(3, 1), "b": line(1, 2)}, unit="requests", before={"b": line(2, 2)}, before_name="before"
    )
    assert [trace["name"] for trace in shown["data"]] == ["a", "b", "b, before"]
    assert shown["data"][2]["line"]["color"] == shown["data"][1]["line"]["color"]


def test_a_single_stacked_bar_does_not_fill_the_card() -> None:
    shown = charts.stacked(["Nov 26"], {"New": ([5], "#111111")}, unit="rows")
    assert shown["layout"]["bargap"] > 0.9


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([f"Nov {day}" for day in range(1, 31)], [f"Nov<br>{day}" for day in range(2, 31, 4)]),
        ([f"Nov {year}" for year in range(2019, 2027)], [f"Nov<br>{year}" for year in range(2019, 2027)]),
        ([str(year) for year in range(2015, 2027)], [str(year) for year in range(2015, 2027)]),
    ],
)
def test_labels_are_short_and_few_and_include_the_last(names: list[str], expected: list[str]) -> None:
    axis = charts.bars(names, range(len(names)), unit="requests")["layout"]["xaxis"]
    assert axis["ticktext"] == expected


@pytest.mark.parametrize(("most", "expected"), [(999, ",d"), (5000, "~s")])
def test_large_counts_are_abbreviated_from_left_to_right(most: int, expected: str) -> None:
    across = charts.horizontal_bars(NAMES, [most, 1], unit="requests")["layout"]["xaxis"]
    assert across["tickformat"] == expected
    assert charts.bars(NAMES, [most, 1], unit="requests")["layout"]["yaxis"]["tickformat"] == ",d"


def test_a_thumbnail_draws_areas_of_one_color_together() -> None:
    """A filled line for each of a hundred areas is slow to draw."""
    ring = [[-118.0, 34.0], [-118.1, 34.0], [-118.1, 34.1], [-118.0, 34.0]]
    shown = [
        maps.Area({"type": "Polygon", "coordinates": [ring]}, value, "", "") for value in (1, 1, 1, 100, 100)
    ]
    figure = maps.areas(shown, bounds=(-119, 33, -117, 35), title="Requests")
    small = charts.small(figure)["data"]
    assert len(small) == 2
    assert [trace["x"].count(None) for trace in small] == [5, 3]
    assert sum(len(trace["x"]) for trace in small) == sum(len(t["x"]) for t in figure["data"][:5]) + 3


def test_there_are_no_days_between_a_few_months() -> None:
    """Two months once had four Sundays between them on the axis."""
    assert FIGURES["months"]["layout"]["xaxis"]["dtick"] == "M1"
    many = charts.lines(
        {"a": Series(range(7), date_range("2026-01-01", periods=7, freq="MS"))}, unit="days", by_month=True
    )
    assert "dtick" not in many["layout"]["xaxis"]
