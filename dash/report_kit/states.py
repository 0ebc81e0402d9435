"""States that a card shows in place of a figure: why there is none, and what to do."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from data.errors import DataError
from report_kit.attributes import data

RETRY = data(retry="card")
"""Makes ``assets/live.js`` retry when the server is ready."""


def skeleton(height: int = 200) -> Component:
    """A placeholder for a figure that is loading."""
    return html.Div([dmc.Skeleton(height=height, radius="sm"), html.Span("Loading…", className="only-read")])


def empty(why: str) -> Component:
    return html.Div([html.P("Nothing to show", className="state-title"), html.P(why)], className="state")


def failed(error: DataError) -> Component:
    """An error with its advice; if waiting helps, ``assets/live.js`` retries when the server is ready."""
    retry = RETRY if error.is_retryable else {}
    parts = [html.P("Not available right now", className="state-title"), html.P(error.advice)]
    return html.Div(parts, className="state state-failed", role="alert", **retry)


def page_failed(error: DataError) -> Component:
    """An error in place of a whole page; if waiting helps, the page reloads when the server is ready."""
    retry = data(retry="page") if error.is_retryable else {}
    parts = [html.H1("The reports cannot be shown right now"), html.P(error.advice)]
    return html.Div(parts, className="state state-failed state-page", role="alert", **retry)
