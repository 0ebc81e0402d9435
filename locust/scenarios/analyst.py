"""Somebody who reads reports: the pages of the report server, and the questions behind them."""

from __future__ import annotations

import random
from urllib.parse import urlencode

from locust import between, task

from scenarios import places
from scenarios.browser import Call, Visitor

GROUP, PAGES = "analyst", "report pages"
PAGE_PATHS = ("/", "/overview-combined", "/nc-summary-comparison")
# What every page of a Dash application fetches before it shows anything.
SHELL = ("/_dash-layout", "/_dash-dependencies")
FIELDS = (
    ("type_name", "created_date"),
    ("council_name",),
    ("agency_name",),
    ("source_name",),
    ("created_year",),
    ("type_name", "created_year"),
)


class Analyst(Visitor):
    """Looks at a few figures at length, and asks for the numbers under them."""

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

    @task(3)
    def open_page(self) -> None:
        if self.reports_url:
            path = self.draw.choice(PAGE_PATHS)
            self.browser.get(Call(PAGES, path, self.reports_url + path))
            self.browser.together(Call(PAGES, part, self.reports_url + part) for part in SHELL)
