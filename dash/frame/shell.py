"""What surrounds every page: title, menu, notices, and a footer that says how new the data are."""

from __future__ import annotations

import dash
import dash_mantine_components as dmc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html
from dash.development.base_component import Component
from flask import request

from data.errors import DataError
from data.facts import Facts
from frame import states, words
from frame.attributes import aria, data
from frame.page import VERSION, source
from frame.registry import reports

LAYOUT = "/_dash-layout"
UNKNOWN = "unknown"
AGE_UNKNOWN = "The age of the data is not known right now."
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
THEME = {"fontFamily": SANS, "headings": {"fontFamily": SANS}, "primaryColor": "blue", "defaultRadius": "sm"}


def layout(stage: str) -> Component:
    """The page around the pages.

    Dash also makes it while the server starts; nothing is asked of Postgres then.
    """
    version, age, above = _now() if request.path == LAYOUT else (UNKNOWN, "", [])
    menu = [
        dcc.Link("Home", href="/"),
        *(dcc.Link(report.menu or report.title, href=report.path) for report in reports()),
    ]
    body = [
        dcc.Location(id="address", refresh=False),
        dcc.Location(id="destination", refresh="callback-nav"),
        dcc.Store(id=VERSION),
        dcc.Store(id="attempt"),
        html.A("Skip to the report", href="#content", className="skip"),
        html.Header(
            [
                dcc.Link("Los Angeles 311 reports", href="/", className="brand"),
                html.Nav(menu, **aria(label="Reports")),
                dmc.ColorSchemeToggle(
                    variant="subtle",
                    color="gray",
                    size="lg",
                    lightIcon=html.Span("☀", **aria(hidden="true")),
                    darkIcon=html.Span("☾", **aria(hidden="true")),
                ),
            ],
            className="top",
        ),
        html.Div(above, id="notices", **aria(live="polite")),
        html.Main(dash.page_container, id="content", tabIndex=-1),
        html.Footer(
            [
                html.P(age, id="data-age"),
                html.P(
                    "City of Los Angeles, MyLA311 service requests."
                    + ("" if stage == "prod" else f" Stage: {stage}.")
                ),
            ]
        ),
    ]
    shell = html.Div(body, className="shell", **data(version=version))
    return dmc.MantineProvider(shell, theme=THEME, defaultColorScheme="auto")


def _now(seen: str = "") -> tuple[str, str, list[Component]]:
    """What the page is made of, so that it notices when that changes; the footer's line; notices."""
    try:
        source().catch_up(seen)
        facts = source().facts()
    except DataError as error:
        return UNKNOWN, AGE_UNKNOWN, [notice(error.advice, heals_itself=error.heals_itself)]
    return facts.version, data_age(facts), notices(facts)


def connect() -> None:
    """Callbacks of the shell."""
    clientside_callback(
        ClientsideFunction("live", "go"),
        Output("destination", "href"),
        Input({"graph": dash.ALL}, "clickData"),
        State({"graph": dash.ALL}, "figure"),
        prevent_initial_call=True,
    )

    @callback(
        Output("data-age", "children"),
        Output("notices", "children"),
        Input(VERSION, "data"),
        Input("attempt", "data"),
        prevent_initial_call=True,
    )
    def tell(version: str, _attempt: int) -> tuple[str, list[Component]]:
        _, age, above = _now(version)
        return age, above


def data_age(facts: Facts) -> str:
    """The footer's line."""
    if facts.loaded_at is None or facts.age is None:
        return "No data have been loaded yet."
    last = f", with requests up to {words.day(facts.last_day)}" if facts.last_day else ""
    return (
        f"Data loaded {words.moment(facts.loaded_at)}, {words.age(facts.age)} ago{last}. "
        f"Generation {facts.generation}."
    )


def notices(facts: Facts) -> list[Component]:
    """What a visitor must know before reading any number."""
    found = []
    if facts.is_away:
        found.append(
            notice(
                "The database does not answer right now. What you see was kept from before; "
                "the rest will follow.",
                heals_itself=True,
            )
        )
    if facts.is_stale and facts.age is not None:
        found.append(
            notice(
                f"These data are {words.age(facts.age)} old: the nightly load has not succeeded since "
                f"{words.moment(facts.loaded_at)}. Newer requests are missing here."  # type: ignore[arg-type]
            )
        )
    return found


def notice(text: str, *, heals_itself: bool = False) -> Component:
    """A line above the page; one that heals itself is asked for again, as cards are, until it is gone."""
    return html.Div(text, className="notice", role="status", **(states.RETRY if heals_itself else {}))
