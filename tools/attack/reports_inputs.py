"""Requests to the reports: pages, files, and callbacks as listed by Dash, mostly corrupted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tools.attack.inputs import HEADERS, METHODS, Input, request, spoiled_path
from tools.attack.values import escaped, hostile, spoiled

UPDATE = "/_dash-update-component"
PATHS = (
    "/",
    "/health",
    "/ready",
    "/dashboards",
    "/csv/overview/requests.csv",
    "/csv/recent/types.csv",
    "/_dash-layout",
    "/_dash-dependencies",
    "/_dash-component-suites/os/path.py",
    "/_dash-component-suites/dash/deps/polyfill.js",
    "/_favicon.ico",
    "/assets/../app.py",
    "/assets/%2e%2e/config.py",
    "/request/1-1",
    "/status/metrics",
    "/map/tiles.json",
    "/unknown",
)


class ReportsInputs:
    """Requests to the report server, from its list of callbacks."""

    def __init__(self, callbacks: Sequence[Mapping[str, Any]], pages: Sequence[str] = ()) -> None:
        self._callbacks = list(callbacks)
        self._paths = (*PATHS, *pages)

    def draw(self, chance: Random) -> Input:
        if self._callbacks and chance.random() < 0.4:
            return request("callbacks", "POST", UPDATE, [], self._callback(chance))
        kind = chance.choices(("pages", "values", "path", "method", "headers"), (30, 30, 20, 10, 10))[0]
        target = chance.choice(self._paths)
        if kind == "values":
            names = ("council", "type", "from", "to", "group", "district", "number", "x")
            target += f"?{chance.choice(names)}={escaped(hostile(chance), chance)}"
        if kind == "path":
            target = spoiled_path(target, chance)
        method = chance.choice(METHODS) if kind == "method" else "GET"
        lines = chance.sample(HEADERS, chance.randrange(1, 4)) if kind == "headers" else []
        return request(kind, method, target, lines, None)

    def _callback(self, chance: Random) -> bytes:
        """The body of a callback request like that of a page, but with other values."""
        known = chance.choice(self._callbacks)
        inputs = [self._part(one, chance) for one in known["inputs"]]
        sent = {
            "output": known["output"],
            "outputs": {"id": "x", "property": "children"},
            "inputs": inputs,
            "state": [self._part(one, chance) for one in known["state"]],
            "changedPropIds": [f"{one['id']}.{one['property']}" for one in inputs[:1]],
        }
        if chance.random() < 0.3:
            sent[chance.choice(list(sent))] = chance.choice(
                (hostile(chance), None, 1, [], {}, [hostile(chance)])
            )
        return spoiled(json.dumps(sent).encode(), chance)

    @staticmethod
    def _part(one: Mapping[str, Any], chance: Random) -> dict[str, Any]:
        value: Any = chance.choice(
            ("?", "?council=52", "999999-here", hostile(chance), None, 1, [], {}, [hostile(chance)])
        )
        return {"id": one["id"], "property": one["property"], "value": value}
