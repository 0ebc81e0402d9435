"""Callbacks and URLs that no page would send: valid ones with parts replaced, removed and repeated."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from typing import Any

from dash import Dash

STRANGE: list[Any] = [
    None,
    True,
    -1,
    5,
    1e308,
    10**30,
    "",
    "x",
    "0" * 5_000,
    "9" * 5_000 + "-here-fresh",
    "999999-here",
    "²-here",
    "?from=0001-01-01&to=9999-12-31",
    "type=" + "1," * 5_000,
    "\x00",
    "\ud7ff\ufffe",
    "../../etc/passwd",
    "..a...b..",
    [],
    {},
    [[]],
    [None],
    {"a": {}},
    ["x", {"id": 1}],
    {"id": {"picture": ["x"]}, "property": "id"},
]
PATHS = [
    "/_dash-component-suites/os/path.py",
    "/_dash-component-suites/dash/dash.py",
    "/_dash-component-suites/x/y",
    "/_dash-component-suites/dash/../../app.py",
    "/_dash-component-suites/plotly/",
    "/_dash-component-suites/",
    "/_dash-component-suites/dash_ag_grid/%00.js",
    "/assets/../app.py",
    "/assets/%2e%2e/app.py",
    "/assets/nothing.js",
    "/_dash-nothing",
    "/_reload-hash",
    "/_dash-update-component",
    "/_dash-component-suites/sys/modules",
    "/csv/%00/x.csv",
    "/xlsx/recent/nothing.xlsx",
    "/request/%00",
    "/request/" + "9" * 5_000,
    "/brief/" + "9" * 5_000,
    "/brief/99999999999999999999.png",
    "/brief/1.csv?from=x",
    "/brief/0",
    "/recent?council=" + "9" * 5_000,
    "/requests.csv?from=0000-00-00",
    "/requests.csv?type=a&type=%ff",
    "/dashboards/recent?councilName=%00",
    "/dashboards/recent?councilName=" + "x" * 5_000,
    "/%ff",
    "/\u0661",
    "//x",
    "/recent?%00=%00",
    "/recent?a[]=1",
    "/requests-list?page=-1&near=x",
    "/map?at=x,y",
    "/_dash-layout?x=%ff",
    "/ready?x=" + "y" * 9_000,
]
DEEP = b'{"output":' + b"[" * 20_000 + b"]" * 20_000 + b"}"


def valid(app: Dash) -> list[dict[str, Any]]:
    """A body for every callback that the server runs."""
    return [_body(output, known) for output, known in sorted(app.callback_map.items()) if "callback" in known]


def _body(output: str, known: Mapping[str, Any]) -> dict[str, Any]:
    named = output[2:-2].split("...") if output.startswith("..") else [output]
    outputs = [{"id": _id(one.rpartition(".")[0]), "property": one.rpartition(".")[2]} for one in named]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": [_input(one) for one in known["inputs"]],
        "state": [_input(one) for one in known["state"]],
        "changedPropIds": [],
    }


def _input(declared: Mapping[str, str]) -> dict[str, Any]:
    identity = _id(declared["id"])
    values = {"id": identity, "pathname": "/recent"}
    value = 0 if declared["id"] == "attempt" else values.get(declared["property"], "")
    return {"id": identity, "property": declared["property"], "value": value}


def _id(declared: str) -> Any:
    return {"picture": "recent"} if declared.startswith("{") else declared


def bodies(app: Dash, chosen: random.Random, number: int) -> Iterator[Any]:
    """``number`` bodies with one to three unusual parts."""
    known = valid(app)
    for _ in range(number):
        body = {"whole": copy.deepcopy(chosen.choice(known))}
        for _ in range(chosen.randint(1, 3)):
            _spoil(body, chosen)
        yield body["whole"]


def _spoil(body: dict[str, Any], chosen: random.Random) -> None:
    """Replace, remove or repeat one part, at any depth."""
    container, key = chosen.choice(list(_places(body)))
    action = chosen.randrange(4)
    if action == 0 and container is not body:
        del container[key]
    elif action == 1 and isinstance(container, list):
        container.append(container[key])
    else:
        container[key] = copy.deepcopy(chosen.choice(STRANGE))


def _places(container: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(container) if isinstance(container, dict) else range(len(container)):
        yield container, key
        if isinstance(container[key], dict | list):
            yield from _places(container[key])
