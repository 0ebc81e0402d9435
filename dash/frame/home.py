"""The home page: what each report is for, with a small live picture of it."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, callback, dcc, html
from dash.development.base_component import Component

from figures import charts
from frame import card, states
from frame.attributes import data
from frame.guard import guarded
from frame.page import NEAR, VERSION, source
from frame.registry import find, reports
from frame.report import Card, Report
from frame.selection import Selection


def layout(**_given: Any) -> Component:
    tiles = [tile(report) for report in reports()]
    purpose = "What residents ask the City of Los Angeles for through 311, where, and how long it takes."
    return html.Article(
        [
            html.Header([html.H1("Los Angeles 311 reports"), html.P(purpose, className="purpose")]),
            html.Div(tiles, className="tiles"),
        ]
    )


def tile(report: Report) -> Component:
    parts = [
        html.H2(dcc.Link(report.title, href=report.path)),
        html.P(report.purpose),
        html.Div(
            states.skeleton(130), id={"picture": report.name}, className="tile-picture", **data(near="")
        ),
    ]
    return html.Section(parts, className="card tile")


def publish() -> None:
    """Make the page and its callback."""
    title = "Los Angeles 311 reports"
    dash.register_page("home", path="/", name="Home", title=title, layout=layout, order=0)

    @callback(
        Output({"picture": dash.MATCH}, "children"),
        Input({"picture": dash.MATCH}, "id"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        Input({"picture": dash.MATCH}, NEAR),
        prevent_initial_call=True,
    )
    def show(identity: dict[str, str], version: str, _attempt: int, _near: str) -> list[Component]:
        return picture(identity["picture"], version)


def picture(name: str, version: str) -> list[Component]:
    """The small picture of a report, or the state it is in."""
    report = find(name)
    found = report.card(report.picture) if report else None
    if report is None or found is None:
        return []
    return guarded(
        f"The picture of {name}",
        lambda: _picture(report, found, version),
        lambda error: [states.failed(error)],
    )


def _picture(report: Report, found: Card, version: str) -> list[Component]:
    source().catch_up(version)
    facts = source().facts()
    if facts.last_day is None:
        return [states.empty("No requests have been loaded yet.")]
    shown = found.build(source(), Selection.of(report.controls, "", facts))
    if shown.figure is None or shown.is_empty:
        return []
    return [card.picture_of(report, shown, charts.small(shown.figure))]
