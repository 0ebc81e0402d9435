"""What is said above every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data.facts import Facts
from frame import shell

NOW = datetime.now(UTC)
FACTS = Facts(1, NOW, NOW, NOW.date(), NOW.date(), stale_hours=36)


def test_fresh_data_need_no_notice() -> None:
    assert shell.notices(FACTS) == []


def test_an_outage_is_told_and_asked_about_again() -> None:
    (told,) = shell.notices(FACTS.while_away())
    assert "does not answer right now" in told.children
    assert told.to_plotly_json()["props"]["data-retry"] == "card"


def test_old_data_are_told_and_not_asked_about_again() -> None:
    (told,) = shell.notices(replace(FACTS, loaded_at=NOW - timedelta(days=3)))
    assert told.children.startswith("These data are 3 days old")
    assert "data-retry" not in told.to_plotly_json()["props"]
