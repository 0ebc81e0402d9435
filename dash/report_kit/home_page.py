"""The home page: what each report is for, its first number and a small live picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import Input, Output, callback, dcc, html
from dash.development.base_component import Component

from figures import charts, theme
from report_kit import states
from report_kit.attributes import aria, data
from report_kit.content import CardContent
from report_kit.controls import Choice
from report_kit.failures import guarded
from report_kit.report import Report
from report_kit.report_page import NEAR, VERSION, city, warehouse
from report_kit.selection import COMPARE, NOT_COMPARED, Selection

PURPOSE = "What residents ask the city for through 311, where, and how long it takes."
NUMBERS = "numbers"
"""Name of the card whose first number stands on the tile."""


def publish(reports: Sequence[Report]) -> None:
    """Register the page and its callback."""
    by_name = {report.name: report for report in reports}

    def layout(**_given: Any) -> Component:
        heading = html.Header([html.H1(f"{city().name} 311 reports"), html.P(PURPOSE, className="purpose")])
        return html.Article([heading, html.Div([tile(report) for report in reports], className="tiles")])

    dash.register_page(
        "home", path="/", name="Home", title=lambda **_: f"{city().name} 311 reports", layout=layout, order=0
    )

    @callback(
        Output({"picture": dash.MATCH}, "children"),
        Input({"picture": dash.MATCH}, "id"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        Input({"picture": dash.MATCH}, NEAR),
        prevent_initial_call=True,
    )
    def show(identity: dict[str, str], version: str, _attempt: int, _near: str) -> list[Component]:
        return picture(by_name, identity["picture"], version)


def tile(report: Report) -> Component:
    near = data(near="")
    return html.Section(
        [
            html.H2(dcc.Link(city().spoken(report.title), href=report.path)),
            html.P(city().phrase(report.purpose)),
            html.Div(states.skeleton(175), id={"picture": report.name}, className="tile-picture", **near),
        ],
        className="card tile",
    )


def picture(reports: Mapping[str, Report], name: str, version: str) -> list[Component]:
    """The first number and the small picture of a report, or the state it is in."""
    report = reports.get(name)
    if report is None:
        return []
    return guarded(
        f"The picture of {name}", lambda: _picture(report, version), lambda error: [states.failed(error)]
    )


def _picture(report: Report, version: str) -> list[Component]:
    warehouse().catch_up(version)
    if warehouse().facts().last_day is None:
        return [states.empty("No requests have been loaded yet.")]
    selection = Selection.of(report.controls, compared(report), warehouse())
    builds = {card.name: card.build for card in report.cards}
    number = builds[NUMBERS](warehouse(), selection)
    picture = (report.tile or builds[report.picture])(warehouse(), selection)
    return [*_headline(number), *_graph(report, picture)]


def compared(report: Report) -> str:
    """The query of a tile: a number says little without its change."""
    choice = next((control for control in report.controls if control.name == COMPARE), None)
    is_compared = isinstance(choice, Choice) and choice.default != NOT_COMPARED
    return "" if choice is None or is_compared else f"{COMPARE}=year"


def _headline(content: CardContent) -> list[Component]:
    if content.is_empty:
        return []
    first = content.numbers[0]
    # A note of several parts begins with the change.
    is_sentence = first.note.endswith(".")
    note = (". " if is_sentence else ", ").join(filter(None, (first.label, first.note.split(", ")[0])))
    return [html.P([html.Strong(first.value, className="number"), html.Span(note)], className="headline")]


def _graph(report: Report, content: CardContent) -> list[Component]:
    if content.figure is None or content.is_empty:
        return []
    graph = dcc.Graph(figure=charts.small(content.figure), config=theme.STATIC, style={"height": 130})
    return [html.Div(graph, role="img", **aria(label=f"{city().spoken(report.title)}: {content.summary}"))]
