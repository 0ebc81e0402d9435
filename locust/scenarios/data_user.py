"""A consumer of the data: pages by cursor, exports, and conditional requests for changes."""

from __future__ import annotations

import random
import re

from locust import between, task

from scenarios import places
from scenarios.bodies import request_ids
from scenarios.browser import Call, Visitor, header, read
from scenarios.levels import label

GROUP, EXPORTS = "data", "exports"
NEXT = re.compile(r'<([^>]+)>; rel="next"')
PAGE_ROWS = 2_000
MAX_PAGES = 10


class DataUser(Visitor):
    """A script rather than a person: short waits, large responses."""

    weight = 3
    wait_time = between(3, 10)

    def on_start(self) -> None:
        super().on_start()
        self.draw = random.Random()
        # Downloads are limited per client, and all users of a load test have one address. An API believes
        # a header that names another one if it comes from its own machine or its proxy.
        self.address = f"198.18.{self.draw.randrange(256)}.{self.draw.randrange(1, 255)}"

    @task(4)
    def page_year(self) -> None:
        """Follow the cursor through a year, up to a number of pages; no row may occur twice."""
        year = places.past_day(self.draw).year
        url = f"/requests?start_date={year}-01-01&end_date={year}-12-31&limit={PAGE_ROWS}"
        seen: set[bytes] = set()
        generations: set[str] = set()
        for _ in range(MAX_PAGES):
            response = self.browser.ask("GET", url, label(GROUP, "GET /requests (a page)"))
            found = request_ids(read(response))
            generations.add(header(response, "x-data-generation"))
            if len(generations) == 1 and not seen.isdisjoint(found):
                self.browser.report("no row twice", "a page repeats rows of an earlier one")
            seen.update(found)
            following = NEXT.search(header(response, "link"))
            if following is None:
                return
            url = following[1]

    @task(1)
    def export_year(self) -> None:
        year = self.draw.randint(places.first_day().year, places.today().year)
        url = f"/reports/export/{year}/service_requests.csv.gz"
        name = label(EXPORTS, "GET /reports/export/{year}/….csv.gz")
        self.browser.ask("GET", url, name, headers={"X-Forwarded-For": self.address})

    @task(3)
    def revalidate(self) -> None:
        """The same URL every few minutes, with the ETag of the last response."""
        for path in ("/requests/pins/open", "/requests/counts/open/types", "/types"):
            self.browser.get(Call(GROUP, path, path))

    @task(1)
    def ask_pins(self) -> None:
        """A month of some councils, as the older map requests it."""
        month = places.days(places.past_day(self.draw), 30)
        body = {
            "startDate": month[0].isoformat(),
            "endDate": month[-1].isoformat(),
            "typeIds": sorted({places.request_type(self.draw) for _ in range(4)}),
            "councilIds": sorted({places.council(self.draw) for _ in range(20)}),
        }
        self.browser.ask("POST", "/requests/pins", label(GROUP, "POST /requests/pins"), json=body)
