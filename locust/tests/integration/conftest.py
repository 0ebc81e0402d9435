"""All runs are parallel: each spends most of its time waiting. No test depends on the machine's speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from load_tests import site
from load_tests.runs import FOLDER, Run, Started, load, locust, start

# Above every limit of the group, even when multiplied by PATIENCE.
SLOW_SECONDS, PATIENCE = 0.9, "4"
# The route of the request in flight when the run ends.
HANGING, NOTICE_SECONDS = "/status/live", 1
NONSENSE = ("/requests", "/reports", "/geojson/hotspots")
COUNTS = "/requests/counts/open/types"
ON_LOAD = ("/status/api", "/councils", "/regions", "/agencies", "/geojson")
# The number of requests that an opening map sends.
OPENING = 13


@dataclass
class Case:
    """A site and the run against it, which ends once the site has received what the test is about."""

    site: site.Site
    started: Started
    is_enough: Callable[[site.Site], bool]

    @cached_property
    def run(self) -> Run:
        self.started.stop_when(lambda: self.is_enough(self.site))
        # After the run has noticed. If it is slower, the request fails like any other.
        time.sleep(NOTICE_SECONDS)
        self.site.released.set()
        return self.started.finish()


def sites() -> dict[str, site.Site]:
    """The defect of each site; the first has none."""
    backwards = [*[2] * 10, *[1] * 1000]
    nonsense = dict.fromkeys(NONSENSE, 422)
    # One request is listed; the counts have one more, the pins one fewer.
    miscounted = {COUNTS: [{"typeCount": 2}], "/requests/pins/open": []}
    return {
        "good": site.Site(),
        "slowed": site.Site(delays={"/geojson": SLOW_SECONDS}),
        "failing": site.Site(statuses={"/agencies": 500}),
        "backwards": site.Site(generations=backwards),
        "miscounted": site.Site(bodies=miscounted),
        "refusing": site.Site(statuses=nonsense),
        "crashing": site.Site(statuses=dict.fromkeys(nonsense, 500)),
        "still": site.Site(),
        "downloading": site.Site(),
        "hanging": site.Site(),
        "confusing": site.Site(bodies={COUNTS: [{}]}),
    }


def has_every_kind_of_visitor(one: site.Site) -> bool:
    paths = [*[path for path in ON_LOAD for _ in range(15)], "/requests/1", "/status/live"]
    return not Counter(paths) - one.requested


def has_nonsense(one: site.Site) -> bool:
    return sum(one.requested[path] for path in NONSENSE) >= 2


def hangs(one: site.Site) -> bool:
    """From now on, and whether a request does so already; it fails in the end."""
    one.hanging, one.statuses[HANGING] = HANGING, 500
    return one.is_hanging


def has_opened(one: site.Site) -> bool:
    return len(one.order) >= OPENING


def cases_of(files: Path) -> dict[str, tuple[list[str], int, Callable[[site.Site], bool]]]:
    """Arguments and users of the run against each site, and the condition that ends the run."""
    reports = ["--html", str(files / "report.html"), "--csv", str(files / "stats")]
    return {
        "good": (["--untimed", *reports], 20, has_every_kind_of_visitor),
        "slowed": (["--patience", PATIENCE, "MapVisitor"], 2, lambda one: one.requested["/geojson"] >= 2),
        "failing": (["--untimed", "MapVisitor"], 2, lambda one: one.requested["/agencies"] >= 2),
        "backwards": (["--untimed", "MapVisitor"], 1, has_opened),
        "miscounted": (["--untimed", "Operations"], 1, lambda one: one.conditional >= 4),
        "refusing": (["--untimed", "Crawler"], 3, has_nonsense),
        "crashing": (["--untimed", "Crawler"], 6, has_nonsense),
        "still": (["--untimed", "--expect-switch", "MapVisitor"], 1, has_opened),
        "downloading": (["--untimed", "DataUser"], 12, lambda one: len(set(one.downloaders)) > 1),
        "hanging": (["--untimed", "Operations"], 1, hangs),
        "confusing": (["--untimed", "Operations"], 1, lambda one: COUNTS in one.requested),
    }


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def smoke() -> Iterator[Started]:
    """A small `make load`."""
    started = start(["make", "--no-print-directory", "load", "ARGS=--smoke"], FOLDER.parent)
    yield started
    started.kill()


@pytest.fixture(scope="session")
def cases(files: Path) -> Iterator[dict[str, Case]]:
    with ExitStack() as stack:
        found = {}
        for name, one in sites().items():
            stack.enter_context(site.running(one))
            arguments, users, is_enough = cases_of(files)[name]
            started = load(one.url, *arguments, users=users)
            stack.callback(started.kill)
            found[name] = Case(one, started, is_enough)
        yield found


@pytest.fixture
def interface(tmp_path: Path) -> Iterator[tuple[Started, str]]:
    """Locust with its web interface, and the address of the interface."""
    with site.running(site.Site()) as one:
        port = one.url.rpartition(":")[2]
    started = locust("--ui", "--web-host", "127.0.0.1", "--web-port", port, "--host", "http://127.0.0.1:1")
    yield started, f"http://127.0.0.1:{port}/"
    started.kill()
