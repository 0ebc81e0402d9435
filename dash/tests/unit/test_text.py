from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pandas import DataFrame

from report_kit import comparison, text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (13.58, "13.6"),
        (2.0, "2"),
        (12.97, "13"),
        (0.0147, "0.015"),
        (0.0099, "0.0099"),
    ],
)
def test_numbers(value: float, written: str) -> None:
    assert text.number(value) == written


def test_days_months_and_moments() -> None:
    assert text.day("2026-03-01") == text.day(date(2026, 3, 1)) == "Mar 1, 2026"
    assert text.month("2026-03-01") == "March 2026"
    summer = datetime(2026, 7, 1, 8, 5, tzinfo=UTC)
    assert text.moment(summer, ZoneInfo("America/Los_Angeles")) == "Jul 1, 2026, 1:05 AM PDT"
    assert text.span(date(2026, 3, 1), date(2026, 3, 1)) == "Mar 1, 2026"


@pytest.mark.parametrize(
    ("hours", "written"), [(0.5, "less than an hour"), (1, "1 hour"), (47, "47 hours"), (72, "3 days")]
)
def test_ages(hours: float, written: str) -> None:
    assert text.age(timedelta(hours=hours)) == written


@pytest.mark.parametrize(
    ("names", "written"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c", "d", "e"], "a, b, c, d and e"),
        (["a", "b", "c", "d", "e", "f"], "a, b, c, d and 2 more"),
    ],
)
def test_lists(names: list[str], written: str) -> None:
    assert text.listed(names) == written


def test_plurals_and_shares() -> None:
    assert [text.plural(count, "day") for count in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert [text.plural(mean, "day") for mean in (0.0147, 1.02)] == ["0.015 days", "1 day"]
    assert text.plural(2, "agency", "agencies") == "2 agencies"
    assert (text.share(1, 8), text.share(1, 0)) == ("12%", "0%")


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (199, 200, ">99%"),
        (200, 200, "100%"),
        (1, 1_000, "<1%"),
        (0, 1_000, "0%"),
        (6, 1_000, "1%"),
        (994, 1_000, "99%"),
    ],
)
def test_a_share_is_none_or_all_only_if_it_is_exact(part: int, whole: int, written: str) -> None:
    assert text.share(part, whole) == written


@pytest.mark.parametrize(
    ("now", "before", "written"),
    [
        (95, 100, "5% fewer than 100 on the day before"),
        (110, 100, "10% more than 100 on the day before"),
        (100, 100, "as many as on the day before"),
        (100_400, 100_000, "about as many as the 100,000 on the day before"),
        (99_600, 100_000, "about as many as the 100,000 on the day before"),
        (1, 1_000, "over 99% fewer than 1,000 on the day before"),
        (0, 1_000, "100% fewer than 1,000 on the day before"),
        (2544, 34, "75 times the 34 on the day before"),
        (11, 1, "1 on the day before"),
        (7, 0, "0 on the day before"),
    ],
)
def test_a_change_names_its_base_and_no_percentage_of_a_few(now: int, before: int, written: str) -> None:
    assert text.change(now, before, "the day before") == written
    assert text.change(now, before, "the 7 days before") == written.replace("on the day", "in the 7 days")


def test_the_same_day_of_last_year_is_one_day() -> None:
    assert text.change(95, 100, "the same day of 2025") == "5% fewer than 100 on the same day of 2025"
    assert text.change(95, 100, "the same days of 2025") == "5% fewer than 100 in the same days of 2025"


def test_the_leader_of_counts() -> None:
    frame = DataFrame({"type": ["Graffiti", "Other"], "requests": [3, 1]})
    assert text.leader(frame, "type") == "Most: Graffiti, 3 of 4 requests (75%)."
    assert text.leader(frame.head(1), "type") == "Only Graffiti: 3 requests."
    assert text.leader(frame.tail(1), "type") == "Only Other: 1 request."
    assert text.leader(frame.head(0), "type") == ""


def test_percentages_in_files_have_one_decimal() -> None:
    """-1.19 was written as -1.0."""
    frame = DataFrame({"requests": [1751, 30], "requests_before": [1772, 19]})
    changes = comparison.with_change(frame)["change_percent"]
    assert changes.tolist()[0] == -1.2
    assert changes.isna().tolist() == [False, True]
