"""Callbacks that this release cannot run get 4xx with advice, not a traceback; unknown pages get 404.

A page that was opened before an upgrade sends the callbacks of the older release.
"""

from __future__ import annotations

import hashlib
from typing import Any

import dash
import orjson
from dash import Dash
from flask import Response, jsonify, request

from report_kit.dash_internals import PAGES, UPDATE

OLDER_RELEASE = "This page belongs to an older release of the reports. Reload it."
MALFORMED = "This is not a callback of the reports."


def release_of(app: Dash) -> str:
    """A short name of this release's callbacks: pages with another one must be reloaded."""
    known = sorted(str((output, one["inputs"], one["state"])) for output, one in app.callback_map.items())
    return hashlib.sha256("".join(known).encode()).hexdigest()[:12]


def add_checks(app: Dash) -> None:
    """Check callbacks before Dash runs them, and the status of pages after it has rendered them."""
    app.server.before_request(lambda: _check(app))
    app.server.after_request(_status)


def _check(app: Dash) -> Response | None:
    problem = problem_of(app, request.get_data()) if request.path == UPDATE else None
    if problem is None:
        return None
    response = jsonify(error=problem)
    response.status_code = 409 if problem == OLDER_RELEASE else 400
    return response


def _status(response: Response) -> Response:
    is_page = request.url_rule is not None and request.url_rule.rule == PAGES
    known = {page["path"].rstrip("/") for page in dash.page_registry.values()}
    if is_page and request.path.rstrip("/") not in known:
        response.status_code = 404
    return response


def problem_of(app: Dash, body: bytes) -> str | None:
    """What is wrong with the body of a callback request; None when Dash can run it."""
    try:
        sent = orjson.loads(body)
        given = [_property(one) for one in (*sent["inputs"], *sent.get("state", ()))]
        known = app.callback_map.get(sent["output"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return MALFORMED
    if not isinstance(sent.get("outputs"), dict | list) or not isinstance(sent.get("changedPropIds"), list):
        return MALFORMED
    if known is None or given != [one["property"] for one in (*known["inputs"], *known["state"])]:
        return OLDER_RELEASE
    return None


def _property(sent: Any) -> str:
    """The property of an input; inputs of a pattern come as a list."""
    first = (sent or [{"property": ""}])[0] if isinstance(sent, list) else sent
    return str(first["property"])
