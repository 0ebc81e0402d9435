"""A reader of reports: the pages of the report server, and the API's report routes."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import urlencode

from gevent.pool import Pool
from locust import between, tag, task

from scenarios import places, report_pages
from scenarios.browser import CONNECTIONS, Call, Visitor
from scenarios.levels import label

GROUP, PAGES, CALLBACKS = "analyst", "report pages", "report callbacks"
PAGE_PATHS = (
    "/overview-combined",
    "/",
    "/nc-summary-comparison",
    "/time-to-close",
    "/neighborhood",
    "/recent",
    "/neighborhood-weekly",
    "/what-changed",
    "/types-map",
    "/data-quality",
)
# Every page of a Dash app fetches the first two, then sends its callbacks to the third.
LAYOUT, DEPENDENCIES, UPDATE = "/_dash-layout", "/_dash-dependencies", "/_dash-update-component"
FIELDS = (
    ("type_name", "created_date"),
    ("council_name",),
    ("agency_name",),
    ("source_name",),
    ("created_year",),
    ("type_name", "created_year"),
)


class Analyst(Visitor):
    """Reads a few figures at length, and requests the numbers behind them."""

    weight = 5
    wait_time = between(5, 20)

    def on_start(self) -> None:
        super().on_start()
        self.draw = random.Random()
        self.reports_url = self.environment.parsed_options.reports_host.rstrip("/")

    @task(4)
    def ask_report(self) -> None:
        fields = places.skewed(FIELDS, self.draw)
        since = places.past_day(self.draw).replace(day=1)
        query = urlencode([*(("field", name) for name in fields), ("filter", f"created_date>={since}")])
        self.browser.get(Call(GROUP, "/reports", f"/reports?{query}"))

    @task(2)
    def ask_stats(self) -> None:
        path = self.draw.choice(("/types/stats", "/councils/types/stats"))
        self.browser.get(Call(GROUP, path, path))

    @task(1)
    def ask_council(self) -> None:
        number = places.council(self.draw)
        self.browser.get(Call(GROUP, "/councils/{id}/types/stats", f"/councils/{number}/types/stats"))

    @task(1)
    def ask_hotspots(self) -> None:
        number = places.request_type(self.draw)
        since = places.past_day(self.draw).replace(day=1)
        url = f"/geojson/hotspots?type_id={number}&start_date={since}"
        self.browser.get(Call(GROUP, "/geojson/hotspots", url))

    @tag("reports")
    @task(3)
    def open_page(self) -> None:
        """Open a page like a browser; two out of three with a council or a type selected."""
        if not self.reports_url:
            return
        path = places.skewed(PAGE_PATHS, self.draw)
        search = self.draw.choice(
            ("", f"council={places.council(self.draw)}", f"type={places.request_type(self.draw)}")
        )
        self.browser.get(Call(PAGES, path, f"{self.reports_url}{path}?{search}"))
        shell = (
            Call(PAGES, part, self.reports_url + part, read_bytes=None) for part in (LAYOUT, DEPENDENCIES)
        )
        _, dependencies = self.browser.together(shell)
        for together in report_pages.callbacks(json.loads(dependencies or b"[]"), path, search):
            Pool(CONNECTIONS).map(self._ask_callback, together)

    def _ask_callback(self, body: dict[str, Any]) -> None:
        name = label(CALLBACKS, f"POST {body['output']}")
        self.browser.ask("POST", self.reports_url + UPDATE, name, json=body)
