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
        """Within a generation no more open requests are listed than counted: the list needs coordinates."""
        counted, of_counts = self._ask(COUNTS)
        listed, of_list = self._ask(PINS)
        if not (of_counts and of_counts == of_list):
            return
        total = sum(entry["typeCount"] for entry in counted)
        is_same = total >= len(listed)
        wrong = "" if is_same else f"{total} open requests are counted, {len(listed)} listed ({of_list})"
        self.browser.report("counts agree with lists", wrong)

    def _ask(self, path: str) -> tuple[list[dict[str, Any]], str]:
        response = self.browser.ask("GET", path, label(DATA, f"GET {path}"))
        rows = json.loads(response.content or b"[]") if response.status_code == 200 else []
        return rows, header(response, HEADER)
