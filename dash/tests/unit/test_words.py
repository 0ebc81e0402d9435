from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from data.table import Table
from frame import words


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (1234567, "1,234,567"), (13.58, "13.6"), (2.0, "2")])
def test_numbers(value: float, text: str) -> None:
    assert words.number(value) == text


def test_days_months_and_moments() -> None:
    assert words.day("2026-03-01") == words.day(date(2026, 3, 1)) == "Mar 1, 2026"
    assert words.month("2026-03-01") == "March 2026"
    assert words.moment(datetime(2026, 7, 1, 8, 5, tzinfo=UTC)) == "Jul 1, 2026, 1:05 AM Los Angeles time"


@pytest.mark.parametrize(
    ("hours", "text"), [(0.5, "less than an hour"), (1, "1 hour"), (47, "47 hours"), (72, "3 days")]
)
def test_ages(hours: float, text: str) -> None:
    assert words.age(timedelta(hours=hours)) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c", "d", "e"], "a, b, c, d and e"),
        (["a", "b", "c", "d", "e", "f"], "a, b, c, d and 2 more"),
    ],
)
def test_lists(names: list[str], text: str) -> None:
    assert words.listed(names) == text


def test_plurals_and_shares() -> None:
    assert [words.plural(count, "day") for count in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert words.plural(2, "agency", "agencies") == "2 agencies"
    assert (words.share(1, 8), words.share(1, 0)) == ("12%", "0%")


def test_the_leader_of_counts() -> None:
    table = Table.of(("type", "requests"), [("Graffiti", 3), ("Other", 1)])
    assert words.leader(table, "type") == "Most: Graffiti, 3 of 4 requests (75%)."
    assert words.leader(table.keep([]), "type") == ""
