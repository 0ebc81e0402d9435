"""Postgres and Redis are stopped for ten seconds and restarted, but the report server is not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from support import city as small_city
from support.browser import Visitor, settled
from support.databases import Database
from support.pages import PATHS
from support.serving import DASH, serve

NAME = "dash-outage"
AWAY_SECONDS = 10
pytestmark = pytest.mark.slow


def services(command: str, *arguments: str) -> dict[str, Any]:
    """Servers that only this test uses, so that it may stop them."""
    called = [sys.executable, "-m", "tools.services", command, "--name", NAME, *arguments]
    done = subprocess.run(called, cwd=DASH.parent, check=True, stdout=subprocess.PIPE, timeout=120)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def own_servers() -> Iterator[dict[str, Any]]:
    try:
        yield services("start", "--migrate")
    finally:
        services("remove")


def test_every_page_works_again_without_a_restart(own_servers: dict[str, Any], browser: Browser) -> None:
    postgres, redis = own_servers["postgres"], own_servers["redis"]
    small_city.fill(Database("la311", postgres["owner_url"], postgres["reader_url"]))
    with serve(postgres["reader_url"], REDIS_URL=redis["url"]) as running:
        someone = Visitor(browser, running.url)
        tabs = {path: someone.another_page() for path in PATHS}
        for path, page in tabs.items():
            page.goto(running.url + path)
            settled(page)

        services("stop")
        for path, page in tabs.items():
            page.goto(running.url + path)
        expect(tabs["/recent"].locator("[role=alert]").first).to_contain_text("is not responding right now")
        time.sleep(AWAY_SECONDS)
        services("start")

        for path, page in tabs.items():
            expect(page.locator("[role=alert]")).to_have_count(0)
            assert settled(page).locator(".state").all_inner_texts() == [], path
        assert running.process.poll() is None
        someone.close()
