"""The home page: the purpose of each report, its first number and a small live chart."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

import dash
from dash import Input, Output, callback, dcc, html
from dash.development.base_component import Component
from flask import current_app

from data.errors import UnavailableError
from data.facts import Facts
from data.warehouse import Warehouse
from figures import charts, theme
from report_kit import covers, states, text
from report_kit.attributes import aria, data
from report_kit.content import CardContent
from report_kit.controls import Choice, Pick
from report_kit.failures import guarded
from report_kit.report import Report
from report_kit.report_page import NEAR, VERSION, city, warehouse
from report_kit.selection import COMPARE, NOT_COMPARED, Selection

PURPOSE = "What residents request from the city through 311, where, and how long it takes."
NUMBERS = "numbers"
"""Name of the card whose first number is shown on the tile."""
FIRST_TILES = 8
"""Tiles above the fold: the page includes them if their data is cached; the others load afterwards."""
LIVE_SECONDS = 5.0
"""How long a worker shows the same picture of a live report, whose queries are never cached."""


@dataclass(slots=True)
class Picture:
    """A picture that a worker keeps, and the state of the data that it shows."""

    state: tuple[str, str, date | None]
    shown: list[Component]
    until: float

    @staticmethod
    def state_of(facts: Facts) -> tuple[str, str, date | None]:
        return facts.version, facts.schema, facts.last_day


def publish(reports: Sequence[Report]) -> None:
    """Register the page and its callback."""
    by_name = {report.name: report for report in reports}

    def layout(**_given: Any) -> Component:
        heading = html.Header([html.H1(f"{city().name} 311 reports"), html.P(PURPOSE, className="purpose")])
        pictures = [cached_picture(report) for report in reports[:FIRST_TILES]]
        tiles = [tile(report, picture) for report, picture in zip_longest(reports, pictures)]
        return html.Article([heading, html.Div(tiles, className="tiles")])

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


def tile(report: Report, shown: Sequence[Component] | None = None) -> Component:
    near = data(near="" if shown is None else "yes")
    identity = {"picture": report.name}
    return html.Section(
        [
            html.H2(dcc.Link(city().phrase(report.title), href=report.path)),
            html.P(city().phrase(report.purpose)),
            html.Div(shown or states.skeleton(175), id=identity, className="tile-picture", **near),
        ],
        className="card tile",
    )


def picture(reports: Mapping[str, Report], name: str, version: str) -> list[Component]:
    """The first number and the small picture of a report, or a state that says why there is none."""
    report = reports.get(name)
    if report is None:
        return []

    def make() -> list[Component]:
        warehouse().catch_up(version)
        return _kept(report, warehouse())

    return guarded(f"The picture of {name}", make, lambda error: [states.failed(error)])


def cached_picture(report: Report) -> list[Component] | None:
    """The picture of a report if all its data is cached: the page does not wait for a query."""

    def make() -> list[Component] | None:
        return _kept(report, warehouse().cached_only())

    return guarded(f"The picture of {report.name}", make, lambda _error: None)


def _kept(report: Report, source: Warehouse) -> list[Component]:
    """All readers see the same picture for a state of the data, so a worker builds it once.

    That of a live report also changes without new data: one reader at a time builds it again, and the others
    see the previous one in the meantime.
    """
    state, now = Picture.state_of(source.facts()), time.monotonic()
    kept: dict[str, Picture] = current_app.extensions.setdefault("pictures", {})
    found = kept.get(report.name)
    if found and found.state == state:
        if not report.is_live or now < found.until:
            return found.shown
        if not source.is_cached_only:
            found.until = now + LIVE_SECONDS
    if report.is_live and source.is_cached_only:
        raise UnavailableError
    shown = content_of(report, source)
    kept[report.name] = Picture(state, shown, now + LIVE_SECONDS)
    return shown


def content_of(report: Report, source: Warehouse) -> list[Component]:
    """The first number and the small picture of a report, or why it has neither."""
    if source.facts().last_day is None:
        return [states.empty("No requests have been loaded yet.")]
    selection = Selection.of(report.controls, compared(report), source)
    builds = {card.name: card.build for card in report.cards}
    number = builds[NUMBERS](source, selection)
    picture = (report.tile or builds[report.picture])(source, selection)
    words = source.facts().city
    headline = _headline(number, _chosen(report, selection, source))
    shown = [*headline, *_graph(words.phrase(report.title), picture)]
    if shown and not picture.is_empty:
        return shown
    why = number.why_empty if number.is_empty else picture.why_empty
    return [*shown, states.empty(words.spoken(why))]


def compared(report: Report) -> str:
    """The query of a tile, with a comparison: a number means little without its change."""
    choice = next((control for control in report.controls if control.name == COMPARE), None)
    is_compared = isinstance(choice, Choice) and choice.default != NOT_COMPARED
    return "" if choice is None or is_compared else f"{COMPARE}=year"


def _chosen(report: Report, selection: Selection, source: Warehouse) -> list[str]:
    """The council or the type that a report is about, if it is not about all of them."""
    picks = [one for one in report.controls if isinstance(one, Pick) and one.is_required]
    return [name for pick in picks for name in covers.names(pick, selection, source)]


def _headline(content: CardContent, chosen: Sequence[str]) -> list[Component]:
    if content.is_empty:
        return []
    first = content.numbers[0]
    is_named = not chosen or first.label in chosen
    label = first.label if is_named else f"{first.label} ({text.listed(chosen)})"
    # In a note with several parts the first is the change.
    is_sentence = first.note.endswith(".")
    note = (". " if is_sentence else ", ").join(filter(None, (label, first.note.split(", ")[0])))
    return [html.P([html.Strong(first.value, className="number"), html.Span(note)], className="headline")]


def _graph(title: str, content: CardContent) -> list[Component]:
    if content.figure is None or content.is_empty:
        return []
    graph = dcc.Graph(figure=charts.small(content.figure), config=theme.STATIC, style={"height": 130})
    return [html.Div(graph, role="img", **aria(label=f"{title}: {content.summary}"))]
