"""Programs that send odd, broken and hostile parameters: 4xx is correct, 5xx never is."""

from __future__ import annotations

import random
from urllib.parse import quote

from locust import between, task

from scenarios.browser import HEADERS, Visitor
from scenarios.levels import label

GROUP = "crawler"
LARGEST_CLIENT_ERROR = 499
VALUES = (
    "",
    "0",
    "-1",
    "1e9",
    "99999999999999999999",
    "2147483648",
    "null",
    "%00",
    "2026-13-45",
    "0001-01-01",
    "9999-12-31",
    "1' OR '1'='1",
    "1; DROP TABLE service_requests",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "ünïcødé 😀",
    "A" * 2_000,
)
ROUTES = (
    "/requests?limit={}",
    "/requests?start_date={}&end_date={}&limit=10",
    "/requests?type_id={}&limit=10",
    "/requests?council_id={}&limit=10",
    "/requests?cursor={}&limit=10",
    "/requests/{}",
    "/requests/srnumber/{}",
    "/councils/{}",
    "/types/{}",
    "/geojson/geocode?latitude={}&longitude={}",
    "/geojson/hotspots?type_id=2&start_date={}",
    "/reports?field={}",
    "/reports?filter={}",
    "/reports/export/{}/service_requests.csv",
    "/servicerequest/{}",
    "/{}",
)


class Crawler(Visitor):
    """Sends one request after another."""

    weight = 2
    wait_time = between(1, 4)

    def on_start(self) -> None:
        super().on_start()
        self.draw = random.Random()

    @task
    def try_something(self) -> None:
        route = self.draw.choice(ROUTES)
        value = quote(self.draw.choice(VALUES), safe="%")
        with self.client.get(
            route.replace("{}", value),
            name=label(GROUP, f"GET {route.partition('?')[0]}"),
            headers=HEADERS,
            catch_response=True,
        ) as response:
            if 0 < response.status_code <= LARGEST_CLIENT_ERROR:
                response.success()
