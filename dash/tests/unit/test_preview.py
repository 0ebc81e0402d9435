"""A page as HTML, before Dash is there."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
import pytest
from dash import dcc, html

from report_kit.attributes import aria, data
from report_kit.preview import html_of


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, ""),
        ("a < b & c", "a &lt; b &amp; c"),
        ([1, 2.5, "x"], "12.5x"),
        (html.P(["one ", html.B("two")], className="note"), '<p class="note">one <b>two</b></p>'),
        (html.Br(), "<br>"),
        (dcc.Link("Home", href='/?a=1&b="2"'), '<a href="/?a=1&amp;b=&quot;2&quot;">Home</a>'),
        (html.Div("now", hidden=True, role="status"), '<div hidden role="status">now</div>'),
        (html.Div(**data(map='{"a":"<b>"}')), '<div data-map="{&quot;a&quot;:&quot;&lt;b&gt;&quot;}"></div>'),
        (html.Nav([], **aria(label="Reports")), '<nav aria-label="Reports"></nav>'),
        (dmc.MantineProvider(html.P("in")), "<p>in</p>"),
    ],
)
def test_html_has_the_text_of_the_page_escaped(content: Any, expected: str) -> None:
    assert html_of(content) == expected


def test_ids_and_the_data_of_scripts_stay_with_the_page_of_dash() -> None:
    page = html.Div([html.P("x", id="covers"), html.P("y", **data(opened="/map", near="", retry="card"))])
    assert html_of(page) == "<div><p>x</p><p>y</p></div>"


def test_a_control_is_a_box_with_its_label() -> None:
    select = dmc.MultiSelect(label="Types", data=["<a>"], placeholder="All <types>", w=220)
    assert html_of(select) == (
        '<div class="preview-control" style="width:220px"><span class="preview-label">Types</span>'
        '<div class="preview-field">All &lt;types&gt;</div></div>'
    )
    segments = dmc.SegmentedControl(data=[{"value": "a", "label": "A & B"}], value="a")
    assert html_of(segments) == '<div class="preview-segments"><span>A &amp; B</span></div>'


@pytest.mark.parametrize("content", [dcc.Store(id="x", data="secret"), dcc.Location(id="y")])
def test_what_is_not_seen_is_left_out(content: Any) -> None:
    assert html_of(content) == ""


@pytest.mark.parametrize("content", [dmc.Skeleton(height=130), dcc.Graph(style={"height": 130})])
def test_what_is_drawn_later_has_its_height(content: Any) -> None:
    assert html_of(content) == '<div style="height:130px"></div>'
