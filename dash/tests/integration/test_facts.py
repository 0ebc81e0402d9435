"""The days that are loaded completely, and when they were loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from support import city as small_city
from support.cards import card
from support.databases import Database
from support.serving import settings_for

from data.facts import Facts
from data.warehouse import Warehouse
from pages import data_quality, recent
from report_kit import home_page


@pytest.fixture(scope="module")
def own_city() -> Iterator[Database]:
    """A city for this module, which tests change."""
    with small_city.filled() as found:
        yield found


def facts(own_city: Database) -> Facts:
    warehouse = Warehouse(settings_for(own_city.reader_url))
    found = warehouse.facts()
    warehouse.close()
    return found


def today(own_city: Database) -> date:
    found: date = own_city.value("SELECT (now() AT TIME ZONE time_zone)::date FROM city")
    return found


def midnight(day: date) -> datetime:
    """The city's midnight, without a time zone."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def load(own_city: Database, local: datetime, **changed: Any) -> None:
    """Pretend that all loads were read at this local time."""
    own_city.run(
        """UPDATE load_runs SET status = %(status)s,
            started_at = %(local)s AT TIME ZONE (SELECT time_zone FROM city),
            finished_at = (%(local)s + interval '30 minutes') AT TIME ZONE (SELECT time_zone FROM city)""",
        {"local": local, "status": "succeeded"} | changed,
    )


@pytest.mark.parametrize(
    ("days_ago", "hour", "last_full_day_ago"),
    [
        (0, 0, 1),
        (1, 6, 2),
        (1, 23, 2),
        (4, 1, 5),
    ],
)
def test_the_last_full_day_ended_before_the_load(
    own_city: Database, days_ago: int, hour: int, last_full_day_ago: int
) -> None:
    """After a missed run, "yesterday" by the clock is incomplete: 14 requests instead of 350."""
    now = today(own_city)
    load(
        own_city,
        datetime.combine(now - timedelta(days=days_ago), datetime.min.time()) + timedelta(hours=hour),
    )
    assert facts(own_city).last_day == now - timedelta(days=last_full_day_ago)


@pytest.mark.parametrize(
    ("status", "counts"), [("merged", True), ("partial", True), ("failed", False), ("running", False)]
)
def test_every_load_that_is_served_counts(own_city: Database, status: str, counts: bool) -> None:
    local = midnight(today(own_city) - timedelta(days=2))
    load(own_city, local, status=status)
    found = facts(own_city)
    assert (found.loaded_at is not None) is counts
    assert found.last_day == today(own_city) - timedelta(days=3 if counts else 1)


def test_the_city_comes_from_its_row(own_city: Database) -> None:
    own_city.run(
        """UPDATE city SET city_name = 'New York', time_zone = 'America/New_York',
            words = '{"areas": "Community districts"}'"""
    )
    found = facts(own_city).city
    assert (found.name, found.zone.key) == ("New York", "America/New_York")
    assert found.phrase("{areas}") == "Community districts"


def test_the_tile_of_the_runs_shows_a_run_that_published_nothing(
    own_city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home page kept the tile, with the age of the data, until the next generation."""
    monkeypatch.setattr(home_page, "LIVE_SECONDS", 0)
    app, report = Flask("home"), data_quality.REPORT
    warehouse = Warehouse(settings_for(own_city.reader_url))
    app.extensions["warehouse"] = warehouse
    with app.app_context(), closing(warehouse):
        for status in ("partial", "failed"):
            first = "load_run_id = (SELECT min(load_run_id) FROM load_runs)"
            own_city.run(f"UPDATE load_runs SET status = %s WHERE {first}", [status])
            summary = card(warehouse, report, "loaded").summary
            assert summary in str(home_page.picture({report.name: report}, report.name, ""))
            assert home_page.cached_picture(report) is None


def test_readers_share_the_tile_of_the_runs_for_some_seconds(
    own_city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_page, "LIVE_SECONDS", 3600)
    app, report = Flask("home"), data_quality.REPORT
    app.extensions["warehouse"] = Warehouse(settings_for(own_city.reader_url))
    with app.app_context(), closing(app.extensions["warehouse"]):
        assert home_page.cached_picture(report) is None
        shown = home_page.picture({report.name: report}, report.name, "")
        assert home_page.picture({report.name: report}, report.name, "") is shown
        assert home_page.cached_picture(report) is shown


def test_a_tile_follows_a_migration(own_city: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another schema may count differently; the worker kept the picture until the next generation."""
    monkeypatch.setattr("data.warehouse.FRESH_SECONDS", 0)
    app, report = Flask("home"), recent.REPORT
    app.extensions["warehouse"] = Warehouse(settings_for(own_city.reader_url))
    with app.app_context(), closing(app.extensions["warehouse"]):
        shown = home_page.picture({report.name: report}, report.name, "")
        assert home_page.picture({report.name: report}, report.name, "") is shown
        own_city.run("UPDATE alembic_version SET version_num = 'next'")
        assert home_page.picture({report.name: report}, report.name, "") is not shown
