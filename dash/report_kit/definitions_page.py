"""The page of definitions: what each number of the reports means, with an anchor for each."""

from __future__ import annotations

from typing import Any

import dash
from dash import html
from dash.development.base_component import Component

from report_kit.definitions import DEFINITIONS, PATH
from report_kit.report_page import city

PURPOSE = "What each number in the reports means. Every report also explains at the end how it counts."


def publish() -> None:
    """Register the page; it is not in the menu, but numbers and the footer link to it."""
    dash.register_page(
        "definitions",
        path=PATH,
        name="Definitions",
        title=lambda **_: f"Definitions · {city().name} 311",
        layout=lambda **_given: layout(),
    )


def layout(**_given: Any) -> Component:
    terms: list[Component] = []
    for name, found in DEFINITIONS.items():
        terms += [html.Dt(city().spoken(found.title), id=name), html.Dd(city().phrase(found.text))]
    heading = html.Header([html.H1("Definitions"), html.P(PURPOSE, className="purpose")])
    return html.Article([heading, html.Dl(terms, className="card definitions")], className="definitions-page")
