"""Callbacks that this release cannot run get 4xx with advice, not a traceback; unknown pages get 404.

A page that was opened before an upgrade sends the callbacks of the older release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import dash
import orjson
from dash import Dash
from dash.exceptions import DependencyException, UnsupportedRelativePath
from flask import Response, abort, jsonify, request

from report_kit.dash_internals import PAGES, UPDATE

OLDER_RELEASE = "This page belongs to an older release of the reports. Reload it."
NUMBERS = {"attempt.data"}
NULL_AT_FIRST = ("data-version.data", "data-near")
"""Inputs that may be null when a page loads; apart from these and NUMBERS, all inputs are text."""
MALFORMED = "This is not a callback of the reports."


def release_of(app: Dash) -> str:
    """A short digest of this release's callbacks: pages with a different one must be reloaded."""
    known = sorted(str((output, one["inputs"], one["state"])) for output, one in app.callback_map.items())
    return hashlib.sha256("".join(known).encode()).hexdigest()[:12]


def add_checks(app: Dash) -> None:
    """Check callbacks before Dash runs them, and set the status of pages after it has rendered them."""
    app.server.before_request(lambda: _check(app))
    app.server.after_request(_status)
    app.server.register_error_handler(DependencyException, _no_script)
    app.server.register_error_handler(UnsupportedRelativePath, lambda _: (MALFORMED, 400))


def has_nul(text: str) -> bool:
    """Whether a URL or a part of it contains NUL, the one character that text in Postgres cannot contain."""
    return "\x00" in text or "%00" in text


def _check(app: Dash) -> Response | None:
    if has_nul(request.path) or has_nul(request.query_string.decode("latin-1")):
        abort(400)
    problem = problem_of(app, request.get_data()) if request.path == UPDATE else None
    if problem is None:
        return None
    response = jsonify(error=problem)
    response.status_code = 409 if problem == OLDER_RELEASE else 400
    return response


def _no_script(_: Exception) -> tuple[str, int]:
    """Dash raises this for scripts of unknown libraries and for files that are not scripts."""
    return "There is no such script.", 404


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
        known = app.callback_map.get(sent["output"])
        given = _list(sent["inputs"]) + _list(sent.get("state", []))
        names = [_property(one) for one in given]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return MALFORMED
    # Callbacks without a function run in the browser.
    if known is None or "callback" not in known:
        return OLDER_RELEASE
    declared = [*known["inputs"], *known["state"]]
    if names != [one["property"] for one in declared]:
        return OLDER_RELEASE
    are_right = all(map(_is_value_of, given, declared)) and _are_outputs_of(sent, sent["output"])
    return None if are_right and _are_texts(sent.get("changedPropIds")) else MALFORMED


def _list(sent: Any) -> list[Any]:
    if not isinstance(sent, list):
        raise TypeError
    return sent


def _property(sent: Any) -> str:
    """The property of an input; inputs of a pattern come as a list."""
    first = (sent or [{"property": ""}])[0] if isinstance(sent, list) else sent
    return str(first["property"])


def _is_value_of(sent: Any, declared: Mapping[str, str]) -> bool:
    """Whether this is a value of the declared input, with the type that its callback expects."""
    if not isinstance(sent, dict) or not _is_id_of(sent.get("id"), declared["id"]):
        return False
    value, name = sent.get("value"), f"{declared['id']}.{declared['property']}"
    if declared["property"] == "id":
        return bool(value == sent["id"])
    if name in NUMBERS:
        return value is None or isinstance(value, int)
    return (isinstance(value, str) and not has_nul(value)) or (value is None and name.endswith(NULL_AT_FIRST))


def _is_id_of(sent: Any, declared: str) -> bool:
    """Whether an id is the declared one; the id of a pattern has the same keys, with text values."""
    if not declared.startswith("{"):
        return bool(sent == declared)
    names = orjson.loads(declared).keys()
    return isinstance(sent, dict) and sent.keys() == names and _are_texts([*sent.values()])


def _are_outputs_of(sent: Mapping[str, Any], output: str) -> bool:
    """Whether ``outputs`` are those that ``output`` names, ``..a.children...b.data..`` if several."""
    named = output[2:-2].split("...") if output.startswith("..") else [output]
    outputs = sent.get("outputs")
    given = outputs if isinstance(outputs, list) else [outputs]
    if isinstance(outputs, list) != output.startswith("..") or len(given) != len(named):
        return False
    return all(map(_is_output, given, named))


def _is_output(sent: Any, named: str) -> bool:
    declared, _, name = named.rpartition(".")
    return isinstance(sent, dict) and sent.get("property") == name and _is_id_of(sent.get("id"), declared)


def _are_texts(sent: Any) -> bool:
    return isinstance(sent, list) and all(isinstance(one, str) for one in sent)
