"""All runs at once: each takes seconds, most of them waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from load_tests import site
from load_tests.runs import FOLDER, Run, Started, load, locust, start

# So slow that no machine passes it, and no busy machine fails beside it.
SLOW_SECONDS, PATIENCE = 0.9, "4"


@dataclass
class Case:
    """A site and the run against it."""

    site: site.Site
    started: Started

    @cached_property
    def run(self) -> Run:
        return self.started.finish()


def sites() -> dict[str, site.Site]:
    """What is wrong with each site; with the first, nothing."""
    backwards = [*[2] * 10, *[1] * 1000]
    nonsense = dict.fromkeys(("/requests", "/reports", "/geojson/hotspots"), 422)
    miscounted = {"/requests/counts/open/types": [{"typeCount": 2}]}
    return {
        "good": site.Site(),
        "slowed": site.Site(delays={"/geojson": SLOW_SECONDS}),
        "failing": site.Site(statuses={"/agencies": 500}),
        "backwards": site.Site(generations=backwards),
        "miscounted": site.Site(bodies=miscounted),
        "refusing": site.Site(statuses=nonsense),
        "crashing": site.Site(statuses=dict.fromkeys(nonsense, 500)),
        "still": site.Site(),
    }


def commands(files: Path) -> dict[str, tuple[list[str], int, int]]:
    """Arguments, users and seconds of the run against each site."""
    reports = ["--html", str(files / "report.html"), "--csv", str(files / "stats")]
    return {
        "good": (["--patience", "60", *reports], 20, 12),
        "slowed": (["--patience", PATIENCE, "MapVisitor"], 2, 8),
        "failing": (["--patience", "60", "MapVisitor"], 2, 8),
        "backwards": (["--patience", "60", "MapVisitor"], 1, 8),
        "miscounted": (["--patience", "60", "Operations"], 1, 12),
        "refusing": (["--patience", "60", "Crawler"], 3, 6),
        "crashing": (["--patience", "60", "Crawler"], 6, 6),
        "still": (["--patience", "60", "--expect-switch", "MapVisitor"], 1, 8),
    }


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def smoke() -> Iterator[Started]:
    """`make load`, small; under way while the others run."""
    started = start(["make", "--no-print-directory", "load", "ARGS=--smoke"], FOLDER.parent)
    yield started
    started.kill()


@pytest.fixture(scope="session")
def cases(smoke: Started, files: Path) -> Iterator[dict[str, Case]]:
    with ExitStack() as stack:
        found = {}
        for name, one in sites().items():
            stack.enter_context(site.running(one))
            arguments, users, seconds = commands(files)[name]
            started = load(one.url, *arguments, users=users, seconds=seconds)
            stack.callback(started.kill)
            found[name] = Case(one, started)
        yield found


@pytest.fixture
def interface(tmp_path: Path) -> Iterator[tuple[Started, str]]:
    """Locust with its web interface, and where that is."""
    with site.running(site.Site()) as one:
        port = one.url.rpartition(":")[2]
    started = locust("--ui", "--web-host", "127.0.0.1", "--web-port", port, "--host", "http://127.0.0.1:1")
    yield started, f"http://127.0.0.1:{port}/"
    started.kill()
