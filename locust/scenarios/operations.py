"""The operator during an ingest run: watches the status, and whether counts agree with lists."""

from __future__ import annotations

import json
from typing import Any

from locust import constant, task

from scenarios.browser import Call, Visitor, header
from scenarios.generations import HEADER
from scenarios.levels import label

GROUP, DATA = "status", "data"
STATES = ("/status/live", "/status/ready", "/status/data", "/status/api")
COUNTS, PINS = "/requests/counts/open/types", "/requests/pins/open"
POINTS = "/requests/pins/open/geojson"


class Operations(Visitor):
    """One user, however many others there are. `make load` starts the ingest run."""

    fixed_count = 1
    wait_time = constant(2)

    def on_start(self) -> None:
        """Every check once, however short the run."""
        super().on_start()
        self.watch()
        self.compare()

    @task(3)
    def watch(self) -> None:
        for path in STATES:
            self.browser.get(Call(GROUP, path, path))

    @task(1)
    def compare(self) -> None:
        """Within a generation both lists of open requests must agree, and no list have more than are counted.

        Counts cover every open request, the lists those with usable coordinates.
        """
        counted, of_counts = self._ask(COUNTS)
        listed, of_list = self._ask(PINS)
        drawn, of_points = self._ask(POINTS)
        if not (of_counts and of_counts == of_list == of_points):
            return
        total, points = sum(entry["typeCount"] for entry in counted or []), (drawn or {}).get("features", [])
        is_same = total >= len(listed or []) == len(points)
        found = f"{total} open requests are counted, {len(listed or [])} listed, {len(points)} drawn"
        self.browser.report("counts agree with lists", "" if is_same else f"{found} ({of_list})")

    def _ask(self, path: str) -> tuple[Any, str]:
        response = self.browser.ask("GET", path, label(DATA, f"GET {path}"))
        return json.loads(response.content) if response.status_code == 200 else None, header(response, HEADER)
