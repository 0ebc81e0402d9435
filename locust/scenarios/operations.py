"""The operator during an ingest run: monitors the status, and whether counts agree with lists."""

from __future__ import annotations

import json
from typing import Any

from locust import constant, task

from scenarios.bodies import number_of_requests
from scenarios.browser import OK, Call, Visitor, header, read
from scenarios.generations import HEADER
from scenarios.levels import label

GROUP, DATA = "status", "data"
STATES = ("/status/live", "/status/ready", "/status/data", "/status/api")
COUNTS, PINS, LIST = "/requests/counts/open/types", "/requests/pins/open", "/requests"
# Two rows, starting with the last one: they verify the length of a list without reading all of it.
END_OF_LIST = LIST + "?status=open&skip={skip}&limit=2"


class Operations(Visitor):
    """A single user, regardless of the number of others. `make load` starts the ingest run."""

    fixed_count = 1
    wait_time = constant(2)

    def on_start(self) -> None:
        """Make every check once, no matter how short the run is."""
        super().on_start()
        self.watch()
        self.compare()

    @task(3)
    def watch(self) -> None:
        for path in STATES:
            self.browser.get(Call(GROUP, path, path))

    @task(1)
    def compare(self) -> None:
        """Within a generation the list, the counts and the map must have the same number of open requests."""
        counted, of_counts = self._ask(COUNTS)
        total = sum(entry["typeCount"] for entry in _rows(counted))
        pins, of_pins = self._ask(PINS)
        for what, amount, of_amount, located in (
            ("counted", total, of_counts, "&unlocated=include"),
            ("on the map", number_of_requests(pins), of_pins, ""),
        ):
            end, of_list = self._ask(END_OF_LIST.format(skip=max(0, amount - 1)) + located, route=LIST)
            if of_amount and of_amount == of_list:
                self._judge(what, amount, len(_rows(end)), of_list)

    def _judge(self, what: str, amount: int, rows_at_end: int, generation: str) -> None:
        """From its last row on, a list must have exactly that row; an empty list must have none."""
        expected = min(amount, 1)
        compared = "more" if rows_at_end > expected else "fewer"
        wrong = f"{amount} open requests are {what}, and {compared} are listed ({generation})"
        self.browser.report("counts agree with lists", "" if rows_at_end == expected else wrong)

    def _ask(self, path: str, route: str = "") -> tuple[bytes, str]:
        """A body, which is empty after a failure, and its generation."""
        response = self.browser.ask("GET", path, label(DATA, f"GET {route or path}"))
        return read(response) if response.status_code == OK else b"", header(response, HEADER)


def _rows(body: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(body or b"[]")
    return rows
