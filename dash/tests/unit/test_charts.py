"""Every kind of chart is one that plotly accepts, and says its units on hover."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from figures import charts, theme

NAMES, VALUES = ["a", "b"], [3, 1]
DAYS = ["2026-01-01", "2026-01-02"]
FIGURES = {
    "horizontal": charts.horizontal_bars(NAMES, VALUES, unit="requests", links=["?type=1", "?type=2"]),
    "bars": charts.bars(NAMES, VALUES, unit="requests"),
    "donut": charts.donut(NAMES, VALUES, unit="requests", colors=["#111111", "#222222"]),
    "lines": charts.lines([("a", DAYS, VALUES), ("b", DAYS, VALUES)], unit="requests"),
    "shares": charts.lines([("a", DAYS, [0.5, 0.2])], unit="requests", whole=False),
    "months": charts.lines([("a", DAYS, VALUES)], unit="days", by_month=True),
    "stacked": charts.stacked(NAMES, [("New", VALUES, "#111111")], unit="rows"),
    "ranges": charts.ranges(
        NAMES, [1, 2], [3, 4], low_name="Median", high_name="90th percentile", unit="days"
    ),
    "boxes": charts.boxes(
        NAMES,
        low=[0, 0],
        q1=[1, 1],
        median=[2, 2],
        q3=[3, 3],
        high=[4, 4],
        unit="days",
        colors=["#111111"] * 2,
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_accepts_it_whole_and_small(name: str) -> None:
    figure = FIGURES[name]
    assert len(go.Figure(figure).data) == len(figure["data"])
    small = charts.small(figure)
    assert go.Figure(small).layout.height == 130
    assert small["data"] == figure["data"]


@pytest.mark.parametrize(("name", "unit"), [("bars", "requests"), ("lines", "requests"), ("ranges", "days")])
def test_hover_says_the_unit(name: str, unit: str) -> None:
    assert all(unit in trace.get("hovertemplate", unit) for trace in FIGURES[name]["data"])


def test_bars_lead_where_their_links_say() -> None:
    assert FIGURES["horizontal"]["data"][0]["customdata"] == ["?type=1", "?type=2"]


def test_counts_begin_at_zero_and_bars_find_room() -> None:
    assert FIGURES["bars"]["layout"]["yaxis"]["rangemode"] == "tozero"
    assert theme.height_of(99) > 99 * 20
    many = [str(number) for number in range(40)]
    assert charts.horizontal_bars(many, range(40), unit="requests")["layout"]["xaxis"]["side"] == "top"


def test_no_figure_asks_another_host_for_anything() -> None:
    assert "http" not in str(FIGURES)


def test_long_names_are_wrapped() -> None:
    assert charts.wrapped("Office of Community Beautification") == "Office of Community<br>Beautification"
