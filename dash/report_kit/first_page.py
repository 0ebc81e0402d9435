"""Includes the page that a browser opens in the layout.

Dash itself sends an empty layout, and requests the page once the layout is drawn: one more round trip before
anything can be read. The request for the layout names its page as the referrer. Without a referrer, Dash
requests the page as usual. If the layout has the page, ``assets/live.js`` answers the request for it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

import dash
from dash import dcc, html
from dash.development.base_component import Component
from flask import Response, after_this_request, request

from report_kit import dash_internals
from report_kit.attributes import data
from report_kit.callbacks import has_nul


def container() -> Component:
    """Dash's container of pages, with the opened page in it if the request names the page."""
    opened = _opened()
    page, given = dash_internals.page_at(opened.path, opened.query) if opened else ({}, {})
    if opened is None or not page:
        return dash.page_container
    ids = dash_internals.OF_THE_CONTAINER
    content = _called(page["layout"], given)
    address = f"{opened.path}?{opened.query}" if opened.query else opened.path
    return html.Div(
        [
            dcc.Location(id=ids["location"], refresh="callback-nav"),
            html.Div(content, id=ids["content"], disable_n_clicks=True, **data(opened=address)),
            dcc.Store(id=ids["store"], data={"title": _called(page["title"], given)}),
            html.Div(id=ids["dummy"], disable_n_clicks=True),
        ]
    )


def _depends_on_the_referrer(response: Response) -> Response:
    response.vary.add("Referer")
    return response


def _opened() -> SplitResult | None:
    """The URL of the page itself, or of the page that requests the layout, if it is one of ours."""
    try:
        address = urlsplit(_named())
    except ValueError:
        return None
    is_ours = address.netloc == request.host and not has_nul(address.path + address.query)
    return address if is_ours else None


def _named() -> str:
    if request.path != dash_internals.LAYOUT:
        return f"//{request.host}{request.full_path}"
    after_this_request(_depends_on_the_referrer)
    return request.referrer or ""


def _called(part: Any, given: dict[str, Any]) -> Any:
    return part(**given) if callable(part) else part
