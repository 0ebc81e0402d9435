"""The page of a report: heading, controls, what the numbers cover, cards; and the callbacks behind them."""

from __future__ import annotations

import logging
from itertools import zip_longest
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import current_app

from data.errors import DataError, SelectionError
from data.facts import UNKNOWN_CITY, City, Facts
from data.warehouse import Warehouse
from report_kit import card as cards
from report_kit import covers, definitions, states
from report_kit.attributes import aria, data
from report_kit.content import CardContent
from report_kit.controls import Control, Period, Pick
from report_kit.failures import guarded
from report_kit.report import Card, Report
from report_kit.selection import CARD, Selection

log = logging.getLogger(__name__)
NOT_LOADED = (
    "No requests have been loaded yet. The nightly ingest loads them; this page then updates automatically."
)
VERSION = "data-version"
"""Id of the store whose value changes when open pages have to refresh."""
LAST_DAY = "data-last-day"
"""Property of a period's box: the last day that its control offers."""
NEAR = "data-near"
"""Property of a card's body that changes when the card has to load."""


def warehouse() -> Warehouse:
    """This worker's access to the data."""
    found: Warehouse = current_app.extensions["warehouse"]
    return found


def city() -> City:
    """The city that is served; the unknown city while the database cannot be read."""
    try:
        return warehouse().facts().city
    except DataError:
        return UNKNOWN_CITY


def publish(report: Report) -> None:
    """Register the page of a report, with its URL, place in the menu and callbacks."""
    dash.register_page(
        report.name,
        path=report.path,
        name=UNKNOWN_CITY.phrase(report.title),
        title=lambda **_: f"{city().phrase(report.title)} · {city().name} 311",
        description=UNKNOWN_CITY.phrase(report.purpose),
        order=report.order,
        layout=lambda **given: page_of(report, given),
    )
    _connect_controls(report)
    _connect_period(report)
    _connect_covers(report)
    for card in report.cards:
        _connect_card(report, card)


def page_of(report: Report, given: dict[str, Any]) -> Component:
    """The page for these query parameters; a parameter that is repeated has a list of values."""
    search = urlencode(given, doseq=True, safe=",")
    return guarded(report.path, lambda: _page(report, search), states.page_failed)


def _page(report: Report, search: str) -> Component:
    facts = warehouse().facts()
    selection = Selection.of(report.controls, search, warehouse())
    controls = [
        _period(report, control, selection, facts)
        if isinstance(control, Period)
        else _control(report, control, selection, facts)
        for control in report.controls
        if isinstance(control, Period) or control.has_choice(warehouse())
    ]
    form = html.Form(controls, className="controls", **aria(label="Filters")) if controls else None
    lines = covers.lines(report, selection, warehouse())
    alone = report.card(dict(parse_qsl(search)).get(CARD, ""))
    shown = [alone] if alone else report.cards
    bodies = [_known_body(report, card, search) for card in shown[: report.first_cards]]
    return html.Article(
        [
            dcc.Store(id=_selection_id(report), data=search),
            html.Div(_known(report, selection), id=f"{report.name}--known", hidden=True),
            _heading(report, facts.city, selection, alone),
            form,
            html.Div(lines, id=f"{report.name}--covers", className="covers", **aria(live="polite")),
            html.Div(
                [cards.frame_of(report, card, facts.city, body) for card, body in zip_longest(shown, bodies)],
                className="cards",
            ),
            _rules(report, facts.city),
        ],
        className="report report-card" if alone else "report",
        **data(path=report.path),
    )


def _heading(report: Report, city: City, selection: Selection, alone: Card | None) -> Component:
    """The title; for a single card also a link to the whole report, with the same filters."""
    title = html.H1(city.phrase(report.title))
    if alone is None:
        return html.Header([title, html.P(city.phrase(report.purpose), className="purpose")])
    whole = dcc.Link("The whole report", href=f"{report.path}?{without_card(selection.search)}")
    return html.Header([title, html.P(whole, className="purpose")])


def without_card(search: str) -> str:
    """The query string without the parameter for a single card."""
    kept = [(name, value) for name, value in parse_qsl(search, keep_blank_values=True) if name != CARD]
    return urlencode(kept, safe=",")


def _rules(report: Report, city: City) -> Component:
    rules = [html.Li(city.phrase(rule)) for rule in report.rules]
    more = dcc.Link("All definitions", href=definitions.PATH)
    return html.Aside([html.H2("How this is counted"), html.Ul(rules), more])


def _selection_id(report: Report) -> str:
    return f"{report.name}--selection"


def _value(control: Control, selection: Selection) -> Any:
    if isinstance(control, Period):
        return selection.first, selection.last
    if isinstance(control, Pick):
        return selection.filters.ids(control.dimension)
    return selection.choices[control.name]


def _control(report: Report, control: Control, selection: Selection, facts: Facts) -> Component:
    return control.component(report.name, _value(control, selection), facts, warehouse())


def _period(report: Report, period: Period, selection: Selection, facts: Facts) -> Component:
    """The control of the period, in a box whose content is replaced once other days are loaded."""
    control = _control(report, period, selection, facts)
    return html.Div(control, id=f"{report.name}--period", **data(**{"last-day": _last_day(facts)}))


def _last_day(facts: Facts) -> str:
    return facts.last_day.isoformat() if facts.last_day else ""


def _known(report: Report, selection: Selection) -> Component:
    """What ``assets/live.js`` knows about the controls."""
    return dcc.Store(id=f"{report.name}--controls", data=_state(report, selection))


def _state(report: Report, selection: Selection) -> dict[str, Any]:
    """The initial value of each control, as text, and which controls must not be empty.

    Controls also report their value when they are first drawn; only a changed value is the reader's choice.
    """
    shown: dict[str, str] = {}
    for control in report.controls:
        value = _value(control, selection)
        if isinstance(control, Period):
            value = control.shown(value)
        elif isinstance(control, Pick):
            value = control.shown(value, control.options(warehouse()))
        shown[control.name] = value if isinstance(value, str) else ",".join(value)
    required = [one.name for one in report.controls if isinstance(one, Pick) and one.is_required]
    return {"shown": shown, "required": required}


def _connect_controls(report: Report) -> None:
    if report.controls:
        clientside_callback(
            ClientsideFunction("live", "choose"),
            Output(_selection_id(report), "data"),
            Output("address", "search"),
            Output(f"{report.name}--controls", "data"),
            Input({"report": report.name, "control": ALL}, "value"),
            State({"report": report.name, "control": ALL}, "id"),
            State(_selection_id(report), "data"),
            State(f"{report.name}--controls", "data"),
            prevent_initial_call=True,
        )


def _connect_period(report: Report) -> None:
    """Offer days that are loaded while the page is open; the default period ends with the last one."""
    period = next((one for one in report.controls if isinstance(one, Period)), None)
    if period is None:
        return

    @callback(
        Output(f"{report.name}--period", "children"),
        Output(f"{report.name}--period", LAST_DAY),
        Output(f"{report.name}--known", "children"),
        Input(VERSION, "data"),
        State(_selection_id(report), "data"),
        State(f"{report.name}--period", LAST_DAY),
        prevent_initial_call=True,
    )
    def renew(version: str, search: str, last_day: str) -> tuple[Component, str, Component]:
        try:
            warehouse().catch_up(version)
            facts, selection = warehouse().facts(), Selection.of(report.controls, search, warehouse())
        except DataError as error:
            raise PreventUpdate from error
        if _last_day(facts) == last_day:
            raise PreventUpdate
        return _control(report, period, selection, facts), _last_day(facts), _known(report, selection)


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
            warehouse().catch_up(version)
            return covers.lines(report, Selection.of(report.controls, search, warehouse()), warehouse())
        except DataError as error:
            log.warning("Cannot describe the selection of %s: %s", report.name, type(error).__name__)
            return []


def _connect_card(report: Report, card: Card) -> None:
    @callback(
        Output(report.card_id(card), "children"),
        Input(_selection_id(report), "data"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        Input(report.card_id(card), NEAR),
        prevent_initial_call=True,
    )
    def show(search: str, version: str, _attempt: int, _near: str) -> list[Component]:
        return card_content(report, card, search, version)


def card_content(report: Report, card: Card, search: str, version: str) -> list[Component]:
    """The content of a card for a query string: its figure, or a message that says why there is none."""

    def make() -> list[Component]:
        warehouse().catch_up(version)
        return _body(report, card, search, warehouse())

    return guarded(report.card_id(card), make, lambda error: [states.failed(error)])


def _known_body(report: Report, card: Card, search: str) -> list[Component] | None:
    """The content of a card if all of its data is cached, else None; a page with a preview waits for it."""

    def make() -> list[Component] | None:
        source = warehouse() if report.has_preview else warehouse().cached_only()
        return _body(report, card, search, source)

    return guarded(report.card_id(card), make, lambda _error: None)


def _body(report: Report, card: Card, search: str, source: Warehouse) -> list[Component]:
    try:
        content = content_of(report, card, search, source)
    except SelectionError as error:
        return [states.empty(error.advice)]
    city = source.facts().city
    return cards.body_of(report, card, content.spoken(city.spoken), search, city)


def content_of(report: Report, card: Card, search: str, source: Warehouse) -> CardContent:
    """The content of a card for a query string. Raises SelectionError if the selection has no data at all."""
    if source.facts().last_day is None and report.covers != "nothing":
        raise SelectionError(NOT_LOADED)
    selection = Selection.of(report.controls, search, source)
    if why := covers.unusable(report, selection, source):
        raise SelectionError(source.facts().city.spoken(why))
    return report.content(card, source, selection)
