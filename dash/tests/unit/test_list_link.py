"""The link from a number to the list of its requests."""

from __future__ import annotations

from datetime import date

from support.facts import FactsOnly

from data.filters import AGENCY, COUNCIL, TYPE
from pages import overview_combined
from report_kit.list_link import list_link
from report_kit.selection import Selection

SELECTION = Selection.of(
    overview_combined.REPORT.controls,
    "from=2026-01-01&to=2026-01-31&agency=2,3&district=7&information=include&compare=year",
    FactsOnly(),
)


def test_it_carries_the_whole_selection() -> None:
    assert list_link(SELECTION) == (
        "/requests-list?from=2026-01-01&to=2026-01-31&district=7&agency=2,3&information=include"
    )


def test_it_is_narrowed_down_to_ids_and_days() -> None:
    day = date(2026, 1, 5)
    assert list_link(SELECTION, {TYPE: [4, 5], COUNCIL: [0]}, first=day, last=day) == (
        "/requests-list?from=2026-01-05&to=2026-01-05&district=7&agency=2,3&type=4,5&council=0"
        "&information=include"
    )


def test_it_stays_within_the_selection() -> None:
    """The number outside all councils linked to all such requests of the city, whatever was chosen."""
    assert "agency=3&" in list_link(SELECTION, {AGENCY: [3, 4]})
    assert list_link(SELECTION, {AGENCY: [4]}) == ""
    assert list_link(SELECTION, {AGENCY: [4]}, age="over-90", address="9 SPRING ST", sort="created") == ""
    assert SELECTION.link("/backlog", {AGENCY: [4]}) == ""
    assert "agency=3&" in SELECTION.link("/backlog", {AGENCY: [3, 4]})


def test_open_requests_are_of_any_age() -> None:
    assert list_link(SELECTION, status="open", any_age=True) == (
        "/requests-list?district=7&agency=2,3&information=include&status=open"
    )


def test_closed_ones_by_weekday_and_days() -> None:
    assert list_link(SELECTION, by_closing=True, weekday=1, days_to_close=(5, 9)).endswith(
        "&date=closed&weekday=1&days_to_close=5-9"
    )


def test_an_age_an_address_and_an_order() -> None:
    more = "&age=over-90&address=9+SPRING+ST+%26+MAIN&sort=created"
    link = list_link(SELECTION, age="over-90", address="9 SPRING ST & MAIN", sort="created")
    assert link == list_link(SELECTION) + more


def test_a_line_has_one_link_for_all_of_its_days() -> None:
    assert list_link(SELECTION, each_day=True).startswith("/requests-list?from={x}&to={x}&")
