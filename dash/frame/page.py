"""The page of a report: heading, controls, what the numbers cover, cards; and the callbacks behind them."""

from __future__ import annotations

import logging
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component
from flask import current_app

from data.errors import DataError
from data.facts import Facts
from data.filters import DIMENSIONS
from data.source import Source
from frame import card as cards
from frame import states, words
from frame.attributes import aria, data
from frame.controls import Control, Period, Pick
from frame.guard import guarded
from frame.report import Card, Report
from frame.selection import Selection

log = logging.getLogger(__name__)
NOT_LOADED = "No requests have been loaded yet. The nightly load brings them; this page then fills by itself."
VERSION = "data-version"
"""Id of the store whose value changes when open pages have to ask again."""
NEAR = "data-near"
"""Property of a card's body that changes when the card has to come."""


def source() -> Source:
    """This worker's way to the data."""
    found: Source = current_app.extensions["source"]
    return found


def publish(report: Report) -> None:
    """Make a page of a report, with its address, place in the menu and callbacks."""
    dash.register_page(
        report.name,
        path=report.path,
        name=report.title,
        title=f"{report.title} · Los Angeles 311",
        description=report.purpose,
        order=report.order,
        layout=lambda **given: page_of(report, given),
    )
    _connect_controls(report)
    _connect_covers(report)
    for card in report.cards:
        _connect_card(report, card)


def page_of(report: Report, given: dict[str, Any]) -> Component:
    """The page for an address with these words in its query."""
    search = "&".join(f"{name}={value}" for name, value in given.items() if isinstance(value, str))
    return guarded(report.path, lambda: _page(report, search), states.page_failed)


def _page(report: Report, search: str) -> Component:
    facts = source().facts()
    selection = Selection.of(report.controls, search, facts)
    controls = [_control(report, control, selection, facts) for control in report.controls]
    return html.Article(
        [
            dcc.Store(id=_selection_id(report), data=search),
            dcc.Store(id=f"{report.name}--default", data=_defaults(report, facts)),
            html.Header([html.H1(report.title), html.P(report.purpose, className="purpose")]),
            html.Form(controls, className="controls", **aria(label="Choose what is counted"))
            if controls
            else None,
            html.Div(
                covers(report, search), id=f"{report.name}--covers", className="covers", **aria(live="polite")
            ),
            html.Div([cards.frame_of(report, card) for card in report.cards], className="cards"),
            html.Aside([html.H2("How this is counted"), html.Ul([html.Li(rule) for rule in report.rules])]),
        ],
        className="report",
        **data(path=report.path),
    )


def _selection_id(report: Report) -> str:
    return f"{report.name}--selection"


def _defaults(report: Report, facts: Facts) -> dict[str, Any]:
    """What an address means that does not name a control: what nobody chose must not be written into it."""
    return {control.name: control.words(facts) for control in report.controls}


def _control(report: Report, control: Control, selection: Selection, facts: Facts) -> Component:
    value: Any
    if isinstance(control, Period):
        value = (selection.first, selection.last)
    elif isinstance(control, Pick):
        value = selection.filters.ids(control.dimension)
    else:
        value = selection.choices[control.name]
    return control.component(report.name, value, facts, source())


def _connect_controls(report: Report) -> None:
    if report.controls:
        clientside_callback(
            ClientsideFunction("live", "choose"),
            Output(_selection_id(report), "data"),
            Output("address", "search"),
            Input({"report": report.name, "control": ALL}, "value"),
            State({"report": report.name, "control": ALL}, "id"),
            State(_selection_id(report), "data"),
            State(f"{report.name}--default", "data"),
            prevent_initial_call=True,
        )


def _connect_covers(report: Report) -> None:
    @callback(
        Output(f"{report.name}--covers", "children"),
        Input(_selection_id(report), "data"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        prevent_initial_call=True,
    )
    def cover(search: str, version: str, _attempt: int) -> list[Component]:
        try:
            source().catch_up(version)
            return covers(report, search)
        except DataError as error:
            log.warning("%s has no facts: %s", report.name, type(error).__name__)
            return []


def covers(report: Report, search: str) -> list[Component]:
    """The period, the filters and the age of the data, in words."""
    facts = source().facts()
    selection = Selection.of(report.controls, search, facts)
    parts = [*_period(report, selection), *_narrowed(report, selection)]
    if facts.loaded_at:
        parts.append(f"Data loaded {words.moment(facts.loaded_at)}.")
    lines: list[Component] = [html.P(" ".join(parts))]
    if selection.ignored:
        text = f"Not understood in the address, and left out: {', '.join(selection.ignored)}."
        lines.append(html.P(text, className="warning"))
    return lines


def _period(report: Report, selection: Selection) -> list[str]:
    if report.covers == "nothing":
        return []
    if report.covers == "closed":
        return [
            f"Requests closed {words.month(selection.first)} to {words.month(selection.last)}, months whole."
        ]
    span = f"{words.day(selection.first)} to {words.day(selection.last)}"
    return [f"Requests created {span} ({words.plural(selection.days, 'day')}, both included)."]


def _narrowed(report: Report, selection: Selection) -> list[str]:
    lines = []
    for dimension in DIMENSIONS:
        if ids := selection.filters.ids(dimension):
            pick = next(
                item for item in report.controls if isinstance(item, Pick) and item.dimension == dimension
            )
            lines.append(f"{dimension.plural.capitalize()}: {words.listed(names_of(pick, ids))}.")
    return lines


def names_of(pick: Pick, ids: tuple[int, ...]) -> list[str]:
    """Names of the chosen ids; ids that do not exist are named as such."""
    known = {
        int(number): option["label"]
        for option in pick.options(source())
        for number in option["value"].split(",")
    }
    return list(dict.fromkeys(known.get(number, f"unknown ({number})") for number in ids))


def _connect_card(report: Report, card: Card) -> None:
    @callback(
        Output(report.card_id(card), "children"),
        Input(_selection_id(report), "data"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        Input(report.card_id(card), NEAR),
        prevent_initial_call=not report.is_first(card),
    )
    def show(search: str, version: str, _attempt: int, _near: str) -> list[Component]:
        return card_content(report, card, search, version)


def card_content(report: Report, card: Card, search: str, version: str) -> list[Component]:
    """A card for an address: its figure, or a state that says why there is none."""

    def make() -> list[Component]:
        source().catch_up(version)
        facts = source().facts()
        if facts.last_day is None and report.covers != "nothing":
            return [states.empty(NOT_LOADED)]
        shown = card.build(source(), Selection.of(report.controls, search, facts))
        return cards.content(report, card, shown, search)

    return guarded(report.card_id(card), make, lambda error: [states.failed(error)])
