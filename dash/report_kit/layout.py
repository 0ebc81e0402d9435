"""The frame of every page: title, menu, notices, and a footer with the age of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component
from flask import current_app

from data.errors import DataError
from data.facts import UNKNOWN_CITY, Facts
from report_kit import definitions, first_page, states, text
from report_kit.attributes import aria, data
from report_kit.report import Report
from report_kit.report_page import VERSION, city, warehouse

UNKNOWN = "unknown"
AGE_UNKNOWN = "The age of the data is currently unknown."
# The style sheet sets the font, because a preview needs it before the theme exists.
FONT = "inherit"
THEME = {"fontFamily": FONT, "headings": {"fontFamily": FONT}, "primaryColor": "blue", "defaultRadius": "sm"}
LOST = "Some figures could not be loaded, and may not match your selection. Trying again …"
MISSING_PARTS = "Parts of this page could not be loaded. "
STALE_PAGE = "The reports have been updated since this page was opened. "


def layout(reports: Sequence[Report], stage: str, *, is_served: bool) -> Component:
    """The layout around every page.

    Dash also builds it while the server starts, when it is not served and Postgres is not queried.
    """
    version, age, notices = _now() if is_served else (UNKNOWN, "", [])
    name = f"{city().name if is_served else ''} 311 reports".strip()
    source = city().phrase("Source: service requests of {portal}.") if is_served else ""
    stage_note = "" if stage == "prod" else f" Stage: {stage}."
    body = [
        dcc.Location(id="address", refresh=False),
        dcc.Location(id="destination", refresh="callback-nav"),
        dcc.Store(id=VERSION),
        dcc.Store(id="attempt"),
        html.A("Skip to the report", href="#content", className="skip"),
        _header(reports, name, city().phrase if is_served else UNKNOWN_CITY.phrase),
        html.Div(_reload(STALE_PAGE), id="stale-page", className="notice", hidden=True, role="status"),
        html.Div(_reload(MISSING_PARTS), id="missing-parts", className="notice", hidden=True, role="status"),
        html.Div(LOST, id="failed-requests", className="notice", hidden=True, role="status"),
        html.Div(notices, id="notices", **aria(live="polite")),
        html.Main(first_page.container() if is_served else dash.page_container, id="content", tabIndex=-1),
        html.Footer(
            [
                html.P(age, id="data-age"),
                html.P([source + stage_note, " ", dcc.Link("Definitions", href=definitions.PATH)]),
            ]
        ),
    ]
    shell = html.Div(
        body, className="shell", **data(version=version, release=current_app.extensions["release"])
    )
    return dmc.MantineProvider(shell, theme=THEME, defaultColorScheme="auto")


def _header(reports: Sequence[Report], name: str, phrase: Callable[[str], str]) -> Component:
    menu = [
        dcc.Link(phrase(report.menu or report.title), href=report.path, id={"menu": report.path})
        for report in reports
    ]
    toggle = dmc.ColorSchemeToggle(
        variant="subtle",
        color="gray",
        size="lg",
        lightIcon=html.Span("☀", **aria(hidden="true")),
        darkIcon=html.Span("☾", **aria(hidden="true")),
    )
    nav = html.Nav([dcc.Link("Home", href="/"), *menu], **aria(label="Reports"))
    return html.Header([dcc.Link(name, href="/", className="brand"), nav, toggle], className="top")


def _reload(why: str) -> list[Any]:
    return [why, html.A("Reload this page", href=""), "."]


def _now(seen: str = "") -> tuple[str, str, list[Component]]:
    """The version of the data, the age of the data for the footer, and the notices."""
    try:
        warehouse().catch_up(seen)
        facts = warehouse().facts()
    except DataError as error:
        return UNKNOWN, AGE_UNKNOWN, [notice(error.advice, is_retryable=error.is_retryable)]
    return facts.version, data_age(facts), notices(facts)


def connect() -> None:
    """Register the callbacks of the layout."""
    clientside_callback(
        ClientsideFunction("live", "go"),
        Output("destination", "href"),
        Input({"graph": dash.ALL}, "clickData"),
        State({"graph": dash.ALL}, "figure"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("live", "carry"),
        Output({"menu": dash.ALL}, "href"),
        Input("address", "search"),
        State({"menu": dash.ALL}, "id"),
    )

    @callback(
        Output("data-age", "children"),
        Output("notices", "children"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        prevent_initial_call=True,
    )
    def refresh(version: str, _attempt: int) -> tuple[str, list[Component]]:
        _, age, above = _now(version)
        return age, above


def data_age(facts: Facts) -> str:
    """The line about the age of the data in the footer."""
    if facts.loaded_at is None or facts.age is None:
        return "No data has been loaded yet."
    last = f", with requests up to {text.day(facts.last_day)}" if facts.last_day else ""
    loaded = text.moment(facts.loaded_at, facts.city.zone)
    return f"Data loaded {loaded}, {text.age(facts.age)} ago{last}."


def notices(facts: Facts) -> list[Component]:
    """Notices that a reader must see before reading any number."""
    found = []
    if facts.is_away:
        found.append(
            notice(
                "The database is not responding right now. Cached figures are shown; the others will appear "
                "as soon as it is back.",
                is_retryable=True,
            )
        )
    if facts.is_stale and facts.age is not None and facts.loaded_at is not None:
        age, loaded = text.age(facts.age), text.moment(facts.loaded_at, facts.city.zone)
        found.append(
            notice(
                f"This data is {age} old: the nightly ingest has not succeeded since {loaded}. "
                "Newer requests are missing."
            )
        )
    return found


def notice(message: str, *, is_retryable: bool = False) -> Component:
    """A line above the page; if the problem is temporary, the page retries until it is resolved."""
    return html.Div(message, className="notice", role="status", **(states.RETRY if is_retryable else {}))
